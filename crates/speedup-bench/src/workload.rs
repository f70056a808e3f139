//! A workload: a kernel with its inputs, its expected value, its limit and its wanted ratios.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, bail};
use speedup::Threads;

use crate::level::Level;
use crate::roofline::Roofline;

/// One run of a program: the time of the kernel, and the value that is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Wall-clock time of the kernel alone, in seconds.
    pub seconds: f64,
    /// Computed from the kernel's result after the clock has stopped.
    pub value: f64,
}

/// A prepared kernel; each call is one run of the same work.
pub type Run = Box<dyn FnMut() -> Result<Sample>>;

/// Makes the inputs.
pub type Prepare = fn(Threads, Scale) -> Result<Run>;

/// The amount of work per run, in times that of the handouts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(pub f64);

/// The part of long work that quick runs do.
pub const QUICK: Scale = Scale(0.1);

impl Scale {
    /// The sizes of the handouts.
    pub const FULL: Self = Self(1.0);

    /// The length of a side that is `n` at full scale, for work that grows with a power of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_bench::workload::Scale;
    ///
    /// assert_eq!(Scale(0.01).side(1000, 1), 10);
    /// assert_eq!(Scale(0.01).side(1000, 2), 100);
    /// ```
    pub fn side(self, n: usize, power: i32) -> usize {
        let side = n as f64 * self.0.powf(1.0 / f64::from(power));
        (side.round() as usize).max(1)
    }
}

/// The value that every implementation of a workload must give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The value.
    pub value: f64,
    /// The largest difference that is allowed. Random workloads allow five to six standard deviations.
    pub tolerance: f64,
}

impl Expected {
    /// A value with its tolerance.
    pub const fn new(value: f64, tolerance: f64) -> Self {
        Self { value, tolerance }
    }

    /// Compares a value with the expected one.
    ///
    /// # Errors
    ///
    /// Both values, if they differ by more than the tolerance or the value is NaN.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_bench::workload::Expected;
    ///
    /// let pi = Expected::new(3.14159, 1e-3);
    /// assert!(pi.check(3.1416).is_ok() && pi.check(3.2).is_err());
    /// ```
    pub fn check(self, value: f64) -> Result<()> {
        let Self {
            value: expected,
            tolerance,
        } = self;
        if (value - expected).abs() <= tolerance {
            return Ok(());
        }
        bail!("the value {value} is not {expected} (± {tolerance})")
    }
}

/// The largest wanted ratios of our time to a peer's; `None` where no ratio is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Our time divided by the fastest Python's.
    pub python: Option<f64>,
    /// Our time divided by the time of the source's own way.
    pub handout: Option<f64>,
    /// Our time divided by the fastest C's.
    pub c: Option<f64>,
}

impl Wanted {
    /// Ratios to Python's time and C's.
    pub const fn of(python: Option<f64>, c: Option<f64>) -> Self {
        let handout = None;
        Self { python, handout, c }
    }
}

/// A program in C: one source, called with one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CProgram {
    /// The name of the source in `peers/c`, without `.c`.
    pub source: &'static str,
    /// The second argument of the program; empty if it has one variant only.
    pub variant: &'static str,
    /// The implementation's name in the results.
    pub implementation: &'static str,
}

impl CProgram {
    /// A program with one variant, which is `c` in the results.
    pub const fn of(source: &'static str) -> Self {
        Self::variant(source, "", "c")
    }

    /// A program that is called with a variant.
    pub const fn variant(
        source: &'static str,
        variant: &'static str,
        implementation: &'static str,
    ) -> Self {
        Self {
            source,
            variant,
            implementation,
        }
    }
}

/// One row of the list of workloads.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// The kernel's name in all results.
    pub name: &'static str,
    /// Our implementation. A kernel that is measured in several ways has a row per way.
    pub implementation: &'static str,
    /// A short name for charts.
    pub label: &'static str,
    /// The work in words.
    pub work: &'static str,
    /// The handout that has the source's example; empty for what is in no source.
    pub handout: &'static str,
    /// The source's own way in words.
    pub way: &'static str,
    /// Whether it takes many seconds, so that quick runs do [`QUICK`] of it.
    pub is_long: bool,
    /// Makes the inputs.
    pub prepare: Prepare,
    /// The value of every implementation at [`Scale::FULL`].
    pub expected: Expected,
    /// Whether it takes the processor's widest level whatever the others are measured at.
    pub always_widest: bool,
    /// The ratios that are wanted with as many threads as cores, at the widest level.
    pub wanted: Wanted,
    /// The hardware's limit.
    pub roofline: Roofline,
    /// The programs in C.
    pub c: &'static [CProgram],
}

impl Workload {
    /// The end of the names of this row's implementations; empty if the kernel has one row.
    ///
    /// # Examples
    ///
    /// ```
    /// let row = speedup_bench::workloads::find("fill_squares", "c-new").unwrap();
    /// assert_eq!(row.suffix(), "-new");
    /// ```
    pub fn suffix(&self) -> &'static str {
        self.implementation.trim_start_matches("speedup")
    }

    /// Whether it is an example of a source.
    pub fn is_example(&self) -> bool {
        !self.handout.is_empty()
    }

    /// The ratios that are wanted at a level.
    ///
    /// At AVX2 that is C's time within a twentieth and no more than Python's, below that C's within a seventh.
    pub fn wanted_at(&self, level: Level) -> Wanted {
        match level {
            _ if self.always_widest || self.wanted == Wanted::default() => self.wanted,
            Level::Avx512 => self.wanted,
            Level::Avx2 => Wanted::of(Some(1.0), Some(1.05)),
            Level::Baseline => Wanted::of(None, Some(1.15)),
        }
    }

    /// Whether an implementation belongs to this row.
    pub fn has(&self, workload: &str, implementation: &str) -> bool {
        self.name == workload && implementation.ends_with(self.suffix())
    }
}

/// Times `work`, and computes the value of its result after the clock has stopped.
///
/// Dropping the result is not timed either.
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
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn timed<T>(
    work: impl FnOnce() -> Result<T, speedup::Error>,
    value: impl FnOnce(&T) -> f64,
) -> Result<Sample> {
    let start = Instant::now();
    let result = black_box(work()?);
    let seconds = start.elapsed().as_secs_f64();
    let value = value(&result);
    Ok(Sample { seconds, value })
}
