//! Minimum of a function of several variables by the method of Nelder and Mead, move for move as SciPy does it.
//!
//! The method keeps a simplex, N + 1 points in N dimensions, and in each iteration
//! moves the worst of them towards or beyond the middle of the others. It needs values
//! of the function only, no derivatives.
//!
//! | function | what it does |
//! | --- | --- |
//! | [`minimize`] | any function, from any start |
//! | [`solve`] | the handout's problem, a squared distance |
//! | [`solve_all`], [`solve_all_parallel`] | many such problems |
//!
//! Sources: J. A. Nelder and R. Mead, "A simplex method for function minimization",
//! Computer Journal 7, 1965; SciPy's `minimize(method="nelder-mead")`, whose defaults these are.

mod batch;
mod lanes;
mod search;
mod simplex;

pub use batch::{solve, solve_all, solve_all_parallel};

use crate::Error;
use crate::error::{check_count, check_parameter};
use search::Search;

/// The largest number of dimensions; the method is of little use far below it.
pub const MAX_DIMENSIONS: u64 = 100;

/// The search ends when no coordinate of another point is further from the best point's (SciPy's `xatol`) …
pub const X_TOLERANCE: f64 = 1e-4;

/// … and no value is further from the best value (SciPy's `fatol`).
pub const F_TOLERANCE: f64 = 1e-4;

/// Iterations, and likewise evaluations, allowed for each dimension.
pub const LIMIT: usize = 200;

/// A start coordinate is stepped by this share of itself to make the start simplex …
const STEP: f64 = 0.05;
/// … or by this much where it is zero.
const STEP_FROM_ZERO: f64 = 0.000_25;

/// Where a search ended.
///
/// # Examples
///
/// ```
/// use speedup::nelder_mead::minimize;
///
/// let found = minimize(|[x]| (x - 2.0).powi(2), [1.0])?;
/// assert!(found.converged && (found.x[0] - 2.0).abs() < 1e-3);
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum<const N: usize> {
    /// The best point found.
    pub x: [f64; N],
    /// The function's value there.
    pub f: f64,
    /// Iterations, counted as SciPy counts them: the start simplex is the first.
    pub iterations: usize,
    /// How often the function was evaluated.
    pub evaluations: usize,
    /// Whether the tolerances were met before a limit was.
    pub converged: bool,
}

impl<const N: usize> Minimum<N> {
    /// The place of a result that is not there yet.
    const NONE: Self = Self {
        x: [0.0; N],
        f: f64::NAN,
        iterations: 0,
        evaluations: 0,
        converged: false,
    };
}

/// Searches for a minimum of `f` from `start`, as `scipy.optimize.minimize(f, start, method="nelder-mead")`.
///
/// Ends when both tolerances, [`X_TOLERANCE`] and [`F_TOLERANCE`], are met, or after
/// [`LIMIT`]·N iterations or evaluations, then with `converged` false. The tolerances
/// are about the size of the simplex; they do not bound the distance to the minimum.
///
/// Every iteration has SciPy's operations in SciPy's order, so points, values and counts
/// agree to the last bit if `f` itself does. Points of equal value keep their order;
/// NumPy's sort may swap them on processors with wide vectors. A value that is not a
/// number counts as worse than any number.
///
/// # Errors
///
/// [`Error::Parameter`] for a start that is not finite, or so large that a step from
/// it is not; [`Error::Count`] unless N is 1 to [`MAX_DIMENSIONS`].
///
/// # Panics
///
/// Only if `f` does.
///
/// # Examples
///
/// ```
/// use speedup::nelder_mead::minimize;
///
/// let rosenbrock = |[x, y]: &[f64; 2]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
/// let found = minimize(rosenbrock, [-1.2, 1.0])?;
/// assert_eq!((found.iterations, found.evaluations), (85, 159));
/// assert!(minimize(rosenbrock, [f64::NAN, 1.0]).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn minimize<const N: usize>(
    mut f: impl FnMut(&[f64; N]) -> f64,
    start: [f64; N],
) -> Result<Minimum<N>, Error> {
    check_count("dimensions", N, 1, MAX_DIMENSIONS)?;
    for x in start {
        check_parameter("start", x, "finite numbers up to 1.7e308", |x| {
            ((1.0 + STEP) * x).is_finite()
        })?;
    }
    let mut search = Search::new(start, &mut f);
    loop {
        if let Some(minimum) = search.step(&mut f) {
            return Ok(minimum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_without_minimum_uses_up_a_limit() {
        let down = minimize(|[x, y]: &[f64; 2]| -x - y, [0.0, 0.0]).unwrap();
        assert!(!down.converged);
        assert!(down.evaluations <= 400 && down.iterations <= 400);
        assert!(down.evaluations == 400 || down.iterations == 400);
    }

    #[test]
    fn values_that_are_no_numbers_are_avoided() {
        let f = |[x]: &[f64; 1]| {
            if *x < 0.0 {
                f64::NAN
            } else {
                (x - 1.0).powi(2)
            }
        };
        let found = minimize(f, [-0.01]).unwrap();
        assert!(!found.converged || found.f.is_finite());
        let never = minimize(|_: &[f64; 3]| f64::NAN, [0.0; 3]).unwrap();
        assert!(!never.converged && never.evaluations == 600);
        let flat = minimize(|_: &[f64; 3]| 7.0, [1.0; 3]).unwrap();
        assert!(flat.converged && flat.f == 7.0);
    }

    #[test]
    fn bad_starts_are_named() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            let error = minimize(|[x, _]: &[f64; 2]| *x, [0.0, bad]).unwrap_err();
            assert!(error.to_string().contains(&bad.to_string()), "{error}");
        }
        let none = minimize(|_: &[f64; 0]| 0.0, []).unwrap_err();
        assert_eq!(
            none.to_string(),
            "dimensions: 0 is not allowed, use 1 to 100"
        );
        assert!(minimize(|_: &[f64; 101]| 0.0, [0.0; 101]).is_err());
    }
}
