//! A block timed many times, as IPython's `%timeit` does.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use crate::meter::Meter;
use crate::timing::human;

/// The times of a repeated block, in seconds for one call of it.
///
/// In a notebook, a cell that ends with it shows `%timeit`'s line and, below it,
/// the fastest and the median run and the warm-up call, which is not counted.
///
/// # Examples
///
/// ```
/// use speedup::repeat::timeit;
///
/// let sum = timeit(|| (0..1000_u64).map(|k| k * k).sum::<u64>());
/// assert_eq!(sum.runs.len(), 7);
/// assert!(sum.fastest() <= sum.median());
/// println!("{sum}");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Repeated {
    /// Seconds a call, one entry for each run.
    pub runs: Vec<f64>,
    /// Calls in each run.
    pub loops: u32,
    /// Seconds of the first call, which is not counted.
    pub warm_up: f64,
}

/// Runs of a measurement, as `%timeit` takes them.
pub const RUNS: usize = 7;

/// Runs of a block that takes long.
const FEWER_RUNS: usize = 5;

/// A block takes long from so many seconds on.
const LONG: f64 = 0.25;

/// A run lasts at least so many seconds: a million times what the clock can tell apart.
const LONG_ENOUGH: f64 = 0.05;

/// Calls a block once to warm up, then in 7 runs of as many calls as make a run last 0.05 s.
/// A block whose first call takes 0.25 s or more gets 5 runs.
///
/// In JupyterLab, a measurement that takes long says how far it is ([`Meter`]).
///
/// The number of calls is the first of 1, 2, 5, 10, 20, 50, … that suffices, as Python's module `timeit`
/// finds it; `%timeit` asks for 0.2 s and goes by powers of ten, so that its runs last longer. The run that sufficed
/// is the first of those that count. Each result passes through [`black_box`], so the compiler cannot drop the work; to
/// keep it from working ahead, pass inputs through `black_box` as well.
///
/// # Panics
///
/// Only if the block does.
///
/// # Examples
///
/// ```
/// use std::hint::black_box;
/// # use speedup::repeat::timeit;
/// let root = timeit(|| black_box(2.0_f64).sqrt());
/// assert!(root.mean() > 0.0);
/// ```
pub fn timeit<T>(mut block: impl FnMut() -> T) -> Repeated {
    let mut run = |calls: u32| {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(block());
        }
        start.elapsed().as_secs_f64()
    };
    let warm_up = run(1);
    let count = if warm_up < LONG { RUNS } else { FEWER_RUNS };
    let mut meter = Meter::new("runs", count);
    let sizes = (0..9).flat_map(|power| [1, 2, 5].map(|first| first * 10_u32.pow(power)));
    let (mut loops, mut seconds) = (0, 0.0);
    for calls in sizes {
        (loops, seconds) = (calls, run(calls));
        if seconds >= LONG_ENOUGH {
            break;
        }
        meter = Meter::new("runs", count);
    }
    let a_call = |seconds: f64| {
        meter.step();
        seconds / f64::from(loops)
    };
    let mut runs = vec![a_call(seconds)];
    runs.extend((1..count).map(|_| a_call(run(loops))));
    Repeated {
        runs,
        loops,
        warm_up,
    }
}

