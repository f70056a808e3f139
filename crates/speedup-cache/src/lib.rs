//! Results of slow functions, kept on disk: a second call with the same inputs, in this
//! process or a later one, reads instead of computing.
//!
//! A typed layer over [`cacache`](https://docs.rs/cacache), the store of Node's package
//! manager in Rust. joblib has the like as `joblib.Memory`.
//!
//! | type | concept |
//! | --- | --- |
//! | [`Cache`] | where results are kept, for how long |
//! | [`Found`] | a value, and where it came from |
//! | [`Origin`] | read from disk, or computed, and why |
//!
//! ```
//! use speedup_cache::{Cache, Origin};
//!
//! # let folder = std::env::temp_dir().join(format!("speedup-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! let cache = Cache::in_folder(&folder)?;
//! let sum = |n: &u64| (0..*n).sum::<u64>();
//!
//! let first = cache.call("sum", 1, &1_000, sum)?;
//! let again = cache.call("sum", 1, &1_000, sum)?;
//! assert_eq!((first.value, first.origin), (499_500, Origin::Computed));
//! assert_eq!((again.value, again.origin), (499_500, Origin::Read));
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), speedup::Error>(())
//! ```

#![forbid(unsafe_code)]

mod cache;
mod entry;
mod found;
mod shape;

pub use cache::{Cache, LIFETIME};
pub use found::{Found, Origin};
