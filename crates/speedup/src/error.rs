//! The one error type: what was asked for, and what is allowed.

use std::fmt;
use std::num::NonZeroUsize;

/// Why a kernel, a measurement or a chart refused its input.
///
/// The message names the bad value and the allowed range.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
///
/// let error = Threads::new(0).unwrap_err();
/// assert_eq!(error.to_string(), "threads: 0 is not allowed, use 1 to 4096");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A count (threads, points, households, …) outside its range.
    Count {
        /// Which count.
        what: &'static str,
        /// The value that was given.
        value: i128,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A real parameter outside its range, or not a number.
    Parameter {
        /// Which parameter.
        what: &'static str,
        /// The value that was given.
        value: f64,
        /// The allowed range, in words.
        allowed: &'static str,
    },
    /// The work needs more memory than this machine has.
    Memory {
        /// What needs the memory.
        what: &'static str,
        /// Bytes that would be needed.
        bytes: u128,
        /// Bytes of memory in this machine.
        installed: u64,
    },
    /// A result that does not fit in the 64 bits of a whole number.
    Overflow {
        /// Which result.
        what: &'static str,
        /// Which part of it.
        place: String,
    },
    /// A result that is infinite or not a number.
    NotFinite {
        /// Which result.
        what: &'static str,
        /// What it came to.
        value: f64,
    },
    /// Matrices whose sizes do not fit together.
    Shape {
        /// Which operation.
        what: &'static str,
        /// Which sizes, and what they should be.
        problem: String,
    },
    /// A core that this thread may not run on.
    Core {
        /// The number of the core.
        core: usize,
        /// The cores it may run on.
        allowed: Vec<usize>,
    },
    /// Data for a chart that cannot be drawn.
    Chart {
        /// Which part of the chart.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An iteration (of an eigenvalue solver, say) did not converge.
    NoConvergence {
        /// Which computation.
        what: &'static str,
    },
    /// Vector instructions that this processor does not have.
    Level {
        /// What was asked for.
        name: String,
        /// What the processor has.
        available: Vec<String>,
    },
    /// A line of a file that says something that is not allowed.
    Line {
        /// The file's name.
        file: String,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// The operating system refused something (threads, clocks, load figures).
    System {
        /// What was tried.
        what: &'static str,
        /// The system's own words.
        problem: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count {
                what,
                value,
                min,
                max,
            } => {
                write!(f, "{what}: {value} is not allowed, use {min}")?;
                match *max {
                    u64::MAX => write!(f, " or more"),
                    max if max == *min => Ok(()),
                    max => write!(f, " to {max}"),
                }
            }
            Self::Parameter {
                what,
                value,
                allowed,
            } => {
                write!(f, "{what}: {value} is not allowed, use {allowed}")
            }
            Self::Memory {
                what,
                bytes,
                installed,
            } => write!(
                f,
                "{what}: {:.1} GiB are needed, this machine has {:.1} GiB",
                gib(*bytes),
                gib(u128::from(*installed)),
            ),
            Self::Overflow { what, place } => write!(f, "{what}: {place} does not fit in 64 bits"),
            Self::NotFinite { what, value } => write!(
                f,
                "{what}: the result is {value}, as numbers on the way are too large for 64 bits; \
                 use smaller parameters"
            ),
            Self::Shape { what, problem } => write!(f, "{what}: {problem}"),
            Self::Core { core, allowed } => {
                write!(
                    f,
                    "core {core}: not among the cores this thread may use, {allowed:?}"
                )
            }
            Self::Chart { what, problem } => write!(f, "chart, {what}: {problem}"),
            Self::NoConvergence { what } => write!(f, "{what}: the iteration did not converge"),
            Self::Level { name, available } => write!(
                f,
                "vector instructions: {name} is not allowed, use one of {}",
                available.join(", ")
            ),
            Self::Line {
                file,
                line,
                problem,
            } => write!(f, "{file}, line {line}: {problem}"),
            Self::System { what, problem } => write!(f, "{what}: {problem}"),
        }
    }
}

impl std::error::Error for Error {}

fn gib(bytes: u128) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// Checks that a count lies in a range.
///
/// # Errors
///
/// [`Error::Count`] if it does not.
///
/// # Examples
///
/// ```
/// use speedup::error::check_count;
///
/// assert_eq!(check_count("points", 10, 1, 100), Ok(10));
/// assert!(check_count("points", 0, 1, 100).is_err());
/// ```
pub fn check_count(what: &'static str, value: usize, min: u64, max: u64) -> Result<usize, Error> {
    let wide = value as u64;
    if (min..=max).contains(&wide) {
        Ok(value)
    } else {
        Err(Error::Count {
            what,
            value: value as i128,
            min,
            max,
        })
    }
}

/// Checks a count from 1 on that may have been given as zero or a negative number.
///
/// # Errors
///
/// [`Error::Count`] unless it is 1 to `max`.
///
/// # Examples
///
/// ```
/// use speedup::error::check_positive;
///
/// assert_eq!(check_positive("threads", 3, 8)?.get(), 3);
/// assert!(check_positive("threads", -3, 8).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn check_positive(what: &'static str, value: i64, max: usize) -> Result<NonZeroUsize, Error> {
    usize::try_from(value)
        .ok()
        .filter(|count| *count <= max)
        .and_then(NonZeroUsize::new)
        .ok_or(Error::Count {
            what,
            value: i128::from(value),
            min: 1,
            max: max as u64,
        })
}

/// Checks a real parameter with a condition.
///
/// # Errors
///
/// [`Error::Parameter`] if the condition is false, or the value is not finite.
///
/// # Examples
///
/// ```
/// use speedup::error::check_parameter;
///
/// let positive = |x| x > 0.0;
/// assert_eq!(check_parameter("w0", 5.0, "a positive number", positive), Ok(5.0));
/// assert!(check_parameter("w0", f64::NAN, "a positive number", positive).is_err());
/// ```
pub fn check_parameter(
    what: &'static str,
    value: f64,
    allowed: &'static str,
    condition: impl Fn(f64) -> bool,
) -> Result<f64, Error> {
    if value.is_finite() && condition(value) {
        Ok(value)
    } else {
        Err(Error::Parameter {
            what,
            value,
            allowed,
        })
    }
}

/// Checks that a result is a finite number.
///
/// # Errors
///
/// [`Error::NotFinite`] if it is not.
///
/// # Examples
///
/// ```
/// use speedup::error::check_finite;
///
/// assert_eq!(check_finite("sum", 1.5), Ok(1.5));
/// assert!(check_finite("sum", f64::INFINITY).is_err());
/// ```
pub fn check_finite(what: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::NotFinite { what, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_value_and_the_range() {
        let memory = Error::Memory {
            what: "grid",
            bytes: 3 << 30,
            installed: 1 << 30,
        };
        assert_eq!(
            memory.to_string(),
            "grid: 3.0 GiB are needed, this machine has 1.0 GiB"
        );
        let nan = check_parameter("s", f64::NAN, "0 to 1", |_| true).unwrap_err();
        assert_eq!(nan.to_string(), "s: NaN is not allowed, use 0 to 1");
    }
}
