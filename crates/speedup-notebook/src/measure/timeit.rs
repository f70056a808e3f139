//! The time of many runs of a closure, as IPython's `%timeit` prints it.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use crate::measure::format::format_duration;
use crate::measure::progress_meter::ProgressMeter;

/// The times of a closure in seconds per call, one for each run.
///
/// A cell that ends with it shows the line of `%timeit`. Below that line stand the fastest run, the
/// median, and the warm-up call, which is not counted.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::timeit::timeit;
///
/// let sum = timeit(|| (0..1000_u64).map(|k| k * k).sum::<u64>());
/// assert_eq!(sum.runs.len(), 7);
/// assert!(sum.fastest() <= sum.median());
/// println!("{sum}");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TimeitResult {
    /// Seconds per call, one entry for each run.
    pub runs: Vec<f64>,
    /// Calls in each run.
    pub loops: u32,
    /// Seconds of the first call, which is not counted.
    pub warm_up: f64,
}

/// The number of runs, the same as `%timeit`'s.
pub const RUNS: usize = 7;

/// The number of runs of a slow closure.
const SLOW_RUNS: usize = 5;

/// A closure whose call takes this many seconds is slow.
const SLOW: f64 = 0.25;

/// The shortest run in seconds: a million times the resolution of the clock.
const MIN_RUN: f64 = 0.05;

/// Calls a closure once to warm up, and then measures 7 runs of several calls.
///
/// The number of calls per run is the first of 1, 2, 5, 10, 20, 50, … for which a run takes 0.05 s
/// or more. Python's module `timeit` has the same rule with 0.2 s; `%timeit` has powers of ten and
/// 0.2 s. The run that finds the number is the first of the 7. If the warm-up takes 0.25 s or more,
/// there are 5 runs.
///
/// Each result passes through [`black_box`], so that the compiler cannot remove the work. Pass the
/// inputs through `black_box` as well, so that it cannot compute results in advance. In JupyterLab
/// a long measurement shows a [`ProgressMeter`].
///
/// # Panics
///
/// Only if the closure does.
///
/// # Examples
///
/// ```
/// use std::hint::black_box;
/// # use speedup_notebook::measure::timeit::timeit;
/// let root = timeit(|| black_box(2.0_f64).sqrt());
/// assert!(root.mean() > 0.0);
/// ```
pub fn timeit<T>(mut closure: impl FnMut() -> T) -> TimeitResult {
    let mut run = |calls: u32| {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(closure());
        }
        start.elapsed().as_secs_f64()
    };
    let warm_up = run(1);
    let count = if warm_up < SLOW { RUNS } else { SLOW_RUNS };
    let mut meter = ProgressMeter::new("runs", count);
    let sizes = (0..9).flat_map(|power| [1, 2, 5].map(|first| first * 10_u32.pow(power)));
    let (mut loops, mut seconds) = (0, 0.0);
    for calls in sizes {
        (loops, seconds) = (calls, run(calls));
        if seconds >= MIN_RUN {
            break;
        }
        meter = ProgressMeter::new("runs", count);
    }
    let per_call = |seconds: f64| {
        meter.step();
        seconds / f64::from(loops)
    };
    let mut runs = vec![per_call(seconds)];
    runs.extend((1..count).map(|_| per_call(run(loops))));
    TimeitResult {
        runs,
        loops,
        warm_up,
    }
}

impl TimeitResult {
    /// Mean of the runs, in seconds per call.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeit::TimeitResult;
    /// let runs = TimeitResult { runs: vec![1.0, 2.0, 6.0], loops: 1, warm_up: 9.0 };
    /// assert_eq!((runs.mean(), runs.median(), runs.fastest()), (3.0, 2.0, 1.0));
    /// ```
    pub fn mean(&self) -> f64 {
        self.runs.iter().sum::<f64>() / self.runs.len() as f64
    }

    /// Standard deviation of the runs, in seconds per call. The divisor is the number of runs, as in
    /// IPython.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeit::TimeitResult;
    /// let runs = TimeitResult { runs: vec![1.0, 3.0], loops: 1, warm_up: 9.0 };
    /// assert_eq!(runs.standard_deviation(), 1.0);
    /// ```
    pub fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        let squares = self
            .runs
            .iter()
            .map(|run| (run - mean).powi(2))
            .sum::<f64>();
        (squares / self.runs.len() as f64).sqrt()
    }

    /// Median of the runs, in seconds per call; NaN without runs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeit::TimeitResult;
    /// assert!(TimeitResult { runs: vec![], loops: 1, warm_up: 0.0 }.median().is_nan());
    /// ```
    pub fn median(&self) -> f64 {
        speedup::kernels::median::median(&mut self.runs.clone()).unwrap_or(f64::NAN)
    }

    /// The fastest run, in seconds per call: the least disturbed one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::measure::timeit::TimeitResult;
    /// let runs = TimeitResult { runs: vec![2.0, 1.0], loops: 1, warm_up: 9.0 };
    /// assert_eq!(runs.fastest(), 1.0);
    /// ```
    pub fn fastest(&self) -> f64 {
        self.runs.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Shows the times as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::measure::timeit::timeit(|| 1 + 1).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        crate::jupyter::show("text/plain", &self.to_string());
    }
}

impl fmt::Display for TimeitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, fastest, median, warm_up] = [
            self.mean(),
            self.standard_deviation(),
            self.fastest(),
            self.median(),
            self.warm_up,
        ]
        .map(format_duration);
        let (runs, loops) = (self.runs.len(), self.loops);
        let plural = if loops == 1 { "" } else { "s" };
        writeln!(
            f,
            "{mean} ± {deviation} per loop (mean ± std. dev. of {runs} runs, {loops} loop{plural} each)"
        )?;
        write!(
            f,
            "fastest {fastest}, median {median}; warm-up, not counted: {warm_up}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_ipython_does() {
        let runs = TimeitResult {
            runs: vec![0.480, 0.484],
            loops: 1,
            warm_up: 0.5,
        };
        let expected = "482 ms ± 2 ms per loop (mean ± std. dev. of 2 runs, 1 loop each)\n\
                        fastest 480 ms, median 482 ms; warm-up, not counted: 500 ms";
        assert_eq!(runs.to_string(), expected);
    }

    #[test]
    fn a_slow_closure_is_called_once_per_run() {
        let mut calls = 0;
        let nap = std::time::Duration::from_millis(260);
        let runs = timeit(|| {
            calls += 1;
            std::thread::sleep(nap);
        });
        // The warm-up and the five runs, of which the first also found the number of calls.
        assert_eq!((runs.loops, runs.runs.len(), calls), (1, 5, 6));
    }

    #[test]
    fn a_run_has_no_more_calls_than_needed() {
        let nap = std::time::Duration::from_millis(12);
        // A sleep may last longer than asked for, never shorter.
        let loops = timeit(|| std::thread::sleep(nap)).loops;
        assert!(loops <= 5, "{loops} loops");
    }
}
