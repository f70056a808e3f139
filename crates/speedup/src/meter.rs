//! How far long work is, for somebody who waits for it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use crate::notebook;
use crate::timing::human;

/// Milliseconds of silence at the start: shorter work says nothing.
const SILENCE: u64 = 2_000;
/// Milliseconds from one line to the next.
const PAUSE: u64 = 1_000;

/// Counts steps of long work and says how far it is: one line about once a second, with an
/// estimate of the time left, after two seconds of silence.
///
/// It speaks only in a JupyterLab session, where somebody waits; what nbconvert writes is
/// the same however long the work took. Any thread may count. Each step reads the clock, and
/// there are lines only when steps are done, so that a step should take between some
/// microseconds and a second. The estimate takes the steps left to be like those done.
///
/// # Examples
///
/// ```
/// use speedup::meter::Meter;
///
/// let meter = Meter::new("matrices", 20);
/// let sizes: Vec<usize> = (1..=20).map(|n| n * n).inspect(|_| meter.step()).collect();
/// assert_eq!(sizes.len(), 20);
/// ```
#[derive(Debug)]
pub struct Meter {
    what: &'static str,
    total: usize,
    start: Instant,
    done: AtomicUsize,
    /// The milliseconds since the start at which the next line is due.
    due: AtomicU64,
}

impl Meter {
    /// Starts the clock for so many steps; `what` is their name in the plural.
    ///
    /// # Examples
    ///
    /// ```
    /// let meter = speedup::meter::Meter::new("files", 3);
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

    /// Counts a step that is done, and says so if a line is due.
    ///
    /// # Examples
    ///
    /// ```
    /// # let meter = speedup::meter::Meter::new("files", 3);
    /// for file in ["a", "b", "c"] {
    ///     // … something that takes a while …
    ///     meter.step();
    /// }
    /// ```
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Relaxed) + 1;
        let elapsed = self.start.elapsed().as_millis() as u64;
        if let Some(line) = self.line(done, elapsed)
            && notebook::attended()
        {
            // Nobody is left to tell if nobody reads.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// The line that is due; only one of the threads that ask at the same time gets it.
    fn line(&self, done: usize, elapsed: u64) -> Option<String> {
        let due = self.due.load(Relaxed);
        if elapsed < due || done >= self.total {
            return None;
        }
        let next = elapsed + PAUSE;
        self.due
            .compare_exchange(due, next, Relaxed, Relaxed)
            .ok()?;
        let elapsed = elapsed as f64 * 1e-3;
        let left = elapsed * (self.total - done) as f64 / done as f64;
        let (what, total) = (self.what, self.total);
        let (elapsed, left) = (human(elapsed.round()), human(left.ceil()));
        Some(format!(
            "{elapsed:>9}  {done} of {total} {what} done, about {left} left"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of work whose steps take so many milliseconds each.
    fn lines(total: usize, step: u64) -> Vec<String> {
        let meter = Meter::new("steps", total);
        (1..=total)
            .filter_map(|done| meter.line(done, done as u64 * step))
            .collect()
    }

    #[test]
    fn short_work_is_silent() {
        assert!(lines(1_000, 1).is_empty());
        assert!(lines(1, 60_000).is_empty());
    }

    #[test]
    fn long_work_says_once_a_second_how_long_it_will_take() {
        let lines = lines(10_000, 1);
        assert_eq!(lines.len(), 8);
        assert_eq!(
            lines[0],
            "      2 s  2000 of 10000 steps done, about 8 s left"
        );
        assert_eq!(
            lines[7],
            "      9 s  9000 of 10000 steps done, about 1 s left"
        );
    }

    #[test]
    fn long_steps_have_a_line_each() {
        let lines = lines(3, 95_000);
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0],
            " 1min 35s  1 of 3 steps done, about 3min 10s left"
        );
    }

    #[test]
    fn of_threads_that_ask_together_one_speaks() {
        let meter = Meter::new("steps", 9);
        assert!(meter.line(3, 2_500).is_some());
        assert!(meter.line(4, 2_500).is_none());
    }
}
