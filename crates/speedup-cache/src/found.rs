//! What a call gives: the value, and where it came from.

use std::fmt;

use speedup::Error;
use speedup::timing::human;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Computed, as nothing was kept for these inputs.
    Computed,
    /// Read from disk.
    Read,
    /// Computed, as what was kept is another version's.
    Stale {
        /// The version of the function that the kept value is from.
        version: u32,
    },
    /// Computed, as what was kept is a value of another type.
    OtherType,
    /// Computed, as what was kept is older than the cache's lifetime.
    Expired,
    /// Computed, as what was kept cannot be read back as it was written.
    Damaged,
}

/// A value, and where it came from.
///
/// In a notebook, a cell that ends with it shows where the value came from and how long that took.
///
/// # Examples
///
/// ```
/// use speedup_cache::{Found, Origin};
///
/// let found = Found { value: 42, origin: Origin::Read, seconds: 0.0004, not_kept: None };
/// assert_eq!(found.to_string(), "read from disk in 400 µs");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Found<V> {
    /// The value.
    pub value: V,
    /// Where it came from.
    pub origin: Origin,
    /// Seconds it took to read it, or to compute it.
    pub seconds: f64,
    /// Why a computed value could not be kept, if it could not; the value is good all the same.
    pub not_kept: Option<Error>,
}

impl<V> Found<V> {
    /// Shows where the value came from as a notebook cell's result.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_cache::{Found, Origin};
    /// let found = Found { value: 1, origin: Origin::Computed, seconds: 1.5, not_kept: None };
    /// found.evcxr_display();
    /// ```
    pub fn evcxr_display(&self) {
        speedup::notebook::show("text/plain", &self.to_string());
    }
}

impl<V> fmt::Display for Found<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = human(self.seconds);
        match self.origin {
            Origin::Read => return write!(f, "read from disk in {time}"),
            Origin::Computed => write!(f, "computed in {time}"),
            Origin::Stale { version } => {
                write!(f, "computed in {time}; version {version} was on disk")
            }
            Origin::OtherType => write!(f, "computed in {time}; another type was on disk"),
            Origin::Expired => write!(f, "computed in {time}; what was on disk was too old"),
            Origin::Damaged => write!(f, "computed in {time}; what was on disk was damaged"),
        }?;
        match &self.not_kept {
            Some(problem) => write!(f, "; not kept: {problem}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_it_computed_and_that_it_could_not_keep() {
        let found = |origin, not_kept| Found {
            value: (),
            origin,
            seconds: 2.0,
            not_kept,
        };
        let stale = found(Origin::Stale { version: 3 }, None);
        assert_eq!(stale.to_string(), "computed in 2 s; version 3 was on disk");
        let full = Error::System {
            what: "result cache",
            problem: "disk full".to_owned(),
        };
        let lost = found(Origin::Damaged, Some(full));
        assert!(
            lost.to_string()
                .ends_with("not kept: result cache: disk full")
        );
    }
}
