//! Eigenvalues of real matrices by [faer](https://docs.rs/faer), on one thread or on several.
//!
//! | function | what threads share | bits |
//! | --- | --- | --- |
//! | [`eigenvalues`] | nothing: one matrix, one thread | |
//! | [`eigenvalues_across`] | many matrices, each computed by one thread | those of [`eigenvalues`], for any number of threads |
//! | [`eigenvalues_within`] | the work inside one matrix | differ with the number of threads |
//!
//! [`random_matrix`] makes matrix k of a family from stream k of [`speedup::Streams`]. The rules of the crate
//! [`speedup`] hold here too, except for the bits of [`eigenvalues_within`].
//!
//! ```
//! use speedup::{Streams, Threads};
//! use speedup_linalg::{eigenvalues_across, random_matrix};
//!
//! let matrices = (0..4)
//!     .map(|k| random_matrix(20, Streams::new(1), k))
//!     .collect::<Result<Vec<_>, _>>()?;
//! let values = eigenvalues_across(&matrices, Threads::new(2)?)?;
//! assert_eq!((values.len(), values[0].len()), (4, 20));
//! # Ok::<(), speedup::Error>(())
//! ```
//!
//! Source: the lecture's section 13.3.1.

#![forbid(unsafe_code)]

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod convert;
mod eigen;
mod iteration;
mod matrix;

pub use eigen::{eigenvalues, eigenvalues_across, eigenvalues_within};
pub use matrix::{Matrix, random_matrix};
pub use num_complex::Complex64;
