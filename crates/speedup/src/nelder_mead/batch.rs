//! The handout's problem, once and many times: find the target by the squared distance to it.

use rayon::prelude::*;

use super::{Minimum, minimize};
use crate::error::check_parameter;
use crate::{Error, Threads};

/// Minimizes (x₁ − t₁)² + … + (x_N − t_N)² from the origin; the minimum is the target itself.
///
/// # Errors
///
/// [`Error::Parameter`] for a target that is not finite; [`Error::Count`] as [`minimize`].
///
/// # Examples
///
/// ```
/// let found = speedup::nelder_mead::solve([0.25, 0.5, 0.75])?;
/// assert!(found.converged && found.f < 1e-4);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn solve<const N: usize>(target: [f64; N]) -> Result<Minimum<N>, Error> {
    check(&target)?;
    let distance = |x: &[f64; N]| x.iter().zip(&target).map(|(x, t)| (x - t) * (x - t)).sum();
    minimize(distance, [0.0; N])
}

/// Solves the problem of each target, one after another.
///
/// # Errors
///
/// As [`solve`], for the first target that is refused.
///
/// # Examples
///
/// ```
/// let found = speedup::nelder_mead::solve_all(&[[0.1, 0.2], [0.3, 0.4]])?;
/// assert_eq!(found.len(), 2);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn solve_all<const N: usize>(targets: &[[f64; N]]) -> Result<Vec<Minimum<N>>, Error> {
    targets.iter().try_for_each(check)?;
    targets.iter().map(|target| solve(*target)).collect()
}

/// The same, the problems spread over threads: the same bits for any number of them.
///
/// # Errors
///
/// As [`solve_all`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, nelder_mead};
///
/// let targets = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]];
/// let parallel = nelder_mead::solve_all_parallel(&targets, Threads::new(2)?)?;
/// assert_eq!(parallel, nelder_mead::solve_all(&targets)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn solve_all_parallel<const N: usize>(
    targets: &[[f64; N]],
    threads: Threads,
) -> Result<Vec<Minimum<N>>, Error> {
    if threads == Threads::Sequential {
        return solve_all(targets);
    }
    targets.iter().try_for_each(check)?;
    threads.install(|| targets.par_iter().map(|target| solve(*target)).collect())?
}

fn check<const N: usize>(target: &[f64; N]) -> Result<(), Error> {
    target
        .iter()
        .try_for_each(|t| check_parameter("target", *t, "finite numbers", |_| true).map(|_| ()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;
    use rand::RngExt;

    fn targets() -> Vec<[f64; 3]> {
        let mut rng = Streams::new(3).stream(0);
        (0..300).map(|_| rng.random()).collect()
    }

    #[test]
    fn every_target_is_found() {
        for (target, found) in targets().iter().zip(solve_all(&targets()).unwrap()) {
            assert!(found.converged && found.f < 1e-3, "{target:?}: {found:?}");
            for (x, t) in found.x.iter().zip(target) {
                assert!((x - t).abs() < 0.03, "{target:?}: {found:?}");
            }
        }
    }

    #[test]
    fn same_bits_for_any_number_of_threads() {
        let bits = |all: Vec<Minimum<3>>| -> Vec<[u64; 4]> {
            let of = |m: &Minimum<3>| [m.x[0], m.x[1], m.x[2], m.f].map(f64::to_bits);
            all.iter().map(of).collect()
        };
        let serial = bits(solve_all(&targets()).unwrap());
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            let parallel = solve_all_parallel(&targets(), threads).unwrap();
            assert_eq!(bits(parallel), serial);
        }
    }

    #[test]
    fn the_first_bad_target_is_named() {
        let bad = [[0.0, 1.0], [f64::INFINITY, 0.0], [f64::NAN, 0.0]];
        for error in [
            solve_all(&bad).unwrap_err(),
            solve_all_parallel(&bad, Threads::new(3).unwrap()).unwrap_err(),
        ] {
            assert_eq!(
                error.to_string(),
                "target: inf is not allowed, use finite numbers"
            );
        }
        assert_eq!(solve_all::<3>(&[]), Ok(vec![]));
    }

    #[test]
    fn an_overflow_does_not_converge() {
        assert!(!solve([1e200, 0.0]).unwrap().converged);
    }
}
