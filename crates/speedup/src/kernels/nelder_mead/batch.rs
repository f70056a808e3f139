//! The handout's problem, for one target and for many: minimize the squared distance to a target.

use rayon::prelude::*;

use std::sync::atomic::AtomicUsize;

use super::search_lanes::Searches;
use super::{MAX_DIMENSIONS, Minimum, minimize};
use crate::Error;
use crate::Threads;
use crate::error::{check_count, check_parameter};
use crate::simd::Isa;

/// Minimizes (x₁ − t₁)² + … + (x_N − t_N)² from the origin, by one search. The minimum is the target itself.
///
/// # Errors
///
/// [`Error::Parameter`] if a coordinate of the target is not finite; [`Error::Count`] as [`minimize`].
///
/// # Examples
///
/// ```
/// let found = speedup::kernels::nelder_mead::solve([0.25, 0.5, 0.75])?;
/// assert!(found.converged && found.f < 1e-4);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn solve<const N: usize>(target: [f64; N]) -> Result<Minimum<N>, Error> {
    check(&target)?;
    minimize(|x| distance(x, &target), [0.0; N])
}

/// Solves the problem of each target on one thread. The results have the order of the targets.
///
/// In three dimensions, searches advance in lock-step, one per lane of vector instructions. Every result has the bits of
/// [`solve`].
///
/// # Errors
///
/// As [`solve`], for the first target that is not allowed; [`Error::System`] if the system gives no thread;
/// [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// let found = speedup::kernels::nelder_mead::solve_all(&[[0.1, 0.2], [0.3, 0.4]])?;
/// assert_eq!(found.len(), 2);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn solve_all<const N: usize>(targets: &[[f64; N]]) -> Result<Vec<Minimum<N>>, Error> {
    solve_all_parallel(targets, Threads::Sequential)
}

/// The results of [`solve_all`], the targets spread over threads.
///
/// **Same bits** for any number of threads, and as [`solve_all`]: every operation is the same IEEE operation.
///
/// # Errors
///
/// As [`solve_all`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::nelder_mead;
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
    solve_all_at(Isa::chosen()?, targets, threads)
}

fn solve_all_at<const N: usize>(
    isa: Isa,
    targets: &[[f64; N]],
    threads: Threads,
) -> Result<Vec<Minimum<N>>, Error> {
    // Searches in lanes exist for the handout's three dimensions.
    if N != 3 {
        return threads.install(|| targets.par_iter().map(|target| solve(*target)).collect())?;
    }
    let (targets, _) = targets.as_flattened().as_chunks::<3>();
    let found = solve_all_in_lanes(isa, targets, threads)?.into_iter();
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
    isa: Isa,
    targets: &[[f64; 3]],
    threads: Threads,
) -> Result<Vec<Minimum<3>>, Error> {
    let next = &AtomicUsize::new(0);
    let found: Vec<(usize, Minimum<3>)> = threads.install(|| {
        let threads = (0..threads.count()).into_par_iter();
        threads
            .flat_map_iter(|_| isa.dispatch(Searches { targets, next }))
            .collect()
    })?;
    let mut all = vec![Minimum::PLACEHOLDER; targets.len()];
    for (number, minimum) in found {
        all[number] = minimum;
    }
    Ok(all)
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

    /// The bits of points, values and counts.
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

    /// Near and far targets: some searches shrink, reach a limit or overflow.
    #[test]
    fn lanes_give_the_bits_of_single_searches_with_every_isa() {
        let mut rng = Streams::new(4).stream(0);
        for scale in [1e-4, 0.01, 1.0, 30.0, 1e3, 1e8, 1e154, 1e200, 1e308] {
            for count in [0, 1, 31, 700] {
                let mut draw = || scale * (2.0 * rng.random::<f64>() - 1.0);
                let mut targets: Vec<[f64; 3]> =
                    (0..count).map(|_| [draw(), draw(), draw()]).collect();
                targets.extend((0..count.min(2)).map(|_| [0.0, draw(), -0.0]));
                let alone: Vec<Minimum<3>> = targets.iter().map(|t| solve(*t).unwrap()).collect();
                for isa in Isa::available() {
                    for n in [1, 2] {
                        let threads = Threads::new(n).unwrap();
                        let found = solve_all_at(isa, &targets, threads).unwrap();
                        assert_eq!(bits(&found), bits(&alone), "{isa} {scale} {count}");
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
