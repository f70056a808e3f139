//! The time of one run of a closure, as IPython's `%%time` prints it.

use std::fmt::{self, Write};
use std::hint::black_box;
use std::time::Instant;

use crate::measure::cpu_time;
use crate::measure::format::format_duration;

/// The result of a closure, its processor time and its wall-clock time, in seconds.
///
/// A cell that ends with it shows the two lines of `%%time`, and below them the result.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::timing::timed;
///
/// let run = timed(|| (0..1_000_000_u64).map(|k| k ^ 7).sum::<u64>());
/// assert!(run.wall > 0.0);
/// println!("{run}"); // CPU times: user …, sys: …, total: … / Wall time: …
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing<T> {
    /// The result of the closure.
    pub value: T,
    /// Seconds of processor time in the program's own code, summed over threads.
    pub user: f64,
    /// Seconds of processor time in the operating system for the program, summed over threads.
    pub sys: f64,
    /// Seconds of wall-clock time.
    pub wall: f64,
}

/// Runs a closure once and measures its times.
///
/// Processor time is that of all threads of the process together. Parallel work that keeps n cores
/// busy has n times as much processor time as wall-clock time. The result passes through
/// [`black_box`], so that the compiler cannot remove the work. Where the system does not report processor time, as on
/// Windows, it is 0.
///
/// # Panics
///
/// Only if the closure does.
///
/// # Examples
///
/// ```
/// # use speedup_notebook::measure::timing::timed;
/// assert_eq!(timed(|| 6 * 7).value, 42);
/// ```
pub fn timed<T>(closure: impl FnOnce() -> T) -> Timing<T> {
    let before = cpu_seconds();
    let start = Instant::now();
    let value = black_box(closure());
    let wall = start.elapsed().as_secs_f64();
    let after = cpu_seconds();
    Timing {
        value,
        user: after.0 - before.0,
        sys: after.1 - before.1,
        wall,
    }
}

/// User and system seconds of this process so far; zeros if the system does not report them.
fn cpu_seconds() -> (f64, f64) {
    cpu_time::of_process().map_or((0.0, 0.0), |[user, sys]| {
        (user.as_secs_f64(), sys.as_secs_f64())
    })
}

impl<T> fmt::Display for Timing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [user, sys, total, wall] =
            [self.user, self.sys, self.user + self.sys, self.wall].map(format_duration);
        writeln!(f, "CPU times: user {user}, sys: {sys}, total: {total}")?;
        write!(f, "Wall time: {wall}")
    }
}

impl<T: fmt::Debug> Timing<T> {
    /// Shows the times and the value as a notebook cell's result. Of the value it shows at most 1,000
    /// characters.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::measure::timing::timed(|| 6 * 7).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        let mut text = Truncated(format!("{self}\n"), 1_000);
        // An error means that the text is longer.
        if write!(text, "{:?}", self.value).is_err() {
            text.0.push('…');
        }
        crate::jupyter::show("text/plain", &text.0);
    }
}

/// A text, and the number of characters that it may still grow by. Writing more is an error.
struct Truncated(String, usize);

impl fmt::Write for Truncated {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(text.chars().take(self.1));
        self.1 = self.1.checked_sub(text.chars().count()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_work_shows_as_user_time() {
        let run = timed(|| (0..20_000_000_u64).fold(1_u64, |h, k| black_box(h ^ k).rotate_left(5)));
        assert!(run.wall > 0.0 && run.user > 0.0);
    }

    #[test]
    fn sleeping_takes_wall_time_but_no_processor_time() {
        let nap = std::time::Duration::from_millis(60);
        let run = timed(|| std::thread::sleep(nap));
        assert!(run.wall >= nap.as_secs_f64());
    }

    #[test]
    fn a_long_value_is_truncated() {
        let mut text = Truncated(String::new(), 5);
        assert!(write!(text, "{:?}", [1, 2, 3]).is_err());
        assert_eq!(text.0, "[1, 2");
        let mut text = Truncated(String::new(), 9);
        assert!(write!(text, "{:?}", [1, 2, 3]).is_ok());
        assert_eq!(text.0, "[1, 2, 3]");
    }

    #[test]
    fn prints_as_ipython_does() {
        let run = Timing {
            value: (),
            user: 6.95,
            sys: 0.0135,
            wall: 6.95,
        };
        let expected = "CPU times: user 6.95 s, sys: 13.5 ms, total: 6.96 s\nWall time: 6.95 s";
        assert_eq!(run.to_string(), expected);
    }
}
