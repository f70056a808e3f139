//! π by Monte Carlo: the share of random points of the unit square inside the circle of radius ½.
//!
//! Source: the lecture's exercise 13.5.1.

use std::ops::Range;

use rand::Rng;
use rayon::prelude::*;

use crate::Error;
use crate::Streams;
use crate::Threads;
use crate::error::check_count;
use crate::random::stream_lanes::StreamLanes;
use crate::simd::{Isa, Multiversion};

/// Points drawn from one stream. A change of this number changes the results.
pub const CHUNK: u64 = 1 << 14;

/// Chunks that are drawn side by side, one per lane.
const CHUNK_LANES: usize = 32;

/// Estimates π from `points` random points, by a serial loop.
///
/// Points are drawn in chunks of [`CHUNK`], chunk c from stream c. The standard error is
/// `4 √(p (1 − p) / points)` with p = π/4, which is 1.64 / √points.
///
/// A coordinate has 31 random bits. A point stands for a cell of side 2⁻³², of which it is the corner nearest to the
/// centre. So the estimates are too large by 2⁻²⁹ = 1.9·10⁻⁹ on average, a ninth of the standard error of 2⁵³ points.
/// The four weaker bits of [`Streams::floats`] are the last of a coordinate, and decide about one point in 10⁸.
///
/// # Errors
///
/// [`Error::Count`] unless `points` is 1 to 2⁵³.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::kernels::pi;
///
/// let estimate = pi::estimate(1_000_000, Streams::new(1))?;
/// assert!((estimate - std::f64::consts::PI).abs() < 5.0 * 1.64e-3);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn estimate(points: u64, streams: Streams) -> Result<f64, Error> {
    check(points)?;
    let outside = (0..chunks(points))
        .map(|chunk| count_outside(chunk, points, streams))
        .sum();
    Ok(ratio(points, outside))
}

/// The estimate of [`estimate`], by vector instructions and several threads: 32 chunks side by side.
///
/// **Same bits** for any number of threads, and as [`estimate`]: integers are not rounded.
///
/// **Lower bound of the time.** Seven operations count a vector of points. Its draw takes 6 with AVX-512, 9 with AVX2 and 11
/// with SSE2, which have no rotation. Zen 4 begins 4 operations per cycle, with AVX-512 only 2. So 8 points take
/// 6.5 cycles with AVX-512, 8 with AVX2 and 18 with SSE2. The C version does the same operations.
///
/// # Errors
///
/// As [`estimate`]; [`Error::System`] if the system gives no threads; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::Threads;
/// use speedup::kernels::pi;
///
/// let parallel = pi::estimate_parallel(300_000, Streams::new(1), Threads::new(3)?)?;
/// assert_eq!(parallel, pi::estimate(300_000, Streams::new(1))?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn estimate_parallel(points: u64, streams: Streams, threads: Threads) -> Result<f64, Error> {
    let outside = outside_parallel(points, 0..chunks(points), streams, threads)?;
    Ok(ratio(points, outside))
}

/// The number of chunks that `points` points are drawn in: the last one may have fewer than [`CHUNK`] points.
///
/// # Examples
///
/// ```
/// use speedup::kernels::pi::{CHUNK, chunks};
///
/// assert_eq!([chunks(1), chunks(CHUNK), chunks(CHUNK + 1)], [1, 1, 2]);
/// ```
pub fn chunks(points: u64) -> u64 {
    points.div_ceil(CHUNK)
}

/// The number of points outside the circle in a range of the chunks of `points` points, by several threads.
///
/// [`estimate_parallel`] counts all [`chunks`] at once; a program with several processes can give each a range, and add
/// the counts. [`from_outside`] makes the estimate of their sum.
///
/// **Same bits** for any number of threads, and for any ranges: a chunk's points depend on its number only.
///
/// # Errors
///
/// As [`estimate_parallel`]; [`Error::Count`] if the range ends after the last chunk.
///
/// # Examples
///
/// ```
/// use speedup::kernels::pi::{chunks, estimate, from_outside, outside_parallel};
/// use speedup::{Streams, Threads};
///
/// let (points, streams, threads) = (300_000, Streams::new(1), Threads::new(2)?);
/// let first = outside_parallel(points, 0..7, streams, threads)?;
/// let second = outside_parallel(points, 7..chunks(points), streams, threads)?;
/// assert_eq!(from_outside(points, first + second)?, estimate(points, streams)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn outside_parallel(
    points: u64,
    range: Range<u64>,
    streams: Streams,
    threads: Threads,
) -> Result<u64, Error> {
    check(points)?;
    check_count(
        "end of the range of chunks",
        range.end as usize,
        0,
        chunks(points),
    )?;
    let isa = Isa::chosen()?;
    let full = range.start..range.end.min(points / CHUNK);
    let full_chunks = full.end.saturating_sub(full.start);
    let outside_side_by_side = |number: usize| {
        let done = (number * CHUNK_LANES) as u64;
        let first = full.start + done;
        let outside = isa.dispatch(CountOutside { streams, first });
        let lanes = (CHUNK_LANES as u64).min(full_chunks - done) as usize;
        outside[..lanes].iter().sum::<u64>()
    };
    let tasks = 0..full_chunks.div_ceil(CHUNK_LANES as u64) as usize;
    let tasks = tasks.into_par_iter().with_max_len(1);
    // The order in which threads add integers does not matter.
    let in_full_chunks: u64 = threads.install(|| tasks.map(outside_side_by_side).sum())?;
    let in_last_chunk: u64 = (points / CHUNK..range.end)
        .filter(|chunk| range.contains(chunk))
        .map(|chunk| count_outside(chunk, points, streams))
        .sum();
    Ok(in_full_chunks + in_last_chunk)
}

