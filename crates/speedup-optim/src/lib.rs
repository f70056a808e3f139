//! SciPy's stopping rule for [argmin](https://docs.rs/argmin)'s Nelder–Mead.
//!
//! argmin's `NelderMead` makes the moves that SciPy's makes, but stops by a rule of its
//! own: when the standard deviation of the values at the simplex's points is small.
//! [`SciPyNelderMead`] is a solver for argmin's `Executor` that leaves the moves to
//! argmin and stops when SciPy would.
//!
//! Source: SciPy's `minimize(method="nelder-mead")`.

#![forbid(unsafe_code)]

mod nelder_mead;
mod watched;

pub use argmin;
pub use nelder_mead::SciPyNelderMead;
