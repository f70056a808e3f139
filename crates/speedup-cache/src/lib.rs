//! A cache on disk for the results of slow functions.
//!
//! A second call with the same inputs reads the result from disk instead of computing it,
//! in this process or in a later one. joblib's `Memory` does the same in Python. The files
//! are managed by [`cacache`](https://docs.rs/cacache), a Rust version of the cache of
//! Node's package manager.
//!
//! | type | concept |
//! | --- | --- |
//! | [`Cache`] | a folder of results, with a lifetime |
//! | [`Cached`] | the value that a call returns, and its cache status |
//! | [`CacheStatus`] | whether the value was read or computed, and why |
//!
//! ```
//! use speedup_cache::{Cache, CacheStatus};
//!
//! # let folder = std::env::temp_dir().join(format!("speedup-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! let cache = Cache::in_folder(&folder)?;
//! let sum = |n: &u64| (0..*n).sum::<u64>();
//!
//! let first = cache.call("sum", 1, &1_000, sum)?;
//! let again = cache.call("sum", 1, &1_000, sum)?;
//! assert_eq!((first.value, first.status), (499_500, CacheStatus::Miss));
//! assert_eq!((again.value, again.status), (499_500, CacheStatus::Hit));
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), speedup::Error>(())
//! ```

#![forbid(unsafe_code)]

mod cache;
mod cached;
mod entry;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
mod index;
mod owner;
mod schema;

pub use cache::{Cache, DEFAULT_LIFETIME};
pub use cached::{CacheStatus, Cached};
