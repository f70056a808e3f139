//! A simulation of work stealing: the time of a parallel loop on a number of workers that need not exist.
//!
//! # Model
//!
//! A [`Job`] is a loop whose tasks, the *leaves*, take known times. It is cut as rayon cuts a loop with
//! `with_max_len(1)`: a range of leaves is halved until it has one leaf. So the ranges are a fork-join tree. Each
//! worker has a list of ranges.
//!
//! 1. A worker with a range of several leaves splits it, which takes [`Costs::split`]. It puts the right half at the
//!    back of its list and goes on with the left half, which has one leaf less if the number is odd.
//! 2. A worker with a range of one leaf works for the time of this leaf. Then it takes the range at the back of its
//!    own list, the smallest one.
//! 3. A worker whose list is empty looks at another worker, each with the same probability. It takes the range at the
//!    front of that worker's list, the largest one, if there is any. This is a steal. Each look takes
//!    [`Costs::steal`], and the worker looks again until it finds a range.
//!
//! Worker 0 begins with the whole loop, and all others begin to look. The job ends when its last leaf ends. To join
//! two halves is part of the cost of their split.
//!
//! A leaf takes the same time on each worker. So the model has no caches, no bandwidth of the memory, no cores that
//! share a clock or a unit, and no other programs.
//!
//! # Bounds
//!
//! With the [work](Job::work) T₁ and the [span](Job::span) T∞, the time on p workers is at least max(T₁/p, T∞). If
//! steals are free, it is at most T₁/p + (1 − 1/p) T∞ (R. L. Graham 1969, R. P. Brent 1974). With steals that take
//! time its mean is at most T₁/p + O(T∞) (Blumofe and Leiserson).
//!
//! Source: R. D. Blumofe and C. E. Leiserson, "Scheduling multithreaded computations by work stealing", J. ACM 46,
//! 1999, doi:10.1145/324133.324234. There a thief takes the rest of the parent, here a half as in rayon.

mod job;
#[cfg(test)]
mod tests;
mod workers;

use rayon::prelude::*;

pub use job::{Costs, Job};

use crate::Error;
use crate::Streams;
use crate::Threads;
use crate::error::{check_count, check_finite};
use crate::memory::budget::check_fits;

/// The most workers of a simulation.
pub const MAX_WORKERS: usize = 65_536;

/// What came out of one simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Seconds until the last leaf ended.
    pub seconds: f64,
    /// Ranges that were stolen.
    pub steals: u64,
}

/// Where and when one leaf ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The number of the leaf.
    pub leaf: usize,
    /// The number of the worker that ran it.
    pub worker: usize,
    /// Seconds from the start of the job to that of the leaf.
    pub start: f64,
    /// Seconds from the start of the job to the end of the leaf.
    pub end: f64,
}

/// Simulates a job on `workers` workers `runs` times, one run after another.
///
/// Run i draws the workers that thieves look at from stream i. A run takes time in proportion to the leaves and to
/// the looks at workers while any range can be stolen; of these a steal takes `workers` on average, at most.
///
/// # Errors
///
/// [`Error::Count`] unless `workers` is 1 to [`MAX_WORKERS`] and `runs` at least 1; [`Error::Memory`] if the runs do
/// not fit in memory; [`Error::NotFinite`] if a time exceeds the largest `f64`.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::kernels::schedule::{Costs, Job, simulate_all};
///
/// // Five equal leaves are halved to two and three, so two workers take the time of three.
/// let job = Job::new(vec![1.0; 5], Costs { split: 0.0, steal: 0.0 })?;
/// let runs = simulate_all(&job, 2, 3, Streams::new(1))?;
/// assert!(runs.iter().all(|run| run.seconds == 3.0));
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn simulate_all(
    job: &Job,
    workers: usize,
    runs: usize,
    streams: Streams,
) -> Result<Vec<Outcome>, Error> {
    check(workers, runs)?;
    (0..runs)
        .map(|run| simulate(job, workers, run, streams))
        .collect()
}

/// The outcomes of [`simulate_all`], by several threads: each run is a task.
///
/// **Same bits** for any number of threads, and as [`simulate_all`]: a run depends on its stream only.
///
/// # Errors
///
/// As [`simulate_all`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::kernels::schedule::{Costs, Job, simulate_all, simulate_all_parallel};
/// use speedup::{Streams, Threads};
///
/// let job = Job::new(vec![1e-3; 100], Costs { split: 1e-7, steal: 1e-5 })?;
/// let runs = simulate_all_parallel(&job, 8, 20, Streams::new(1), Threads::new(2)?)?;
/// assert_eq!(runs, simulate_all(&job, 8, 20, Streams::new(1))?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn simulate_all_parallel(
    job: &Job,
    workers: usize,
    runs: usize,
    streams: Streams,
    threads: Threads,
) -> Result<Vec<Outcome>, Error> {
    check(workers, runs)?;
    let tasks = (0..runs).into_par_iter().with_max_len(1);
    let outcomes = tasks.map(|run| simulate(job, workers, run, streams));
    // The first error in the order of the runs, whichever thread is done first.
    let outcomes: Vec<Result<Outcome, Error>> = threads.install(|| outcomes.collect())?;
    outcomes.into_iter().collect()
}

/// Where and when each leaf ran in run number `run` of [`simulate_all`], in the order of their ends.
///
/// # Errors
///
/// As [`simulate_all`].
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::kernels::schedule::{Costs, Job, trace};
///
/// let job = Job::new(vec![1.0, 2.0], Costs { split: 0.5, steal: 0.25 })?;
/// let placed = trace(&job, 2, 0, Streams::new(1))?;
/// // Worker 1 looks in steps of 0.25, and finds the second leaf as soon as it is there.
/// assert_eq!((placed[1].leaf, placed[1].worker, placed[1].start), (1, 1, 0.5));
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn trace(
    job: &Job,
    workers: usize,
    run: usize,
    streams: Streams,
) -> Result<Vec<Placement>, Error> {
    check(workers, 1)?;
    check_fits::<Placement>("placements of the leaves", job.leaves().len() as u128)?;
    let mut placed = Vec::with_capacity(job.leaves().len());
    let outcome = workers::run(job, workers, &mut streams.stream(run as u64), |placement| {
        placed.push(placement);
    });
    check_finite("seconds of the job", outcome.seconds)?;
    Ok(placed)
}

fn simulate(job: &Job, workers: usize, run: usize, streams: Streams) -> Result<Outcome, Error> {
    let outcome = workers::run(job, workers, &mut streams.stream(run as u64), |_| ());
    check_finite("seconds of the job", outcome.seconds)?;
    Ok(outcome)
}

fn check(workers: usize, runs: usize) -> Result<(), Error> {
    check_count("workers", workers, 1, MAX_WORKERS as u64)?;
    check_count("runs", runs, 1, u64::MAX)?;
    check_fits::<Outcome>("outcomes of the runs", runs as u128)
}
