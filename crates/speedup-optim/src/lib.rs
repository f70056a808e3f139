//! SciPy's stopping rule for [argmin](https://docs.rs/argmin)'s Nelder–Mead.
//!
//! argmin's `NelderMead` makes the same moves as SciPy's, but has another stopping rule: it
//! stops when the standard deviation of the costs at the points of the simplex is small.
//! [`SciPyNelderMead`] is a solver for argmin's `Executor`. argmin makes the moves, and the
//! solver stops where SciPy stops.
//!
//! Source: SciPy's `minimize(method="nelder-mead")`.

#![forbid(unsafe_code)]

mod nelder_mead;
mod recorded;

pub use argmin;
pub use nelder_mead::SciPyNelderMead;
