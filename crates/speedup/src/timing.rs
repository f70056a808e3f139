//! A block timed once, as IPython's `%%time` prints it.

use std::fmt::{self, Write};
use std::hint::black_box;
use std::time::Instant;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// A block's result, the processor time it took and the wall-clock time; all times in seconds.
///
/// In a notebook, a cell that ends with it shows the two lines that `%%time` shows.
///
/// # Examples
///
/// ```
/// use speedup::timing::timed;
///
/// let run = timed(|| (0..1_000_000_u64).map(|k| k ^ 7).sum::<u64>());
/// assert!(run.wall > 0.0);
/// println!("{run}"); // CPU times: user …, sys: …, total: … / Wall time: …
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed<T> {
    /// What the block returned.
    pub value: T,
    /// Seconds the processors spent in the program's own code, summed over threads.
    pub user: f64,
    /// Seconds the processors spent in the operating system for the program.
    pub sys: f64,
    /// Seconds on the clock on the wall.
    pub wall: f64,
}

/// Runs a block once and measures it.
///
/// Processor time is that of the whole process, all its threads together, so a
/// well-split block on n cores shows n times as much processor time as wall time.
/// The result passes through [`black_box`], so the compiler cannot drop the work.
///
/// # Panics
///
/// Only if the block does.
///
/// # Examples
///
/// ```
/// # use speedup::timing::timed;
/// assert_eq!(timed(|| 6 * 7).value, 42);
/// ```
pub fn timed<T>(block: impl FnOnce() -> T) -> Timed<T> {
    let before = cpu_seconds();
    let start = Instant::now();
    let value = black_box(block());
    let wall = start.elapsed().as_secs_f64();
    let after = cpu_seconds();
    Timed {
        value,
        user: after.0 - before.0,
        sys: after.1 - before.1,
        wall,
    }
}

/// User and system seconds of this process so far; zeros where the system does not say.
fn cpu_seconds() -> (f64, f64) {
    let seconds = |usage: Usage| {
        let user = usage.user_time().num_microseconds() as f64 * 1e-6;
        let sys = usage.system_time().num_microseconds() as f64 * 1e-6;
        (user, sys)
    };
    getrusage(UsageWho::RUSAGE_SELF).map_or((0.0, 0.0), seconds)
}

impl<T> fmt::Display for Timed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [user, sys, total, wall] =
            [self.user, self.sys, self.user + self.sys, self.wall].map(human);
        writeln!(f, "CPU times: user {user}, sys: {sys}, total: {total}")?;
        write!(f, "Wall time: {wall}")
    }
}

impl<T: fmt::Debug> Timed<T> {
    /// Shows the times and the value as a notebook cell's result; of a long value its beginning.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup::timing::timed(|| 6 * 7).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        let mut text = Beginning(format!("{self}\n"), 1_000);
        // An error says that the text has been cut.
        if write!(text, "{:?}", self.value).is_err() {
            text.0.push('…');
        }
        crate::notebook::show("text/plain", &text.0);
    }
}

/// A text, and how many more characters it takes.
struct Beginning(String, usize);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(text.chars().take(self.1));
        self.1 = self.1.checked_sub(text.chars().count()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Seconds with three significant digits and a fitting unit, as IPython writes them; from a minute
/// on in whole seconds, from an hour on in whole minutes.
///
/// # Examples
///
/// ```
/// use speedup::timing::human;
///
/// assert_eq!(human(6.95), "6.95 s");
/// assert_eq!(human(0.0135), "13.5 ms");
/// assert_eq!(human(0.0), "0 ns");
/// assert_eq!(human(95.0), "1min 35s");
/// assert_eq!(human(5400.0), "1h 30min");
/// ```
pub fn human(seconds: f64) -> String {
    if !seconds.is_finite() {
        return format!("{seconds} s");
    }
    // Rounded first: 0.9999 is 1 s, not 1000 ms.
    let rounded = format!("{seconds:.2e}").parse().unwrap_or(seconds);
    if rounded < 60.0 {
        let (factor, unit) = unit(rounded);
        return format!("{} {unit}", significant(rounded * factor, 3));
    }
    let parts = |of_large: f64, large: &str, small: &str| {
        let whole = (seconds * 60.0 / of_large).round();
        format!(
            "{:.0}{large} {:.0}{small}",
            (whole / 60.0).floor(),
            whole % 60.0
        )
    };
    if seconds.round() < 3600.0 {
        parts(60.0, "min", "s")
    } else {
        parts(3600.0, "h", "min")
    }
}

/// The unit that fits a time, with how many of it a second has.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::timing::unit(0.0135), (1e3, "ms"));
/// ```
pub fn unit(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        s if s < 1e-6 => (1e9, "ns"),
        s if s < 1e-3 => (1e6, "µs"),
        s if s < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    }
}

/// A number with so many significant digits and no trailing zeros.
///
/// # Examples
///
/// ```
/// use speedup::timing::significant;
///
/// assert_eq!(significant(482.4, 3), "482");
/// assert_eq!(significant(2.4649, 3), "2.46");
/// assert_eq!(significant(10.0, 3), "10");
/// assert_eq!(significant(0.0, 3), "0");
/// ```
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = (digits - 1 - value.abs().log10().floor() as i32).max(0);
    let text = format!("{value:.*}", decimals as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
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
    fn times_near_a_change_of_unit_are_in_the_larger_one() {
        let texts = [
            (0.9999, "1 s"),
            (0.9994, "999 ms"),
            (9.999e-7, "1 µs"),
            (9.999e-4, "1 ms"),
            (59.94, "59.9 s"),
            (59.99, "1min 0s"),
            (95.4, "1min 35s"),
            (3599.4, "59min 59s"),
            (3599.6, "1h 0min"),
            (5400.0, "1h 30min"),
            (100.0 * 3600.0, "100h 0min"),
            (-0.5, "-500 ms"),
            (f64::INFINITY, "inf s"),
            (f64::NAN, "NaN s"),
        ];
        for (seconds, text) in texts {
            assert_eq!(human(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn of_a_long_value_the_beginning_is_shown() {
        let mut text = Beginning(String::new(), 5);
        assert!(write!(text, "{:?}", [1, 2, 3]).is_err());
        assert_eq!(text.0, "[1, 2");
        let mut text = Beginning(String::new(), 9);
        assert!(write!(text, "{:?}", [1, 2, 3]).is_ok());
        assert_eq!(text.0, "[1, 2, 3]");
    }

    #[test]
    fn prints_as_ipython_does() {
        let run = Timed {
            value: (),
            user: 6.95,
            sys: 0.0135,
            wall: 6.95,
        };
        let expected = "CPU times: user 6.95 s, sys: 13.5 ms, total: 6.96 s\nWall time: 6.95 s";
        assert_eq!(run.to_string(), expected);
    }
}
