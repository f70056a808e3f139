//! Products of matrices of whole numbers, exact.
//!
//! Source: the handout's `parallel_dot`, which divides the rows of the left matrix
//! into blocks. There their number must divide the number of rows; here it need not.

mod matrix;

use rayon::prelude::*;

pub use matrix::{IntMatrix, row_blocks};

use crate::{Error, Threads};
use matrix::room;

/// The product A B, exact.
///
/// Row i of the product is the sum of the rows of B, row k taken A(i, k) times, so
/// that both are read in the order in which they lie in memory.
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
    let (mut product, way) = prepare(a, b)?;
    way(&mut product.values, 0, a, b)?;
    Ok(product)
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
    let (mut product, way) = prepare(a, b)?;
    // Some blocks for each thread, so that one that is held up does not hold up all.
    let rows = a.rows.div_ceil(4 * threads.count()).max(1);
    let block = (rows * b.columns).max(1);
    let done: Vec<Result<(), Error>> = threads.install(|| {
        let blocks = product.values.par_chunks_mut(block).enumerate();
        blocks
            .map(|(k, block)| way(block, k * rows, a, b))
            .collect()
    })?;
    done.into_iter().collect::<Result<(), Error>>()?;
    Ok(product)
}

/// Adds to a block of rows of the product, which starts at this row and holds zeros.
type Way = fn(&mut [i64], usize, &IntMatrix, &IntMatrix) -> Result<(), Error>;

/// The product with all entries 0, and the way to compute it.
fn prepare(a: &IntMatrix, b: &IntMatrix) -> Result<(IntMatrix, Way), Error> {
    if a.columns != b.rows {
        let problem = format!(
            "{} × {} times {} × {}, the inner sizes {} and {} must be equal",
            a.rows, a.columns, b.rows, b.columns, a.columns, b.rows
        );
        return Err(Error::Shape {
            what: "matrix product",
            problem,
        });
    }
    let product = IntMatrix {
        rows: a.rows,
        columns: b.columns,
        values: vec![0; room(a.rows, b.columns)?],
    };
    let largest = |m: &IntMatrix| m.values.iter().map(|x| x.unsigned_abs()).max().unwrap_or(0);
    let bound = u128::from(largest(a)) * u128::from(largest(b));
    let all_fit = bound.saturating_mul(a.columns as u128) <= i64::MAX as u128;
    Ok((product, if all_fit { short } else { long }))
}

/// Rows of B that are used for all rows of a block before the next ones: they stay in the cache.
const TILE: usize = 32;

