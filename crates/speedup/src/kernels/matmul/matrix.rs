//! Integer matrices, and blocks of their rows.

use std::ops::Range;

use rand::RngExt;

use crate::Error;
use crate::Streams;
use crate::error::check_count;
use crate::memory::budget::check_fits;

/// A matrix of 64-bit integers, stored row after row in one vector.
///
/// # Examples
///
/// ```
/// use speedup::kernels::matmul::IntMatrix;
///
/// let m = IntMatrix::new(2, 3, vec![1, 2, 3, 4, 5, 6])?;
/// assert_eq!(m.row(1), [4, 5, 6]);
/// assert!(IntMatrix::new(2, 3, vec![1, 2, 3, 4]).is_err());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntMatrix {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) values: Vec<i64>,
}

impl IntMatrix {
    /// The matrix with these dimensions and values, row after row.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless there are rows × columns values.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// let row = IntMatrix::new(1, 2, vec![7, 8])?;
    /// assert_eq!((row.rows(), row.columns()), (1, 2));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn new(rows: usize, columns: usize, values: Vec<i64>) -> Result<Self, Error> {
        let needed = rows.saturating_mul(columns) as u64;
        check_count("values of the matrix", values.len(), needed, needed)?;
        Ok(Self {
            rows,
            columns,
            values,
        })
    }

    /// A matrix of independent integers from `low` to `high`, both included, drawn from stream `number`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if `low` is above `high`; [`Error::Memory`] if the matrix does not fit in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::Streams;
    /// use speedup::kernels::matmul::IntMatrix;
    ///
    /// let m = IntMatrix::random(20, 30, 0, 9, Streams::new(1), 0)?;
    /// assert!(m.values().iter().all(|x| (0..=9).contains(x)));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn random(
        rows: usize,
        columns: usize,
        low: i64,
        high: i64,
        streams: Streams,
        number: u64,
    ) -> Result<Self, Error> {
        if low > high {
            return Err(Error::Parameter {
                what: "lowest entry",
                value: low as f64,
                allowed: "a number that is not above the highest entry",
            });
        }
        let count = checked_size(rows, columns)?;
        let mut rng = streams.stream(number);
        let values = (0..count).map(|_| rng.random_range(low..=high)).collect();
        Ok(Self {
            rows,
            columns,
            values,
        })
    }

    /// The number of rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// assert_eq!(IntMatrix::new(0, 5, vec![])?.rows(), 0);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// assert_eq!(IntMatrix::new(0, 5, vec![])?.columns(), 5);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// assert_eq!(IntMatrix::new(1, 2, vec![7, 8])?.values(), [7, 8]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// Row `row`, from 0.
    ///
    /// # Panics
    ///
    /// If there is no such row, as indexing a slice does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// assert_eq!(IntMatrix::new(2, 1, vec![7, 8])?.row(1), [8]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn row(&self, row: usize) -> &[i64] {
        // Without columns, or if the product below exceeds 64 bits, the slice alone would not tell.
        assert!(row < self.rows, "row {row} of {} rows", self.rows);
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// A copy of the rows in a range, as a matrix.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] if the range ends after the last row, or before its own start.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// let m = IntMatrix::new(3, 1, vec![7, 8, 9])?;
    /// assert_eq!(m.block(1..3)?.values(), [8, 9]);
    /// assert!(m.block(2..4).is_err());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn block(&self, rows: Range<usize>) -> Result<Self, Error> {
        check_count("end of the block of rows", rows.end, 0, self.rows as u64)?;
        check_count("start of the block of rows", rows.start, 0, rows.end as u64)?;
        let values = &self.values[rows.start * self.columns..rows.end * self.columns];
        Self::new(rows.len(), self.columns, values.to_vec())
    }

    /// The matrix that consists of blocks of rows, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the blocks differ in their number of columns, or have more rows than can be counted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::kernels::matmul::IntMatrix;
    /// let m = IntMatrix::new(3, 1, vec![7, 8, 9])?;
    /// assert_eq!(IntMatrix::stack(&[m.block(0..1)?, m.block(1..3)?])?, m);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn stack(blocks: &[Self]) -> Result<Self, Error> {
        let columns = blocks.first().map_or(0, |block| block.columns);
        if let Some(other) = blocks.iter().find(|block| block.columns != columns) {
            return Err(Error::Shape {
                what: "stack of blocks",
                problem: format!("{} columns below {columns} columns", other.columns),
            });
        }
        let add = |sum: usize, block: &Self| sum.checked_add(block.rows);
        let rows = blocks.iter().try_fold(0, add).ok_or(Error::Shape {
            what: "stack of blocks",
            problem: format!("more than {} rows", usize::MAX),
        })?;
        Ok(Self {
            rows,
            columns,
            values: blocks
                .iter()
                .flat_map(|block| block.values.iter().copied())
                .collect(),
        })
    }
}

