//! The handout's problem, once and many times: find the target by the squared distance to it.

use rayon::prelude::*;

use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};

use super::lanes::Searches;
use super::{MAX_DIMENSIONS, Minimum, minimize};
use crate::error::{check_count, check_parameter};
use crate::simd::Level;
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
    minimize(|x| distance(x, &target), [0.0; N])
}

/// Solves the problem of each target on one thread.
///
/// In three dimensions, on processors with AVX2 or AVX-512, many searches advance in lock-step, each in a lane of
/// vector instructions. Every result is that of [`solve`], to the last bit.
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
    solve_all_parallel(targets, Threads::Sequential)
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
    targets.iter().try_for_each(check)?;
    check_count("dimensions", N, 1, MAX_DIMENSIONS)?;
    solve_all_at(Level::chosen()?, targets, threads)
}

fn solve_all_at<const N: usize>(
    level: Level,
    targets: &[[f64; N]],
    threads: Threads,
) -> Result<Vec<Minimum<N>>, Error> {
    // Two lanes do not pay; with more, the handout's number of dimensions has a faster way.
    if N != 3 || level == Level::BASELINE {
        return threads.install(|| targets.par_iter().map(|target| solve(*target)).collect())?;
    }
    let (targets, _) = targets.as_flattened().as_chunks::<3>();
    let found = solve_all_in_lanes(level, targets, threads)?.into_iter();
    let minimum = |found: Minimum<3>| Minimum {
        x: std::array::from_fn(|k| found.x[k]),
        f: found.f,
        iterations: found.iterations,
        evaluations: found.evaluations,
        converged: found.converged,
    };
    Ok(found.map(minimum).collect())
}

fn solve_all_in_lanes(
    level: Level,
    targets: &[[f64; 3]],
    threads: Threads,
) -> Result<Vec<Minimum<3>>, Error> {
    let next = &AtomicUsize::new(0);
    let all = Mutex::new(vec![Minimum::NONE; targets.len()]);
    threads.share(0..threads.count(), |_| {
        let found = level.run(Searches { targets, next });
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, minimum) in found {
            all[number] = minimum;
        }
    })?;
    Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The square of the distance between two points.
#[inline(always)]
pub(super) fn distance<const N: usize>(x: &[f64; N], target: &[f64; N]) -> f64 {
    x.iter().zip(target).map(|(x, t)| (x - t) * (x - t)).sum()
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

    /// Points, values and counts, to the last bit.
    fn bits<const N: usize>(all: &[Minimum<N>]) -> Vec<([u64; N], [u64; 4])> {
        let of = |m: &Minimum<N>| {
            let counts = [m.iterations as u64, m.evaluations as u64];
            let [iterations, evaluations] = counts;
            (
                m.x.map(f64::to_bits),
                [m.f.to_bits(), iterations, evaluations, m.converged.into()],
            )
        };
        all.iter().map(of).collect()
    }

    #[test]
    fn same_bits_for_any_number_of_threads() {
        let serial = bits(&solve_all(&targets()).unwrap());
        let plane: Vec<[f64; 2]> = targets().iter().map(|[x, y, _]| [*x, *y]).collect();
        let serial_in_plane = bits(&solve_all(&plane).unwrap());
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            let parallel = solve_all_parallel(&targets(), threads).unwrap();
            assert_eq!(bits(&parallel), serial);
            let parallel = solve_all_parallel(&plane, threads).unwrap();
            assert_eq!(bits(&parallel), serial_in_plane);
        }
    }

    /// Near and far targets, with shrinks, used-up limits and overflows among the searches.
    #[test]
    fn lanes_do_what_a_search_alone_does_at_every_level() {
        let mut rng = Streams::new(4).stream(0);
        for scale in [1e-4, 0.01, 1.0, 30.0, 1e3, 1e8, 1e154, 1e200, 1e308] {
            for count in [0, 1, 31, 700] {
                let mut draw = || scale * (2.0 * rng.random::<f64>() - 1.0);
                let mut targets: Vec<[f64; 3]> =
                    (0..count).map(|_| [draw(), draw(), draw()]).collect();
                targets.extend((0..count.min(2)).map(|_| [0.0, draw(), -0.0]));
                let alone: Vec<Minimum<3>> = targets.iter().map(|t| solve(*t).unwrap()).collect();
                for level in Level::available() {
                    for n in [1, 2] {
                        let threads = Threads::new(n).unwrap();
                        let found = solve_all_at(level, &targets, threads).unwrap();
                        assert_eq!(bits(&found), bits(&alone), "{level} {scale} {count}");
                    }
                }
            }
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