/// The way when no sum can leave the 64 bits.
fn short(block: &mut [i64], first: usize, a: &IntMatrix, b: &IntMatrix) -> Result<(), Error> {
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
fn long(block: &mut [i64], first: usize, a: &IntMatrix, b: &IntMatrix) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;

    fn random(rows: usize, columns: usize, most: i64, number: u64) -> IntMatrix {
        IntMatrix::random(rows, columns, -most, most, Streams::new(5), number).unwrap()
    }

    /// The definition, entry by entry.
    fn by_definition(a: &IntMatrix, b: &IntMatrix) -> Vec<i128> {
        let entry = |i: usize, j: usize| {
            let terms = (0..a.columns).map(|k| i128::from(a.row(i)[k]) * i128::from(b.row(k)[j]));
            terms.sum()
        };
        let entries = (0..a.rows).flat_map(|i| (0..b.columns).map(move |j| (i, j)));
        entries.map(|(i, j)| entry(i, j)).collect()
    }

    #[test]
    fn any_shape_and_any_number_of_threads() {
        let sizes = [
            (1, 1, 1),
            (3, 4, 5),
            (7, 100, 1),
            (1, 33, 64),
            (50, 1, 50),
            (65, 65, 65),
        ];
        for (n, m, p) in sizes {
            for most in [9, i64::from(i32::MAX), i64::MAX / 200] {
                let (a, b) = (random(n, m, most, 0), random(m, p, 9, 1));
                let serial = product(&a, &b).unwrap();
                let wide: Vec<i128> = serial.values.iter().map(|&x| x.into()).collect();
                assert_eq!(wide, by_definition(&a, &b));
                for threads in [1, 2, 3, 8].map(|t| Threads::new(t).unwrap()) {
                    assert_eq!(product_parallel(&a, &b, threads).unwrap(), serial);
                }
            }
        }
    }

    #[test]
    fn sizes_of_zero_are_fine() {
        for (n, m, p) in [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0)] {
            let (a, b) = (random(n, m, 9, 0), random(m, p, 9, 1));
            let zeros = product_parallel(&a, &b, Threads::new(2).unwrap()).unwrap();
            assert_eq!((zeros.rows(), zeros.columns()), (n, p));
            assert_eq!(zeros.values(), vec![0; n * p]);
        }
    }

    #[test]
    fn exact_up_to_the_edge_and_an_error_beyond() {
        let two = Threads::new(2).unwrap();
        let times = |row: &[i64], column: &[i64]| {
            let a = IntMatrix::new(1, row.len(), row.to_vec()).unwrap();
            let b = IntMatrix::new(column.len(), 1, column.to_vec()).unwrap();
            let (serial, parallel) = (product(&a, &b), product_parallel(&a, &b, two));
            assert_eq!(serial, parallel);
            serial.map(|product| product.values[0])
        };
        assert_eq!(times(&[i64::MAX], &[1]), Ok(i64::MAX));
        assert_eq!(times(&[i64::MIN], &[1]), Ok(i64::MIN));
        // Partial sums leave the 64 bits, the result does not.
        assert_eq!(
            times(&[i64::MAX, i64::MAX, -i64::MAX], &[1, 1, 1]),
            Ok(i64::MAX)
        );
        // Partial sums leave even 128 bits: 4 · 2¹²⁶ − 4 (2¹²⁶ − 2⁶³) − 4 · 2⁶³ + 5.
        let lowest = [[i64::MIN; 12].as_slice(), &[5]].concat();
        let column = [[i64::MIN; 4], [i64::MAX; 4], [1; 4]].concat();
        assert_eq!(times(&lowest, &[column, vec![1]].concat()), Ok(5));
        assert!(times(&[i64::MAX, 1], &[1, 1]).is_err());
        assert!(times(&[i64::MIN, -1], &[1, 1]).is_err());
        assert!(times(&[i64::MIN], &[-1]).is_err());
        assert!(times(&[i64::MAX; 9], &[i64::MAX; 9]).is_err());
    }

    #[test]
    fn the_first_entry_that_does_not_fit_is_named() {
        let mut a = vec![0; 50];
        (a[20], a[40]) = (i64::MAX, i64::MAX);
        let a = IntMatrix::new(50, 1, a).unwrap();
        let b = IntMatrix::new(1, 3, vec![0, 1, 2]).unwrap();
        let expected = "matrix product: the entry in row 20, column 2 does not fit in 64 bits";
        assert_eq!(product(&a, &b).unwrap_err().to_string(), expected);
        let parallel = product_parallel(&a, &b, Threads::new(3).unwrap());
        assert_eq!(parallel.unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_product_of_the_blocks_is_the_product() {
        let (a, b) = (random(10, 6, 9, 0), random(6, 4, 9, 1));
        for blocks in [1, 3, 4, 12] {
            let parts: Vec<IntMatrix> = row_blocks(10, blocks)
                .unwrap()
                .into_iter()
                .map(|rows| product(&a.block(rows).unwrap(), &b).unwrap())
                .collect();
            assert_eq!(IntMatrix::stack(&parts).unwrap(), product(&a, &b).unwrap());
        }
    }

    #[test]
    fn bad_shapes_are_named() {
        let (a, b) = (random(2, 3, 9, 0), random(4, 5, 9, 1));
        let message = product(&a, &b).unwrap_err().to_string();
        assert!(message.contains("2 × 3 times 4 × 5"), "{message}");
    }
}
