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
    let inside: u64 = chunks(points).map(|c| hits(c, points, streams)).sum();
    Ok(4.0 * inside as f64 / points as f64)
}

/// The estimate of [`estimate`], by vector instructions and several threads: 32 chunks side by side.
///
/// **Same bits** for any number of threads, and as [`estimate`]: every operation is the same IEEE operation.
///
/// **Lower bound of the time.** Eight points take 20 vector operations with AVX-512: two draws of six operations, two
/// conversions, two multiplications, an addition, a comparison, and two operations to count. Zen 4 does at most 2
/// per cycle. The C version has 17 operations. It uses a fused multiply-add, which rounds differently, and
/// counts mask bits, which only AVX-512 offers.
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
    check(points)?;
    let isa = Isa::chosen()?;
    let full_chunks = points / CHUNK;
    let hits_of_group = |group: usize| {
        let first = group as u64 * CHUNK_LANES as u64;
        let hits = isa.dispatch(Hits { streams, first });
        let lanes = (CHUNK_LANES as u64).min(full_chunks - first) as usize;
        hits[..lanes].iter().copied().map(u64::from).sum::<u64>()
    };
    let groups = (0..full_chunks.div_ceil(CHUNK_LANES as u64) as usize)
        .into_par_iter()
        .with_max_len(1);
    // The order in which threads add integers does not matter.
    let in_full_chunks: u64 = threads.install(|| groups.map(hits_of_group).sum())?;
    let inside = in_full_chunks + hits(full_chunks, points, streams);
    Ok(4.0 * inside as f64 / points as f64)
}

/// The numbers of all chunks.
fn chunks(points: u64) -> Range<u64> {
    0..points.div_ceil(CHUNK)
}

/// A coordinate from −½ to ½ in units of 2⁻⁶⁴: 64 random bits, read as an integer with a sign.
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

/// The number of points of one chunk that lie inside the circle.
fn hits(chunk: u64, points: u64, streams: Streams) -> u64 {
    let mut rng = streams.floats(chunk);
    let mut inside = 0;
    for _ in 0..CHUNK.min(points - chunk * CHUNK) {
        let (x, y) = (coordinate(rng.next_u64()), coordinate(rng.next_u64()));
        inside += u64::from(is_inside(x, y));
    }
    inside
}

/// The [`hits`] of [`CHUNK_LANES`] full chunks side by side, the first of which is `first`.
struct Hits {
    streams: Streams,
    first: u64,
}

impl Multiversion for Hits {
    type Output = [u32; CHUNK_LANES];

    #[inline(always)]
    fn run<const FMA: bool>(self) -> [u32; CHUNK_LANES] {
        let mut lanes = StreamLanes::<CHUNK_LANES>::new(self.streams, self.first);
        // A count is at most CHUNK, which fits in 32 bits.
        let mut inside = [0_u32; CHUNK_LANES];
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
    fn each_lane_is_its_stream_with_every_isa() {
        let (streams, first) = (Streams::new(8), 100);
        for isa in Isa::available() {
            let side_by_side = isa.dispatch(Hits { streams, first });
            for (chunk, inside) in (first..).zip(side_by_side) {
                assert_eq!(u64::from(inside), hits(chunk, u64::MAX, streams), "{isa}");
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
