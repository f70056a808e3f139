//! π by Monte Carlo: the share of random points of the unit square inside the circle of radius ½.
//!
//! Source: the lecture's exercise 13.5.1.

use std::ops::Range;

use rand::RngExt;
use rayon::prelude::*;

use crate::error::check_count;
use crate::{Error, Streams, Threads};

/// Points drawn from one stream. It fixes which stream draws which point, so a change of it changes results.
pub const CHUNK: u64 = 1 << 16;

/// Estimates π from `points` random points.
///
/// Points come in chunks of [`CHUNK`], chunk c from stream c. The standard error
/// is `4 √(p (1 − p) / points)` with p = π/4, that is 1.64 / √points.
///
/// # Errors
///
/// [`Error::Count`] for no points.
///
/// # Examples
///
/// ```
/// use speedup::{Streams, pi};
///
/// let estimate = pi::estimate(1_000_000, Streams::new(1))?;
/// assert!((estimate - std::f64::consts::PI).abs() < 5.0 * 1.64e-3);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn estimate(points: u64, streams: Streams) -> Result<f64, Error> {
    check(points)?;
    let inside: u64 = chunks(points).map(|c| hits(c, points, streams)).sum();
    Ok(4.0 * inside as f64 / points as f64)
}

/// The same estimate, the chunks spread over threads: the same bits for any number of them.
///
/// # Errors
///
/// As [`estimate`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::{Streams, Threads, pi};
///
/// let parallel = pi::estimate_parallel(300_000, Streams::new(1), Threads::new(3)?)?;
/// assert_eq!(parallel, pi::estimate(300_000, Streams::new(1))?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn estimate_parallel(points: u64, streams: Streams, threads: Threads) -> Result<f64, Error> {
    check(points)?;
    if threads == Threads::Sequential {
        return estimate(points, streams);
    }
    let inside: u64 = threads.install(|| {
        chunks(points)
            .into_par_iter()
            .map(|c| hits(c, points, streams))
            .sum()
    })?;
    Ok(4.0 * inside as f64 / points as f64)
}

/// The numbers of the chunks.
fn chunks(points: u64) -> Range<u64> {
    0..points.div_ceil(CHUNK)
}

/// How many of the points of one chunk fall inside the circle.
fn hits(chunk: u64, points: u64, streams: Streams) -> u64 {
    let mut rng = streams.stream(chunk);
    let mut inside = 0;
    for _ in 0..CHUNK.min(points - chunk * CHUNK) {
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        let squared = (u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5);
        inside += u64::from(squared < 0.25);
    }
    inside
}

fn check(points: u64) -> Result<(), Error> {
    // 2⁵³ points are exact as a double; so many take a year.
    check_count("points", points as usize, 1, 1 << 53).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn within_four_standard_errors_over_seeds() {
        let points = 1_000_000_u64;
        let error = (PI * (4.0 - PI) / points as f64).sqrt();
        for seed in 0..5 {
            let z = (estimate(points, Streams::new(seed)).unwrap() - PI) / error;
            assert!(z.abs() < 4.0, "seed {seed}: {z} standard errors");
        }
    }

    #[test]
    fn same_bits_for_any_number_of_threads_and_any_remainder() {
        for points in [1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 17] {
            let serial = estimate(points, Streams::new(9)).unwrap().to_bits();
            for n in [1, 2, 5] {
                let threads = Threads::new(n).unwrap();
                let parallel = estimate_parallel(points, Streams::new(9), threads).unwrap();
                assert_eq!(parallel.to_bits(), serial);
            }
        }
    }

    #[test]
    fn bad_counts_are_named() {
        assert_eq!(
            estimate(0, Streams::new(1)).unwrap_err().to_string(),
            "points: 0 is not allowed, use 1 to 9007199254740992"
        );
        assert!(estimate_parallel(u64::MAX, Streams::new(1), Threads::all()).is_err());
    }
}
