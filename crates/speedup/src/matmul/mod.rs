//! Products of matrices of whole numbers, exact.
//!
//! Source: the handout's `parallel_dot`, which divides the rows of the left matrix
//! into blocks. There their number must divide the number of rows; here it need not.

mod blocked;
#[cfg(target_arch = "x86_64")]
mod bytes;
mod floats;
mod matrix;
mod rows;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

pub use matrix::{IntMatrix, row_blocks};

use crate::simd::{Level, Vectorized};
use crate::{Error, Threads};
use floats::Floats;
use matrix::room;
use rows::{by_rows, long, short};

/// The product A B, exact.
///
/// Entries that are small are packed into the narrowest type that holds all sums of products exactly: bytes,
/// `f32` or `f64`; the product of the largest entries of A and B decides. Without room for that, row i of the product
/// is the sum of the rows of B, row k taken A(i, k) times, with 64 bits; and with more than 128 bits where
/// a sum could leave the 64.
///
/// # Errors
///
/// [`Error::Shape`] unless A has as many columns as B has rows; [`Error::Overflow`]
/// if an entry of the product does not fit in 64 bits; [`Error::Memory`] if the product does not fit in memory.
///
/// # Examples
///
/// ```
/// use speedup::matmul::{IntMatrix, product};
///
/// let a = IntMatrix::new(2, 2, vec![1, 2, 3, 4])?;
/// let b = IntMatrix::new(2, 1, vec![10, 100])?;
/// assert_eq!(product(&a, &b)?.values(), [210, 430]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn product(a: &IntMatrix, b: &IntMatrix) -> Result<IntMatrix, Error> {
    product_parallel(a, b, Threads::Sequential)
}

/// The same product, blocks of its rows spread over threads.
///
/// # Errors
///
/// As [`product`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::matmul::{IntMatrix, product, product_parallel};
/// use speedup::{Streams, Threads};
///
/// let a = IntMatrix::random(33, 20, 0, 9, Streams::new(1), 0)?;
/// let b = IntMatrix::random(20, 7, 0, 9, Streams::new(1), 1)?;
/// assert_eq!(product_parallel(&a, &b, Threads::new(2)?)?, product(&a, &b)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn product_parallel(
    a: &IntMatrix,
    b: &IntMatrix,
    threads: Threads,
) -> Result<IntMatrix, Error> {
    check_shapes(a, b)?;
    product_at(Level::chosen()?, a, b, threads)
}

fn check_shapes(a: &IntMatrix, b: &IntMatrix) -> Result<(), Error> {
    if a.columns == b.rows {
        return Ok(());
    }
    let problem = format!(
        "{} × {} times {} × {}, the inner sizes {} and {} must be equal",
        a.rows, a.columns, b.rows, b.columns, a.columns, b.rows
    );
    Err(Error::Shape {
        what: "matrix product",
        problem,
    })
}

/// Packing pays if so many products can be added up before the sums are taken to 64 bits.
const MANY: usize = 64;

/// The product, by the fastest way that is exact for entries as large as these.
fn product_at(
    level: Level,
    a: &IntMatrix,
    b: &IntMatrix,
    threads: Threads,
) -> Result<IntMatrix, Error> {
    room(a.rows, b.columns)?;
    let range_a = extremes(level, &a.values, threads)?;
    let range_b = extremes(level, &b.values, threads)?;
    let largest = |range: RangeInclusive<i64>| {
        let (least, most) = range.into_inner();
        u128::from(least.unsigned_abs().max(most.unsigned_abs()))
    };
    let product = largest(range_a.clone()) * largest(range_b.clone());
    // How many products can be added up within a limit, whatever their signs.
    let depth = |limit: i64| {
        let depth = limit.unsigned_abs() as u128 / product.max(1);
        depth.min(a.columns as u128) as usize
    };
    let both = (a, b);
    let matrix = |values| IntMatrix {
        rows: a.rows,
        columns: b.columns,
        values,
    };
    if depth(i64::MAX) < a.columns {
        return by_rows(long, both, threads).map(matrix);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(bytes) = bytes::Bytes::for_entries(level, range_a, range_b) {
        return blocked::entries(bytes, both, depth(i32::MAX.into()), threads).map(matrix);
    }
    let many = a.columns.min(MANY);
    let single = depth(1 << f32::MANTISSA_DIGITS);
    let double = depth(1 << f64::MANTISSA_DIGITS);
    let values = if single >= many {
        blocked::entries(Floats::<f32>::new(level), both, single, threads)
    } else if double >= many {
        blocked::entries(Floats::<f64>::new(level), both, double, threads)
    } else {
        by_rows(short, both, threads)
    };
    values.map(matrix)
}

/// The smallest and the largest value; 0 and 0 of none.
fn extremes(level: Level, values: &[i64], threads: Threads) -> Result<RangeInclusive<i64>, Error> {
    let first = values.first().copied().unwrap_or(0);
    let (least, most) = (AtomicI64::new(first), AtomicI64::new(first));
    threads.share(values.chunks(1 << 17), |values| {
        let range = level.run(Extremes(values));
        least.fetch_min(*range.start(), Relaxed);
        most.fetch_max(*range.end(), Relaxed);
    })?;
    Ok(least.into_inner()..=most.into_inner())
}

/// The smallest and the largest of some values.
struct Extremes<'a>(&'a [i64]);

impl Vectorized for Extremes<'_> {
    type Output = RangeInclusive<i64>;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> RangeInclusive<i64> {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for &value in self.0 {
            least = least.min(value);
            most = most.max(value);
        }
        least..=most
    }
}
