//! Exact products of integer matrices.
//!
//! Source: the handout's `parallel_dot`, which divides the rows of the left matrix into blocks. There the number of
//! blocks must divide the number of rows; here it need not.

#[cfg(any(feature = "nalgebra", feature = "ndarray"))]
mod convert;
mod floats;
#[cfg(target_arch = "x86_64")]
mod integers;
mod matrix;
mod packed;
mod rows;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

pub use matrix::{IntMatrix, row_blocks};

use rayon::prelude::*;

use crate::Error;
use crate::Threads;
use crate::simd::{Isa, Multiversion};
use floats::Floats;
use matrix::checked_size;
use rows::{by_rows, rows_of_narrow_sums, rows_of_wide_sums};

/// The exact product A B of an n × m and an m × p matrix, an n × p matrix.
///
/// Small entries are packed into 8 or 16 bits, `f32` or `f64`: the narrowest type in which many products add up exactly.
/// The largest entries of A and B decide. Larger entries are multiplied row by row, with sums of 64 bits, or with sums
/// of more than 128 bits if a sum could exceed 64.
///
/// **Lower bound of the time.** One instruction multiplies 64 bytes with AVX-512 VNNI and 32 with AVX2, and Zen 4 begins
/// one and two of them per cycle: 16 million cycles for two 1000 × 1000 matrices of small entries, two thirds of
/// the time on one thread. Searching the largest entries takes about a twentieth, packing a tenth, and the rest goes
/// to the sums and the result of 8 MB. SSE2 multiplies eight entries of 16 bits at a time. There the loop's 39
/// instructions for 10 of these, at six per cycle, are the bound: 81 million cycles, four fifths of the time.
///
/// # Errors
///
/// [`Error::Shape`] unless A has as many columns as B has rows; [`Error::Overflow`] if an entry of the product
/// does not fit in 64 bits; [`Error::Memory`] if the product, or B as packed, does not fit in memory;
/// [`Error::System`] if the system gives no memory or no thread; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::matmul::{IntMatrix, product};
///
/// let a = IntMatrix::new(2, 2, vec![1, 2, 3, 4])?;
/// let b = IntMatrix::new(2, 1, vec![10, 100])?;
/// assert_eq!(product(&a, &b)?.values(), [210, 430]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn product(a: &IntMatrix, b: &IntMatrix) -> Result<IntMatrix, Error> {
    product_parallel(a, b, Threads::Sequential)
}

/// The product of [`product`], blocks of its rows spread over threads.
///
/// **Same bits** for any number of threads, and as [`product`]: the result is exact.
///
/// # Errors
///
/// As [`product`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::kernels::matmul::{IntMatrix, product, product_parallel};
/// use speedup::Streams;
/// use speedup::Threads;
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
    product_at(Isa::chosen()?, a, b, threads)
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

/// Packing pays if at least this number of products adds up exactly in the packed type.
const MANY: usize = 64;

/// The product with an instruction set, by the fastest method that is exact for the entries.
fn product_at(
    isa: Isa,
    a: &IntMatrix,
    b: &IntMatrix,
    threads: Threads,
) -> Result<IntMatrix, Error> {
    if checked_size(a.rows, b.columns)? == 0 {
        return IntMatrix::new(a.rows, b.columns, Vec::new());
    }
    let range_a = extremes(isa, &a.values, threads)?;
    let range_b = extremes(isa, &b.values, threads)?;
    let largest = |range: RangeInclusive<i64>| {
        let (least, most) = range.into_inner();
        u128::from(least.unsigned_abs().max(most.unsigned_abs()))
    };
    let product = largest(range_a.clone()) * largest(range_b.clone());
    // The number of products whose sum is within a limit, whatever their signs.
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
        return by_rows(rows_of_wide_sums, both, threads).map(matrix);
    }
    let many = a.columns.min(MANY);
    #[cfg(target_arch = "x86_64")]
    {
        use integers::{Bytes, Shorts, WideBytes, WideShorts};
        let within = |range: &RangeInclusive<i64>, limits: RangeInclusive<i64>| {
            limits.contains(range.start()) && limits.contains(range.end())
        };
        let depth = depth(i32::MAX.into());
        if within(&range_a, 0..=255) && within(&range_b, -128..=127) {
            if let Some(bytes) = WideBytes::new(isa) {
                return packed::product(bytes, both, depth, threads).map(matrix);
            }
            if let Some(bytes) = Bytes::new(isa, product) {
                return packed::product(bytes, both, depth, threads).map(matrix);
            }
        }
        let shorts = i16::MIN.into()..=i16::MAX.into();
        if within(&range_a, shorts.clone()) && within(&range_b, shorts) && depth >= many {
            return match WideShorts::new(isa) {
                Some(wide) => packed::product(wide, both, depth, threads),
                None => packed::product(Shorts::NEW, both, depth, threads),
            }
            .map(matrix);
        }
    }
    let single = depth(1 << f32::MANTISSA_DIGITS);
    let double = depth(1 << f64::MANTISSA_DIGITS);
    let values = if single >= many {
        packed::product(Floats::<f32>::new(isa), both, single, threads)
    } else if double >= many {
        packed::product(Floats::<f64>::new(isa), both, double, threads)
    } else {
        by_rows(rows_of_narrow_sums, both, threads)
    };
    values.map(matrix)
}

/// The smallest and the largest value; 0 and 0 if there are no values.
fn extremes(isa: Isa, values: &[i64], threads: Threads) -> Result<RangeInclusive<i64>, Error> {
    let range = threads.install(|| {
        let ranges = values
            .par_chunks(1 << 17)
            .map(|values| isa.dispatch(Extremes(values)));
        ranges.reduce_with(|a, b| *a.start().min(b.start())..=*a.end().max(b.end()))
    })?;
    Ok(range.unwrap_or(0..=0))
}

/// The smallest and the largest value of a slice.
struct Extremes<'a>(&'a [i64]);

impl Multiversion for Extremes<'_> {
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