/// Divides `rows` rows into `blocks` ranges whose lengths differ by at most 1.
///
/// # Errors
///
/// [`Error::Count`] if `blocks` is 0; [`Error::Memory`] if the ranges do not fit in memory.
///
/// # Examples
///
/// ```
/// use speedup::kernels::matmul::row_blocks;
///
/// assert_eq!(row_blocks(10, 4)?, [0..2, 2..5, 5..7, 7..10]);
/// assert_eq!(row_blocks(1, 2)?, [0..0, 0..1]); // more blocks than rows: some are empty
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn row_blocks(rows: usize, blocks: usize) -> Result<Vec<Range<usize>>, Error> {
    check_count("blocks", blocks, 1, u64::MAX)?;
    check_fits::<Range<usize>>("blocks", blocks as u128)?;
    let start = |block: usize| (rows as u128 * block as u128 / blocks as u128) as usize;
    Ok((0..blocks)
        .map(|block| start(block)..start(block + 1))
        .collect())
}

/// The number of entries of a matrix, if it fits in memory.
pub(super) fn checked_size(rows: usize, columns: usize) -> Result<usize, Error> {
    let count = rows as u128 * columns as u128;
    check_fits::<i64>("matrix", count)?;
    Ok(count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_there_are_not_panic() {
        let rows = [
            IntMatrix::new(3, 4, vec![0; 12]),
            IntMatrix::new(3, 0, vec![]),
        ];
        for matrix in rows.map(Result::unwrap) {
            // Four times 2⁶² has the lowest 64 bits of row 0.
            for row in [3, 1 << 62, usize::MAX] {
                assert!(
                    std::panic::catch_unwind(|| matrix.row(row)).is_err(),
                    "{row}"
                );
            }
        }
    }

    #[test]
    fn blocks_cover_all_rows_once() {
        for rows in [0, 1, 7, 1_000] {
            for blocks in [1, 2, 3, 8, 11, 1_001] {
                let ranges = row_blocks(rows, blocks).unwrap();
                assert_eq!(ranges.len(), blocks);
                assert!(ranges.iter().cloned().flatten().eq(0..rows));
                let most = ranges.iter().map(ExactSizeIterator::len).max().unwrap();
                assert!(ranges.iter().all(|range| range.len() + 1 >= most));
            }
        }
        assert!(row_blocks(5, 0).is_err());
        assert!(matches!(
            row_blocks(5, usize::MAX),
            Err(Error::Memory { .. })
        ));
    }

    #[test]
    fn bad_sizes_are_named() {
        let random = |rows, low, high| IntMatrix::random(rows, 2, low, high, Streams::new(1), 0);
        assert!(random(1, 2, 1).is_err());
        assert!(matches!(
            random(usize::MAX, 0, 1),
            Err(Error::Memory { .. })
        ));
        assert!(IntMatrix::new(usize::MAX, 2, vec![]).is_err());
        let (a, b) = (
            random(2, 0, 9).unwrap(),
            IntMatrix::new(1, 1, vec![1]).unwrap(),
        );
        assert!(IntMatrix::stack(&[a.clone(), b]).is_err());
        let endless = IntMatrix::new(usize::MAX, 0, vec![]).unwrap();
        assert!(IntMatrix::stack(&[endless.clone(), endless]).is_err());
        #[expect(clippy::reversed_empty_ranges, reason = "a user may write it")]
        let backwards = a.block(2..1);
        assert!(backwards.is_err());
    }
}
