//! [`IntMatrix`] from and to the matrices of nalgebra and ndarray, each behind the feature of its name.

use super::IntMatrix;

/// A copy, row after row; nalgebra stores column after column.
///
/// # Examples
///
/// ```
/// use nalgebra::DMatrix;
/// use speedup::kernels::matmul::{IntMatrix, product};
///
/// let a = DMatrix::from_row_slice(2, 2, &[1_i64, 2, 3, 4]);
/// let b = DMatrix::from_row_slice(2, 1, &[10_i64, 100]);
/// let kernel = product(&IntMatrix::from(&a), &IntMatrix::from(&b))?;
/// assert_eq!(DMatrix::from(&kernel), a * b);
/// # Ok::<(), speedup::Error>(())
/// ```
#[cfg(feature = "nalgebra")]
impl From<&nalgebra::DMatrix<i64>> for IntMatrix {
    fn from(matrix: &nalgebra::DMatrix<i64>) -> Self {
        Self {
            rows: matrix.nrows(),
            columns: matrix.ncols(),
            values: matrix.transpose().as_slice().to_vec(),
        }
    }
}

/// A copy, column after column.
#[cfg(feature = "nalgebra")]
impl From<&IntMatrix> for nalgebra::DMatrix<i64> {
    fn from(matrix: &IntMatrix) -> Self {
        Self::from_row_slice(matrix.rows, matrix.columns, &matrix.values)
    }
}

/// A copy, row after row, whatever the order of the array in memory.
///
/// # Examples
///
/// ```
/// use ndarray::{Array2, arr2};
/// use speedup::kernels::matmul::{IntMatrix, product};
///
/// let (a, b) = (arr2(&[[1_i64, 2], [3, 4]]), arr2(&[[10_i64], [100]]));
/// let kernel = product(&IntMatrix::from(&a), &IntMatrix::from(&b))?;
/// assert_eq!(Array2::from(&kernel), a.dot(&b));
/// # Ok::<(), speedup::Error>(())
/// ```
#[cfg(feature = "ndarray")]
impl From<&ndarray::Array2<i64>> for IntMatrix {
    fn from(array: &ndarray::Array2<i64>) -> Self {
        let (rows, columns) = array.dim();
        Self {
            rows,
            columns,
            values: array.iter().copied().collect(),
        }
    }
}

/// A copy, row after row.
#[cfg(feature = "ndarray")]
impl From<&IntMatrix> for ndarray::Array2<i64> {
    fn from(matrix: &IntMatrix) -> Self {
        Self::from_shape_fn((matrix.rows, matrix.columns), |(i, j)| matrix.row(i)[j])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide, high and empty matrices come back as they went.
    #[test]
    fn there_and_back() {
        for (rows, columns) in [(2, 3), (3, 1), (0, 5), (4, 0)] {
            let values = (0..(rows * columns) as i64).collect();
            let matrix = IntMatrix::new(rows, columns, values).unwrap();
            #[cfg(feature = "nalgebra")]
            {
                let other = nalgebra::DMatrix::from(&matrix);
                assert_eq!(IntMatrix::from(&other), matrix);
            }
            #[cfg(feature = "ndarray")]
            {
                let other = ndarray::Array2::from(&matrix);
                assert_eq!(IntMatrix::from(&other), matrix);
                let turned = IntMatrix::from(&other.reversed_axes());
                assert_eq!((turned.rows(), turned.columns()), (columns, rows));
            }
        }
    }
}
