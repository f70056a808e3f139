//! Checks of arguments and results.

use std::num::NonZeroUsize;

use super::Error;

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

/// Checks that a count lies between 1 and `max`, and returns it as a type that is never zero.
///
/// # Errors
///
/// [`Error::Count`] unless it is 1 to `max`.
///
/// # Examples
///
/// ```
/// use speedup::error::check_nonzero;
///
/// assert_eq!(check_nonzero("threads", 3, 8)?.get(), 3);
/// assert!(check_nonzero("threads", 0, 8).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn check_nonzero(what: &'static str, value: usize, max: usize) -> Result<NonZeroUsize, Error> {
    NonZeroUsize::new(value)
        .filter(|count| count.get() <= max)
        .ok_or(Error::Count {
            what,
            value: value as i128,
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