/// Measures several ways to do one work in turns, so that a noisy machine treats them alike.
///
/// One round to warm up is not counted, then `rounds` rounds each run every way once,
/// in the order given and back again, as threads of the way before may still be awake. Returns each way with its median time in seconds.
/// In JupyterLab, a measurement that takes long says how far it is ([`Meter`]).
///
/// # Panics
///
/// Only if the work does.
///
/// # Examples
///
/// ```
/// use speedup::repeat::take_turns;
///
/// let medians = take_turns(5, &[1_000, 100_000], |n| (0..n).map(|k: u64| k ^ 7).sum::<u64>());
/// assert_eq!(medians[1].0, 100_000);
/// assert!(medians[1].1 > 0.0);
/// ```
pub fn take_turns<W: Copy, T>(
    rounds: usize,
    ways: &[W],
    mut work: impl FnMut(W) -> T,
) -> Vec<(W, f64)> {
    let mut times = vec![Vec::with_capacity(rounds); ways.len()];
    let meter = Meter::new("runs", (rounds + 1) * ways.len());
    for round in 0..=rounds {
        for k in 0..ways.len() {
            let k = if round % 2 == 0 {
                k
            } else {
                ways.len() - 1 - k
            };
            let start = Instant::now();
            black_box(work(ways[k]));
            if round > 0 {
                times[k].push(start.elapsed().as_secs_f64());
            }
            meter.step();
        }
    }
    let medians = times
        .iter_mut()
        .map(|times| crate::median::median(times).unwrap_or(f64::NAN));
    ways.iter().copied().zip(medians).collect()
}

impl Repeated {
    /// Mean seconds a call.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::repeat::Repeated;
    /// let runs = Repeated { runs: vec![1.0, 2.0, 6.0], loops: 1, warm_up: 9.0 };
    /// assert_eq!((runs.mean(), runs.median(), runs.fastest()), (3.0, 2.0, 1.0));
    /// ```
    pub fn mean(&self) -> f64 {
        self.runs.iter().sum::<f64>() / self.runs.len() as f64
    }

    /// Standard deviation of the runs in seconds, over all of them, as IPython computes it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::repeat::Repeated;
    /// let runs = Repeated { runs: vec![1.0, 3.0], loops: 1, warm_up: 9.0 };
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

    /// Median seconds a call: what charts and ratios use.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::repeat::Repeated;
    /// assert!(Repeated { runs: vec![], loops: 1, warm_up: 0.0 }.median().is_nan());
    /// ```
    pub fn median(&self) -> f64 {
        crate::median::median(&mut self.runs.clone()).unwrap_or(f64::NAN)
    }

    /// Fastest seconds a call: the run that was disturbed least.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::repeat::Repeated;
    /// let runs = Repeated { runs: vec![2.0, 1.0], loops: 1, warm_up: 9.0 };
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
    /// speedup::repeat::timeit(|| 1 + 1).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        crate::notebook::show("text/plain", &self.to_string());
    }
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [mean, deviation, fastest, median, warm_up] = [
            self.mean(),
            self.standard_deviation(),
            self.fastest(),
            self.median(),
            self.warm_up,
        ]
        .map(human);
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
    fn turns_alternate_and_the_first_round_is_not_counted() {
        let mut order = String::new();
        let medians = take_turns(2, &['a', 'b'], |way| order.push(way));
        assert_eq!(order, "abbaab");
        assert_eq!(medians.len(), 2);
        assert!(take_turns(0, &['a'], |_| ())[0].1.is_nan());
    }

    #[test]
    fn prints_as_ipython_does() {
        let runs = Repeated {
            runs: vec![0.480, 0.484],
            loops: 1,
            warm_up: 0.5,
        };
        let expected = "482 ms ± 2 ms per loop (mean ± std. dev. of 2 runs, 1 loop each)\n\
                        fastest 480 ms, median 482 ms; warm-up, not counted: 500 ms";
        assert_eq!(runs.to_string(), expected);
    }

    #[test]
    fn a_long_block_is_called_once_a_run() {
        let mut calls = 0;
        let nap = std::time::Duration::from_millis(260);
        let runs = timeit(|| {
            calls += 1;
            std::thread::sleep(nap);
        });
        // The warm-up and the five that count; the first of them showed that it is long enough.
        assert_eq!((runs.loops, runs.runs.len(), calls), (1, 5, 6));
    }

    #[test]
    fn a_short_block_is_called_no_more_often_than_needed() {
        let nap = std::time::Duration::from_millis(12);
        // A nap may last longer than asked for, not shorter.
        let loops = timeit(|| std::thread::sleep(nap)).loops;
        assert!(loops <= 5, "{loops} loops");
    }
}
