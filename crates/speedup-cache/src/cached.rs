//! The value that a call returns, and its cache status.

use std::fmt;

use speedup::Error;
use speedup_notebook::measure::format::format_duration;

/// Whether a value was read from disk or computed, and why it was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheStatus {
    /// Read from disk.
    Hit,
    /// Computed, because no result was stored for these inputs.
    Miss,
    /// Computed, because the stored result is from another version of the function.
    Stale {
        /// The version of the stored result.
        version: u32,
    },
    /// Computed, because the stored result has another type.
    OtherType,
    /// Computed, because the stored result is older than the cache's lifetime.
    Expired,
    /// Computed, because the file of the stored result has changed since it was written.
    Damaged,
}

/// The value that a call returns, and its cache status.
///
/// A notebook cell that ends with it shows the status and the time, and not the value.
///
/// # Examples
///
/// ```
/// use speedup_cache::{CacheStatus, Cached};
///
/// let cached = Cached { value: 42, status: CacheStatus::Hit, seconds: 0.0004, store_error: None };
/// assert_eq!(cached.to_string(), "read from disk in 400 µs");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cached<V> {
    /// The value.
    pub value: V,
    /// Whether it was read or computed.
    pub status: CacheStatus,
    /// Time to read or to compute it, in seconds.
    pub seconds: f64,
    /// Why a computed value could not be stored; `None` if it was. The value is correct in
    /// both cases, but the next call has to compute it again.
    pub store_error: Option<Error>,
}

impl<V> Cached<V> {
    /// Shows the status as the result of a notebook cell.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_cache::{CacheStatus, Cached};
    /// let cached = Cached { value: 1, status: CacheStatus::Miss, seconds: 1.5, store_error: None };
    /// cached.evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        speedup_notebook::jupyter::show("text/plain", &self.to_string());
    }
}

impl<V> fmt::Display for Cached<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = format_duration(self.seconds);
        match self.status {
            CacheStatus::Hit => return write!(f, "read from disk in {time}"),
            CacheStatus::Miss => write!(f, "computed in {time}"),
            CacheStatus::Stale { version } => {
                write!(f, "computed in {time}; version {version} was on disk")
            }
            CacheStatus::OtherType => write!(f, "computed in {time}; another type was on disk"),
            CacheStatus::Expired => write!(f, "computed in {time}; what was on disk was too old"),
            CacheStatus::Damaged => write!(f, "computed in {time}; what was on disk was damaged"),
        }?;
        match &self.store_error {
            Some(error) => write!(f, "; not stored: {error}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_it_computed_and_that_it_could_not_store() {
        let cached = |status, store_error| Cached {
            value: (),
            status,
            seconds: 2.0,
            store_error,
        };
        let stale = cached(CacheStatus::Stale { version: 3 }, None);
        assert_eq!(stale.to_string(), "computed in 2 s; version 3 was on disk");
        let full = Error::system("result cache", "disk full");
        let lost = cached(CacheStatus::Damaged, Some(full));
        assert!(
            lost.to_string()
                .ends_with("not stored: result cache: disk full")
        );
    }
}
