//! π by Monte Carlo: the share of random points of the unit square inside the circle of radius ½.
//!
//! Source: the lecture's exercise 13.5.1.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;

use crate::error::check_count;
use crate::simd::{Lanes, Level, Vectorized};
use crate::{Error, Streams, Threads};

/// Points drawn from one stream. It fixes which stream draws which point, so a change of it changes results.
pub const CHUNK: u64 = 1 << 14;

/// Streams drawn from side by side by the kernel.
const LANES: usize = 32;

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

/// The same estimate by the kernel: 32 streams side by side in vector lanes, groups of them spread over threads.
///
/// The same bits for any number of threads and any vector instructions, and the same as [`estimate`]: no step
/// rounds differently.
///
/// **Limit.** Eight points take 20 vector operations with AVX-512: two draws of six, two conversions, two
/// multiplications, an addition, a comparison, and two to count. Zen 4 does at most 2 a cycle. C does with 17: a fused
/// multiply-add, which would not round the same everywhere, and a count of mask bits, which only AVX-512 has.
///
/// # Errors
///
/// As [`estimate`]; [`Error::System`] if there are no threads to be had, [`Error::Level`] as [`Level::chosen`].
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
    let level = Level::chosen()?;
    let full_chunks = points / CHUNK;
    let (next_group, in_full_chunks) = (AtomicU64::new(0), AtomicU64::new(0));
    // There may be too many groups for a list of them: each thread takes the next one.
    threads.share(0..threads.count(), |_| {
        loop {
            let first = next_group.fetch_add(1, Ordering::Relaxed) * LANES as u64;
            if first >= full_chunks {
                break;
            }
            let hits = level.run(Hits { streams, first });
            let lanes = (LANES as u64).min(full_chunks - first) as usize;
            let inside = hits[..lanes].iter().copied().map(u64::from).sum();
            // Whole numbers: the order in which threads add does not matter.
            in_full_chunks.fetch_add(inside, Ordering::Relaxed);
        }
    })?;
    let inside = in_full_chunks.into_inner() + hits(full_chunks, points, streams);
    Ok(4.0 * inside as f64 / points as f64)
}

/// The numbers of the chunks.
fn chunks(points: u64) -> Range<u64> {
    0..points.div_ceil(CHUNK)
}

/// 64 random bits, read as a whole number with a sign: a coordinate in units of 2⁻⁶⁴, from −½ to ½.
#[inline(always)]
fn coordinate(bits: u64) -> f64 {
    bits as i64 as f64
}

/// Whether a point lies inside the circle of radius ½ around the origin.
#[inline(always)]
fn is_inside(x: f64, y: f64) -> bool {
    const RADIUS: f64 = (1_u64 << 63) as f64;
    x * x + y * y < RADIUS * RADIUS
}

/// How many of the points of one chunk fall inside the circle: the definition.
fn hits(chunk: u64, points: u64, streams: Streams) -> u64 {
    let mut rng = streams.floats(chunk);
    let mut inside = 0;
    for _ in 0..CHUNK.min(points - chunk * CHUNK) {
        let (x, y) = (coordinate(rng.next_u64()), coordinate(rng.next_u64()));
        inside += u64::from(is_inside(x, y));
    }
    inside
}

/// The same for full chunks side by side, beginning with number `first`.
struct Hits {
    streams: Streams,
    first: u64,
}

impl Vectorized for Hits {
    type Output = [u32; LANES];

    #[inline(always)]
    fn run<const FMA: bool>(self) -> [u32; LANES] {
        let mut lanes = Lanes::<LANES>::new(self.streams, self.first);
        // No more than CHUNK, so that 32 bits suffice.
        let mut inside = [0_u32; LANES];
        for _ in 0..CHUNK {
            for (lane, inside) in inside.iter_mut().enumerate() {
                let (x, y) = (coordinate(lanes.next(lane)), coordinate(lanes.next(lane)));
                *inside = inside.wrapping_add(u32::from(is_inside(x, y)));
            }
        }
        inside
    }
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
        for points in [1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 17, 40 * CHUNK] {
            let serial = estimate(points, Streams::new(9)).unwrap().to_bits();
            for n in [1, 2, 5] {
                let threads = Threads::new(n).unwrap();
                let parallel = estimate_parallel(points, Streams::new(9), threads).unwrap();
                assert_eq!(parallel.to_bits(), serial);
            }
        }
    }

    #[test]
    fn each_lane_is_its_stream_at_every_level() {
        let (streams, first) = (Streams::new(8), 100);
        for level in Level::available() {
            let side_by_side = level.run(Hits { streams, first });
            for (chunk, inside) in (first..).zip(side_by_side) {
                assert_eq!(u64::from(inside), hits(chunk, u64::MAX, streams), "{level}");
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