/// The estimate of π, if `outside` of `points` points lie outside the circle.
///
/// # Errors
///
/// [`Error::Count`] unless `points` is 1 to 2⁵³ and `outside` 0 to `points`.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::kernels::pi::from_outside(4, 1)?, 3.0);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn from_outside(points: u64, outside: u64) -> Result<f64, Error> {
    check(points)?;
    check_count("points outside the circle", outside as usize, 0, points)?;
    Ok(ratio(points, outside))
}

/// Four times the share of the points that lie inside.
fn ratio(points: u64, outside: u64) -> f64 {
    4.0 * (points - outside) as f64 / points as f64
}

/// 1 if a random point lies outside the circle, else 0.
///
/// The circle is symmetric, so a quarter of the square stands for all, with the circle's centre in a corner. In units of
/// 2⁻³² the radius is 2³¹, and the coordinates are whole numbers below 2³¹: the two halves of a draw, each without one
/// bit. Outside the circle x² + y² is at least 2⁶², and it is always below 2⁶³.
#[inline(always)]
fn is_outside(draw: u64) -> u64 {
    let (x, y) = (draw >> 33, draw & 0x7fff_ffff);
    // Checks of an overflow, which cannot occur, would keep the compiler from vector instructions.
    x.wrapping_mul(x).wrapping_add(y.wrapping_mul(y)) >> 62
}

/// The number of points of one chunk that lie outside the circle.
fn count_outside(chunk: u64, points: u64, streams: Streams) -> u64 {
    let mut rng = streams.floats(chunk);
    let count = CHUNK.min(points - chunk * CHUNK);
    (0..count).map(|_| is_outside(rng.next_u64())).sum()
}

/// The [`count_outside`] of [`CHUNK_LANES`] full chunks side by side, the first of which is `first`.
struct CountOutside {
    streams: Streams,
    first: u64,
}

impl Multiversion for CountOutside {
    type Output = [u64; CHUNK_LANES];

    #[inline(always)]
    fn run<const FMA: bool>(self) -> [u64; CHUNK_LANES] {
        let mut lanes = StreamLanes::<CHUNK_LANES>::new(self.streams, self.first);
        let mut outside = [0_u64; CHUNK_LANES];
        for _ in 0..CHUNK {
            for (lane, outside) in outside.iter_mut().enumerate() {
                *outside = outside.wrapping_add(is_outside(lanes.next(lane)));
            }
        }
        outside
    }
}

fn check(points: u64) -> Result<(), Error> {
    // Up to 2⁵³ the number of points is exact as a double.
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
    fn ranges_add_up_to_the_whole() {
        let (streams, threads) = (Streams::new(9), Threads::new(2).unwrap());
        for points in [1, CHUNK, 40 * CHUNK, 70 * CHUNK + 17] {
            let count = |range| outside_parallel(points, range, streams, threads);
            let all = count(0..chunks(points)).unwrap();
            for cut in [0, 1, 33, 40, 70, 71] {
                let cut = chunks(points).min(cut);
                let two = count(0..cut).unwrap() + count(cut..chunks(points)).unwrap();
                assert_eq!(two, all, "{points} points, cut at chunk {cut}");
            }
            assert_eq!(count(Range { start: 1, end: 0 }), Ok(0));
            assert!(count(0..chunks(points) + 1).is_err());
        }
    }

    #[test]
    fn each_lane_is_its_stream_with_every_isa() {
        let (streams, first) = (Streams::new(8), 100);
        for isa in Isa::available() {
            let side_by_side = isa.dispatch(CountOutside { streams, first });
            for (chunk, &outside) in (first..).zip(&side_by_side) {
                assert_eq!(outside, count_outside(chunk, u64::MAX, streams), "{isa}");
            }
        }
    }

    #[test]
    fn points_next_to_the_circle() {
        let point = |x: u64, y: u64| is_outside(x << 33 | y);
        let last = (1 << 31) - 1;
        assert_eq!([point(0, 0), point(last, 0), point(last, last)], [0, 0, 1]);
        // last² + (2¹⁶)² is the square of the radius, and 1 more.
        assert_eq!([point(last, 1 << 16), point(1 << 16, last)], [1, 1]);
        assert_eq!(
            [point(last, (1 << 16) - 1), point((1 << 16) - 1, last)],
            [0, 0]
        );
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
