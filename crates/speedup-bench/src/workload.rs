//! One run of a kernel: seconds, and a value that is checked.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use speedup::Threads;

/// What went wrong in a run.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One run: how long the kernel took, and the value that all implementations must agree on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Seconds on the clock on the wall, of the kernel alone.
    pub seconds: f64,
    /// Computed from the kernel's result, after the clock was stopped.
    pub value: f64,
}

/// A prepared kernel; each call is one run of the same work.
pub type Run = Box<dyn FnMut() -> Result<Sample, Failure>>;

/// How much work a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The sizes of the handouts.
    Full,
    /// The same, but for workloads that take many seconds: a share of the work.
    Quick,
}

/// One line of the table of workloads.
#[derive(Clone, Copy)]
pub struct Workload {
    /// The kernel's name in all results.
    pub name: &'static str,
    /// Our implementation of it: one kernel may be measured in more ways than one.
    pub implementation: &'static str,
    /// The work, in words.
    pub work: &'static str,
    /// What `--quick` does instead, in words; nothing if it does the same.
    pub quick: Option<&'static str>,
    /// Makes the inputs, for so many threads.
    pub prepare: fn(Threads, Scale) -> Result<Run, Failure>,
}

/// Times `work`, and computes the value from its result when the clock has stopped.
///
/// The result is dropped outside the timed part as well.
///
/// # Errors
///
/// Those of `work`.
///
/// # Examples
///
/// ```
/// let sample = speedup_bench::workload::timed(|| Ok(vec![1.0, 2.0]), |v| v.iter().sum())?;
/// assert_eq!(sample.value, 3.0);
/// # Ok::<(), speedup_bench::workload::Failure>(())
/// ```
pub fn timed<T>(
    work: impl FnOnce() -> Result<T, speedup::Error>,
    value: impl FnOnce(&T) -> f64,
) -> Result<Sample, Failure> {
    let start = Instant::now();
    let result = black_box(work()?);
    let seconds = start.elapsed().as_secs_f64();
    let value = value(&result);
    Ok(Sample { seconds, value })
}
