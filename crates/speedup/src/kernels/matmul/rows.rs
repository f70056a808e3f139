//! The product row by row without packing, with sums of 64 bits or of more than 128 bits.

use rayon::prelude::*;

use super::IntMatrix;
use crate::Error;
use crate::Threads;

/// Computes a block of rows of the product A B: arguments are the block, filled with zeros, its first row, A and B.
pub(super) type RowKernel = fn(&mut [i64], usize, &IntMatrix, &IntMatrix) -> Result<(), Error>;

/// The entries of the product, row after row, blocks of rows spread over threads.
pub(super) fn by_rows(
    kernel: RowKernel,
    (a, b): (&IntMatrix, &IntMatrix),
    threads: Threads,
) -> Result<Vec<i64>, Error> {
    let mut values = vec![0; a.rows * b.columns];
    // Four blocks per thread, so that a delayed thread does not delay all.
    let rows = a.rows.div_ceil(4 * threads.count()).max(1);
    let block = (rows * b.columns).max(1);
    let done: Vec<Result<(), Error>> = threads.install(|| {
        let blocks = values.par_chunks_mut(block).enumerate();
        blocks
            .map(|(k, block)| kernel(block, k * rows, a, b))
            .collect()
    })?;
    done.into_iter().collect::<Result<(), Error>>()?;
    Ok(values)
}

/// Rows of B that all rows of a block use before the next ones, so that they stay in the cache.
const DEPTH: usize = 32;

/// Computes a block with sums of 64 bits. No sum may exceed them.
pub(super) fn rows_of_narrow_sums(
    block: &mut [i64],
    first: usize,
    a: &IntMatrix,
    b: &IntMatrix,
) -> Result<(), Error> {
    let columns = b.columns.max(1);
    for depth in (0..b.rows).step_by(DEPTH) {
        let depth = depth..(depth + DEPTH).min(b.rows);
        for (i, sums) in block.chunks_exact_mut(columns).enumerate() {
            for k in depth.clone() {
                let factor = a.row(first + i)[k];
                for (sum, &value) in sums.iter_mut().zip(b.row(k)) {
                    *sum = sum.wrapping_add(factor.wrapping_mul(value));
                }
            }
        }
    }
    Ok(())
}

/// Computes a block with sums of more than 128 bits, which never overflow.
pub(super) fn rows_of_wide_sums(
    block: &mut [i64],
    first: usize,
    a: &IntMatrix,
    b: &IntMatrix,
) -> Result<(), Error> {
    let columns = b.columns.max(1);
    for (i, sums) in block.chunks_exact_mut(columns).enumerate() {
        for (j, sum) in sums.iter_mut().enumerate() {
            let column = b.values[j..].iter().step_by(columns);
            *sum = dot(a.row(first + i).iter().zip(column)).ok_or_else(|| Error::Overflow {
                what: "matrix product",
                place: format!("the entry in row {}, column {j}", first + i),
            })?;
        }
    }
    Ok(())
}

/// The sum of products; `None` if it does not fit in 64 bits. Partial sums may exceed 64 bits.
fn dot<'a>(pairs: impl Iterator<Item = (&'a i64, &'a i64)>) -> Option<i64> {
    // The sum is high · 2⁶⁴ + low. Neither half can overflow in fewer than 2⁶³ terms.
    let (mut high, mut low) = (0_i128, 0_i128);
    for (&x, &y) in pairs {
        let product = i128::from(x) * i128::from(y);
        high += product >> 64;
        low += product & i128::from(u64::MAX);
    }
    high += low >> 64;
    let low = low & i128::from(u64::MAX);
    high.checked_mul(1 << 64)?.checked_add(low)?.try_into().ok()
}
