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

/// What a second thread must do of what the busiest does, or the work is not divided.
/// A thread that only waits may stay awake for some milliseconds, which is not work.
const LEAST: f64 = 0.1;
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
        if second_share(threads, &work)? >= LEAST {
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

/// The processor time of the second-busiest thread, or of new threads, as a share of the busiest one's.
fn second_share<T: Send>(threads: Threads, work: impl Fn() -> T + Sync) -> Option<f64> {
    let each = || {
        let pool = threads.install(|| rayon::broadcast(|_| of_this_thread()));
        let all = pool.ok()?.into_iter().chain([of_this_thread()]);
        all.collect::<Option<Vec<f64>>>()
    };
    let before = each()?;
    let run = timed(|| threads.install(&work));
    let after = each()?;
    let mut times: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    // What is left is that of threads which the work has started itself.
    let others = run.user + run.sys - times.iter().sum::<f64>();
    times.sort_by(|a, b| b.total_cmp(a));
    Some(times[1].max(others) / times[0])
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
