//! A progress meter: lines of text for a reader who waits for long work.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use crate::jupyter;
use crate::measure::format::format_duration;

/// Milliseconds until the first line. Shorter work has none.
const SILENCE: u64 = 2_000;
/// Milliseconds from one line to the next.
const PAUSE: u64 = 1_000;

/// Counts the steps of long work and writes about one line per second, with the number of steps
/// done and an estimate of the time left. The first line comes after two seconds.
///
/// It writes only in a JupyterLab session. In a run by nbconvert it writes nothing, so that the
/// output does not depend on the time that the work took. Any thread may count steps. Each step
/// reads the clock, and lines appear only when a step is done, so a step should take between some
/// microseconds and a second. The estimate assumes that the steps left take as long as those done.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::progress_meter::ProgressMeter;
///
/// let meter = ProgressMeter::new("matrices", 20);
/// let sizes: Vec<usize> = (1..=20).map(|n| n * n).inspect(|_| meter.step()).collect();
/// assert_eq!(sizes.len(), 20);
/// ```
#[derive(Debug)]
pub struct ProgressMeter {
    what: &'static str,
    total: usize,
    start: Instant,
    done: AtomicUsize,
    /// Milliseconds from the start to the next line.
    due: AtomicU64,
}

impl ProgressMeter {
    /// Starts the clock for `total` steps; `what` is their name in the plural.
    ///
    /// # Examples
    ///
    /// ```
    /// let meter = speedup_notebook::measure::progress_meter::ProgressMeter::new("files", 3);
    /// ```
    pub fn new(what: &'static str, total: usize) -> Self {
        Self {
            what,
            total,
            start: Instant::now(),
            done: AtomicUsize::new(0),
            due: AtomicU64::new(SILENCE),
        }
    }

    /// Counts a step that is done, and writes a line if one is due.
    ///
    /// # Examples
    ///
    /// ```
    /// # let meter = speedup_notebook::measure::progress_meter::ProgressMeter::new("files", 3);
    /// for file in ["a", "b", "c"] {
    ///     // … something that takes a while …
    ///     meter.step();
    /// }
    /// ```
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Relaxed) + 1;
        let elapsed = self.start.elapsed().as_millis() as u64;
        if let Some(line) = self.line(done, elapsed)
            && jupyter::attended()
        {
            // An error is ignored: it means that the output is no longer read.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// The line that is due. Of several threads that ask at the same time only one gets it.
    fn line(&self, done: usize, elapsed: u64) -> Option<String> {
        let due = self.due.load(Relaxed);
        if elapsed < due || done >= self.total {
            return None;
        }
        let next = elapsed + PAUSE;
        self.due
            .compare_exchange(due, next, Relaxed, Relaxed)
            .ok()?;
        let elapsed = (elapsed as f64 * 1e-3).round();
        Some(progress_line(elapsed, done, self.total, self.what))
    }
}

/// A line of a progress report: the seconds so far, the steps done, and an estimate of the time
/// left, in whole seconds if it is longer than one.
pub(crate) fn progress_line(elapsed: f64, done: usize, total: usize, steps: &str) -> String {
    let left = match elapsed * (total - done) as f64 / done as f64 {
        left if left > 1.0 => format!(", about {} left", format_duration(left.ceil())),
        left if left > 0.0 => format!(", about {} left", format_duration(left)),
        _ => String::new(),
    };
    let elapsed = format_duration(elapsed);
    format!("{elapsed:>8}  {done} of {total} {steps} done{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of work whose steps take `step` milliseconds each.
    fn lines(total: usize, step: u64) -> Vec<String> {
        let meter = ProgressMeter::new("steps", total);
        (1..=total)
            .filter_map(|done| meter.line(done, done as u64 * step))
            .collect()
    }

    #[test]
    fn short_work_has_no_lines() {
        assert!(lines(1_000, 1).is_empty());
        assert!(lines(1, 60_000).is_empty());
    }

    #[test]
    fn long_work_has_a_line_per_second() {
        let lines = lines(10_000, 1);
        assert_eq!(lines.len(), 8);
        assert_eq!(
            lines[0],
            "     2 s  2000 of 10000 steps done, about 8 s left"
        );
        assert_eq!(
            lines[7],
            "     9 s  9000 of 10000 steps done, about 1 s left"
        );
    }

    #[test]
    fn long_steps_have_a_line_each() {
        let lines = lines(3, 95_000);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "1min 35s  1 of 3 steps done, about 3min 10s left");
    }

    #[test]
    fn of_threads_that_ask_together_one_gets_the_line() {
        let meter = ProgressMeter::new("steps", 9);
        assert!(meter.line(3, 2_500).is_some());
        assert!(meter.line(4, 2_500).is_none());
    }
}
