//! The error type of all functions, and the checks that return it.

mod cause;
mod check;

use std::fmt;

pub use cause::Cause;
pub use check::{check_count, check_finite, check_nonzero, check_parameter};

/// The error of every function that refuses its input or is refused by the operating system.
///
/// The message names the bad value and the allowed range. The message of [`Error::System`] contains that of its
/// cause; [`source`](std::error::Error::source) gives the cause itself.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
///
/// let error = Threads::new(0).unwrap_err();
/// assert_eq!(error.to_string(), "threads: 0 is not allowed, use 1 to 4096");
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A count, for example of threads or points, outside its range.
    Count {
        /// The name of the count.
        what: &'static str,
        /// The value that was given.
        value: i128,
        /// The smallest value allowed.
        min: u64,
        /// The largest value allowed.
        max: u64,
    },
    /// A real parameter outside its range, or NaN.
    Parameter {
        /// The name of the parameter.
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
        /// Bytes of memory that are free.
        free: u64,
        /// Bytes of memory in this machine, or that this process may have.
        installed: u64,
    },
    /// A whole number that does not fit in an `i64`.
    Overflow {
        /// The name of the result.
        what: &'static str,
        /// The part of the result that does not fit.
        place: String,
    },
    /// A result that is infinite or NaN.
    NotFinite {
        /// The name of the result.
        what: &'static str,
        /// The result.
        value: f64,
    },
    /// Matrices whose sizes do not fit together.
    Shape {
        /// The name of the operation.
        what: &'static str,
        /// The sizes, and what they should be.
        problem: String,
    },
    /// A core that the calling thread may not use.
    Core {
        /// The number of the core.
        core: usize,
        /// The cores that the thread may use.
        allowed: Vec<usize>,
    },
    /// Data that a function cannot use.
    Data {
        /// The name of the data.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An iteration, for example of an eigenvalue solver, that did not converge.
    NoConvergence {
        /// The name of the computation.
        what: &'static str,
    },
    /// An instruction set that this processor does not have.
    Isa {
        /// The name that was given.
        name: String,
        /// The names of the sets that the processor has.
        available: Vec<String>,
    },
    /// A line of a file with a value that is not allowed.
    Line {
        /// The name of the file.
        file: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with the line, and what is allowed.
        problem: String,
    },
    /// Something that the operating system refused, for example threads or a file.
    System {
        /// What was tried.
        what: &'static str,
        /// The error of the system.
        cause: Cause,
    },
}

impl Error {
    /// An [`Error::System`] with its cause: an error, or a text where there is no error value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::error::Error as _;
    ///
    /// let missing = std::fs::read("no such file").unwrap_err();
    /// let error = speedup::Error::system("parameter file", missing);
    /// assert!(error.to_string().starts_with("parameter file: "));
    /// assert!(error.source().is_some_and(|cause| cause.is::<std::io::Error>()));
    /// ```
    pub fn system(
        what: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let cause = Cause::from(cause);
        Self::System { what, cause }
    }
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
                free,
                installed,
            } => write!(
                f,
                "{what}: {:.1} GiB are needed, and {:.1} GiB are free of the {:.1} GiB that this process may have",
                gib(*bytes),
                gib(u128::from(*free)),
                gib(u128::from(*installed)),
            ),
            Self::Overflow { what, place } => write!(f, "{what}: {place} does not fit in 64 bits"),
            Self::NotFinite { what, value } => write!(
                f,
                "{what}: the result is {value}, because a number on the way is not finite or exceeds \
                 1.8e308; use finite numbers that are smaller"
            ),
            Self::Shape { what, problem } => write!(f, "{what}: {problem}"),
            Self::Core { core, allowed } => {
                write!(f, "core {core} is not allowed, use one of {allowed:?}")
            }
            Self::Data { what, problem } => write!(f, "{what}: {problem}"),
            Self::NoConvergence { what } => write!(f, "{what}: the iteration did not converge"),
            Self::Isa { name, available } => write!(
                f,
                "instruction set: {name} is not allowed, use one of {}",
                available.join(", ")
            ),
            Self::Line {
                file,
                line,
                problem,
            } => write!(f, "{file}, line {line}: {problem}"),
            Self::System { what, cause } => write!(f, "{what}: {cause}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System { cause, .. } => Some(&**cause),
            _ => None,
        }
    }
}

fn gib(bytes: u128) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// The message, which `unwrap` shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
            free: 1 << 30,
            installed: 4 << 30,
        };
        assert_eq!(
            memory.to_string(),
            "grid: 3.0 GiB are needed, and 1.0 GiB are free of the 4.0 GiB that this process may have"
        );
        let nan = check_parameter("s", f64::NAN, "0 to 1", |_| true).unwrap_err();
        assert_eq!(nan.to_string(), "s: NaN is not allowed, use 0 to 1");
        assert_eq!(format!("{nan:?}"), nan.to_string());
    }

    #[test]
    fn a_refusal_of_the_system_has_its_cause() {
        use std::error::Error as _;

        let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let error = Error::system("threads", denied());
        assert_eq!(error.to_string(), format!("threads: {}", denied()));
        let cause = error.source().unwrap().downcast_ref::<std::io::Error>();
        assert_eq!(cause.unwrap().kind(), denied().kind());
        assert_eq!(error, Error::system("threads", denied().to_string()));
        assert_ne!(error, Error::system("threads", "no memory"));
        assert!(
            check_count("points", 0, 1, 9)
                .unwrap_err()
                .source()
                .is_none()
        );
    }
}
