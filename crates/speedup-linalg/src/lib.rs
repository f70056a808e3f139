//! Eigenvalues of many random matrices, by [faer](https://docs.rs/faer), split over threads in two ways.
//!
//! | function | what is split |
//! | --- | --- |
//! | [`eigenvalues`] | nothing: one matrix on one thread |
//! | [`eigenvalues_within`] | the work inside one matrix |
//! | [`eigenvalues_across`] | whole matrices |
//!
//! Source: the lecture's section 13.3.1.

#![forbid(unsafe_code)]

mod eigen;
mod matrix;

pub use eigen::{eigenvalues, eigenvalues_across, eigenvalues_within};
pub use matrix::{Matrix, random_matrix};
pub use num_complex::Complex64;
