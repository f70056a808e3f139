//! A product row by row, with 64 bits for each entry, or more for each sum.

use rayon::prelude::*;

use super::IntMatrix;
use crate::{Error, Threads};

/// Adds to a block of rows of the product, which starts at this row and holds zeros.
pub(super) type ByRows = fn(&mut [i64], usize, &IntMatrix, &IntMatrix) -> Result<(), Error>;

/// The entries of the product, blocks of rows spread over threads.
pub(super) fn by_rows(
    way: ByRows,
    (a, b): (&IntMatrix, &IntMatrix),
    threads: Threads,
) -> Result<Vec<i64>, Error> {
    let mut values = vec![0; a.rows * b.columns];
    // Some blocks for each thread, so that one that is held up does not hold up all.
    let rows = a.rows.div_ceil(4 * threads.count()).max(1);
    let block = (rows * b.columns).max(1);
    let done: Vec<Result<(), Error>> = threads.install(|| {
        let blocks = values.par_chunks_mut(block).enumerate();
        blocks
            .map(|(k, block)| way(block, k * rows, a, b))
            .collect()
    })?;
    done.into_iter().collect::<Result<(), Error>>()?;
    Ok(values)
}

/// Rows of B that are used for all rows of a block before the next ones: they stay in the cache.
const TILE: usize = 32;

/// The way when no sum can leave the 64 bits.
pub(super) fn short(
    block: &mut [i64],
    first: usize,
    a: &IntMatrix,
    b: &IntMatrix,
) -> Result<(), Error> {
    let columns = b.columns.max(1);
    for tile in (0..b.rows).step_by(TILE) {
        let tile = tile..(tile + TILE).min(b.rows);
        for (i, sums) in block.chunks_exact_mut(columns).enumerate() {
            for k in tile.clone() {
                let factor = a.row(first + i)[k];
                for (sum, &value) in sums.iter_mut().zip(b.row(k)) {
                    *sum = sum.wrapping_add(factor.wrapping_mul(value));
                }
            }
        }
    }
    Ok(())
}

/// The way for large entries: sums of more than 128 bits, so that nothing is ever lost.
pub(super) fn long(
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

/// The sum of products, if it fits in 64 bits; what the partial sums do does not matter.
fn dot<'a>(pairs: impl Iterator<Item = (&'a i64, &'a i64)>) -> Option<i64> {
    // value = high × 2⁶⁴ + low: neither half can overflow in fewer than 2⁶⁴ terms.
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
