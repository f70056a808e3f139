//! What a check cell says of a student's answer.

use std::fmt;

use crate::timing::timed;
use crate::{Threads, notebook};

/// What came out of a check; a cell that ends with it shows it.
///
/// A check that does not pass is no panic: in a run by nbconvert a panic ends the cell's
/// process, and the cells after it would miss all variables.
///
/// # Examples
///
/// ```
/// use speedup::exercise::verdict;
///
/// fn check(answer: u32) -> Result<String, String> {
///     match answer {
///         42 => Ok("42".into()),
///         other => Err(format!("{other} is not the answer, count again")),
///     }
/// }
/// assert_eq!(verdict(check(42)).to_string(), "right: 42");
/// assert_eq!(verdict(check(6)).to_string(), "not yet: 6 is not the answer, count again");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict(Result<String, String>);

/// The verdict on an answer: what was seen to be right, or what is wrong and where to look.
pub fn verdict(outcome: Result<String, String>) -> Verdict {
    Verdict(outcome)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(seen) => write!(f, "right: {seen}"),
            Err(problem) => write!(f, "not yet: {problem}"),
        }
    }
}

impl Verdict {
    /// Shows the verdict as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup::exercise::verdict(Ok("all results are equal".into())).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        notebook::show("text/plain", &self.to_string());
    }
}

/// The most of all work that one thread may do if the work counts as divided.
const LARGEST_SHARE: f64 = 0.9;
/// How often work is run before it counts as not divided: other programs may hold threads up.
const TRIES: usize = 5;

/// Whether some work, run where rayon uses `threads`, is divided among several threads.
///
/// What counts is the processor time of each thread, not the time on the clock, so it can be
/// seen on a single core, too. The work should take some tens of milliseconds. `None` if
/// the system does not tell the time of a thread (it does on Linux).
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
/// use speedup::{Threads, exercise};
///
/// let step = |k: u64| (0..200_000).fold(k, |x, _| std::hint::black_box(x).rotate_left(5));
/// let serial = exercise::is_divided(Threads::new(4)?, || {
///     (0..400).map(step).max()
/// });
/// let parallel = exercise::is_divided(Threads::new(4)?, || {
///     (0..400).into_par_iter().map(step).max()
/// });
/// if cfg!(target_os = "linux") {
///     assert_eq!((serial, parallel), (Some(false), Some(true)));
/// }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn is_divided<T: Send>(threads: Threads, work: impl Fn() -> T + Sync) -> Option<bool> {
    for _ in 0..TRIES {
        if largest_share(threads, &work)? < LARGEST_SHARE {
            return Some(true);
        }
    }
    Some(false)
}

/// For a check: the sentence to say when some work is not divided, see [`is_divided`].
///
/// # Errors
///
/// That sentence.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, exercise};
///
/// let step = |k: u64| (0..200_000).fold(k, |x, _| std::hint::black_box(x).rotate_left(5));
/// let serial = || (0..400).map(step).max();
/// let outcome = exercise::must_be_divided(Threads::new(4)?, serial);
/// if cfg!(target_os = "linux") {
///     assert!(outcome.unwrap_err().contains("one of 4 threads does nearly all the work"));
/// }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn must_be_divided<T: Send>(
    threads: Threads,
    work: impl Fn() -> T + Sync,
) -> Result<(), String> {
    match is_divided(threads, work) {
        Some(false) => Err(format!(
            "the results are right, but one of {threads} does nearly all the work: \
             is the loop a parallel one?"
        )),
        _ => Ok(()),
    }
}

/// The share of the processor time that went to the busiest thread.
fn largest_share<T: Send>(threads: Threads, work: impl Fn() -> T + Sync) -> Option<f64> {
    let each = || {
        let mut all = threads
            .install(|| rayon::broadcast(|_| of_this_thread()))
            .ok()?;
        all.push(of_this_thread());
        all.into_iter().collect::<Option<Vec<f64>>>()
    };
    let before = each()?;
    let run = timed(|| threads.install(&work));
    let after = each()?;
    let most = after
        .iter()
        .zip(&before)
        .map(|(a, b)| a - b)
        .fold(0.0, f64::max);
    Some(most / (run.user + run.sys))
}

/// The processor time of the calling thread in seconds.
#[cfg(target_os = "linux")]
fn of_this_thread() -> Option<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let time = usage.user_time() + usage.system_time();
    Some(time.num_microseconds() as f64 * 1e-6)
}

#[cfg(not(target_os = "linux"))]
fn of_this_thread() -> Option<f64> {
    None
}
