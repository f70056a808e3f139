//! The minimum of a function of several variables by the method of Nelder and Mead, with the moves of SciPy.
//!
//! The method keeps a simplex, which is N + 1 points in N dimensions. Each iteration moves the worst point towards
//! or beyond the centroid of the others. The method needs values of the function, but no derivatives.
//!
//! | function | what it minimizes |
//! | --- | --- |
//! | [`minimize`] | any function, from any start |
//! | [`solve`] | the handout's function, a squared distance to a target |
//! | [`solve_all`], [`solve_all_parallel`] | the squared distances to many targets |
//!
//! **Lower bound of the time of [`solve_all`] in three dimensions.** An iteration of one vector of searches takes 111
//! operations on vectors and 25 stores. 60 of the operations are products, comparisons, choices, minima and maxima, of
//! which a processor starts two per cycle. So AVX2 needs at least 30 cycles for 4 searches. AVX-512 on Zen 4 needs 60
//! cycles for 8, because there each operation takes two cycles. Starts and ends of searches come on top.
//!
//! Sources: J. A. Nelder and R. Mead, "A simplex method for function minimization",
//! Computer Journal 7, 1965; SciPy's `minimize(method="nelder-mead")`, whose defaults these are.

mod batch;
mod search;
mod search_lanes;
mod simplex;

pub use batch::{solve, solve_all, solve_all_parallel};

use crate::Error;
use crate::error::{check_count, check_parameter};
use search::Search;

/// The largest number of dimensions. The method is slow and unreliable far below it.
pub const MAX_DIMENSIONS: u64 = 100;

/// The tolerance of coordinates, SciPy's `xatol`.
///
/// A search converges when every coordinate of every point is this near to the best point's and every value is within
/// [`F_TOLERANCE`].
pub const X_TOLERANCE: f64 = 1e-4;

/// The tolerance of values, SciPy's `fatol`: the largest distance of a value from the best value.
pub const F_TOLERANCE: f64 = 1e-4;

/// The largest number of iterations, and also of evaluations, per dimension.
pub const LIMIT: usize = 200;

/// The relative step from a start coordinate to the next point of the start simplex.
const STEP: f64 = 0.05;
/// The absolute step from a start coordinate that is 0.
const STEP_FROM_ZERO: f64 = 0.000_25;

/// The result of a search.
///
/// # Examples
///
/// ```
/// use speedup::kernels::nelder_mead::minimize;
///
/// let found = minimize(|[x]| (x - 2.0).powi(2), [1.0])?;
/// assert!(found.converged && (found.x[0] - 2.0).abs() < 1e-3);
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum<const N: usize> {
    /// The best point found.
    pub x: [f64; N],
    /// The value of the function at `x`.
    pub f: f64,
    /// The number of iterations. The start simplex is the first, as in SciPy.
    pub iterations: usize,
    /// The number of evaluations of the function.
    pub evaluations: usize,
    /// Whether the search met the tolerances before it reached a limit. If false, `x` need not be near a minimum.
    pub converged: bool,
}

impl<const N: usize> Minimum<N> {
    /// The content of an element that has not been computed yet.
    const PLACEHOLDER: Self = Self {
        x: [0.0; N],
        f: f64::NAN,
        iterations: 0,
        evaluations: 0,
        converged: false,
    };
}

/// Searches for a minimum of `f` from `start`, as `scipy.optimize.minimize(f, start, method="nelder-mead")`.
///
/// The search ends when it meets both tolerances, [`X_TOLERANCE`] and [`F_TOLERANCE`], or after [`LIMIT`]·N iterations
/// or evaluations, then with `converged` false. The tolerances bound the size of the simplex, not the distance
/// to the minimum.
///
/// Every iteration does SciPy's operations in SciPy's order. If `f` returns the same bits as in Python, all
/// points, values and counts have SciPy's bits. Points of equal value keep their order here; NumPy's sort may exchange them
/// on processors with wide vectors. NaN counts as worse than any number.
///
/// # Errors
///
/// [`Error::Parameter`] if a start coordinate is not finite, or so large that the step from it is not;
/// [`Error::Count`] unless N is 1 to [`MAX_DIMENSIONS`].
///
/// # Panics
///
/// Only if `f` does.
///
/// # Examples
///
/// ```
/// use speedup::kernels::nelder_mead::minimize;
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
    fn nan_is_avoided() {
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
