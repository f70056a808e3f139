//! Checks of a student's answer to an exercise.

use std::fmt;

use crate::jupyter;
use crate::measure::timing::timed;
use speedup::Threads;

/// The result of a check: `right` and what was checked, or `not yet`, what is wrong, and which version was judged.
///
/// A check that fails does not panic. In a run by nbconvert a panic may end the process, and the
/// later cells would miss all variables.
///
/// # Examples
///
/// ```
/// use speedup_notebook::notebook::checks::verdict;
///
/// fn check(answer: u32) -> Result<String, String> {
///     match answer {
///         42 => Ok("42".into()),
///         other => Err(format!("{other} is not the answer, count again")),
///     }
/// }
/// assert_eq!(verdict(check(42)).to_string(), "right: 42");
/// let problem = verdict(check(6)).to_string();
/// assert!(problem.starts_with("not yet: 6 is not the answer, count again\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict(Result<String, String>);

/// What a check cannot see: a cell that does not compile leaves the function of an earlier one.
const JUDGED: &str = "If your cell did not compile, this is about the version before it.";

/// The verdict on an answer: `Ok` with what is right, or `Err` with what is wrong.
pub fn verdict(outcome: Result<String, String>) -> Verdict {
    Verdict(outcome)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(seen) => write!(f, "right: {seen}"),
            Err(problem) => write!(f, "not yet: {problem}\n{JUDGED}"),
        }
    }
}

impl Verdict {
    /// Shows the verdict as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// speedup_notebook::notebook::checks::verdict(Ok("all results are equal".into())).evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        jupyter::show("text/plain", &self.to_string());
    }
}

/// The least processor time of the second-busiest thread in parallel work, as a share of the
/// busiest thread's. A waiting thread uses some milliseconds as well.
const MIN_SHARE: f64 = 0.1;
/// The most runs before work counts as serial. Other programs may delay the threads of one run.
const MAX_RUNS: usize = 5;

/// Whether work runs on several threads where rayon uses `threads`.
///
/// The measure is the processor time of each thread, which shows parallel work on a single core as
/// well. The work should take tens of milliseconds. The result is `None` on systems other than
/// Linux, which do not report the processor time of each thread. It is also `None` for work on
/// threads other than rayon's, unless these use clearly more processor time than one thread can.
///
/// # Examples
///
/// ```
/// use rayon::prelude::*;
/// use speedup::Threads;
/// use speedup_notebook::notebook::checks;
///
/// let step = |k: u64| (0..200_000).fold(k, |x, _| std::hint::black_box(x).rotate_left(5));
/// let serial = checks::is_parallel(Threads::new(4)?, || {
///     (0..400).map(step).max()
/// });
/// let parallel = checks::is_parallel(Threads::new(4)?, || {
///     (0..400).into_par_iter().map(step).max()
/// });
/// let elsewhere = checks::is_parallel(Threads::new(4)?, || {
///     std::thread::spawn(move || (0..400).map(step).max()).join()
/// });
/// # let pool = checks::is_parallel(Threads::new(4)?, || {
/// #     Threads::Sequential.install(|| (0..400).into_par_iter().map(step).max())
/// # });
/// # assert_ne!(pool, Some(true));
/// # let other = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
/// # let other = checks::is_parallel(Threads::new(4)?, || {
/// #     other.install(|| (0..400).into_par_iter().map(step).max())
/// # });
/// # assert_ne!(other, Some(false));
/// if cfg!(target_os = "linux") {
///     assert_eq!((serial, parallel, elsewhere), (Some(false), Some(true), None));
/// }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn is_parallel<T: Send>(threads: Threads, work: impl Fn() -> T + Sync) -> Option<bool> {
    for _ in 0..MAX_RUNS {
        if second_share(threads, &work)? >= MIN_SHARE {
            return Some(true);
        }
    }
    Some(false)
}

/// Refuses work that does not run on several threads, see [`is_parallel`].
///
/// # Errors
///
/// The sentence that a check cell shows.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup_notebook::notebook::checks;
///
/// let step = |k: u64| (0..200_000).fold(k, |x, _| std::hint::black_box(x).rotate_left(5));
/// let serial = || (0..400).map(step).max();
/// let outcome = checks::must_be_parallel(Threads::new(4)?, serial);
/// if cfg!(target_os = "linux") {
///     assert!(outcome.unwrap_err().contains("one of 4 threads does nearly all the work"));
/// }
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn must_be_parallel<T: Send>(
    threads: Threads,
    work: impl Fn() -> T + Sync,
) -> Result<(), String> {
    match is_parallel(threads, work) {
        Some(false) => Err(format!(
            "the results are right, but one of {threads} does nearly all the work: \
             is the loop a parallel one?"
        )),
        _ => Ok(()),
    }
}

/// The processor time of the second-busiest thread as a share of the busiest thread's.
///
/// Only the sum of the threads outside the pool is known. If it is more than one thread can use, the
/// share is 1. If it is less and the most, the share is not known.
fn second_share<T: Send>(threads: Threads, work: impl Fn() -> T + Sync) -> Option<f64> {
    let each = || {
        let pool = threads.install(|| rayon::broadcast(|_| thread_seconds()));
        let all = pool.ok()?.into_iter().chain([thread_seconds()]);
        all.collect::<Option<Vec<f64>>>()
    };
    let before = each()?;
    let run = timed(|| threads.install(&work));
    let after = each()?;
    let mut times: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    // The rest of the process's time is that of the threads outside the pool.
    let others = run.user + run.sys - times.iter().sum::<f64>();
    if others > 1.1 * run.wall {
        return Some(1.0);
    }
    times.sort_by(|a, b| b.total_cmp(a));
    if others > times[0] {
        return None;
    }
    Some(times[1].max(others) / times[0])
}

/// The processor time of the calling thread in seconds.
#[cfg(target_os = "linux")]
fn thread_seconds() -> Option<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let time = usage.user_time() + usage.system_time();
    Some(time.num_microseconds() as f64 * 1e-6)
}

#[cfg(not(target_os = "linux"))]
fn thread_seconds() -> Option<f64> {
    None
}
