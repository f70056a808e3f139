//! [`Matrix`] from and to the matrices of nalgebra and ndarray, each behind the feature of its name.

use crate::Matrix;

/// A copy.
///
/// # Examples
///
/// ```
/// use nalgebra::DMatrix;
/// use speedup_linalg::{Matrix, eigenvalues};
///
/// let quarter_turn = DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0]);
/// let found = eigenvalues(&Matrix::from(&quarter_turn))?;
/// assert!(found.iter().all(|z| (z.norm() - 1.0).abs() < 1e-15));
/// # Ok::<(), speedup::Error>(())
/// ```
#[cfg(feature = "nalgebra")]
impl From<&nalgebra::DMatrix<f64>> for Matrix {
    fn from(matrix: &nalgebra::DMatrix<f64>) -> Self {
        Self::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)])
    }
}

/// A copy.
#[cfg(feature = "nalgebra")]
impl From<&Matrix> for nalgebra::DMatrix<f64> {
    fn from(matrix: &Matrix) -> Self {
        Self::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)])
    }
}

/// A copy.
///
/// # Examples
///
/// ```
/// use ndarray::arr2;
/// use speedup_linalg::{Matrix, eigenvalues};
///
/// let quarter_turn = arr2(&[[0.0, -1.0], [1.0, 0.0]]);
/// let found = eigenvalues(&Matrix::from(&quarter_turn))?;
/// assert!(found.iter().all(|z| (z.norm() - 1.0).abs() < 1e-15));
/// # Ok::<(), speedup::Error>(())
/// ```
#[cfg(feature = "ndarray")]
impl From<&ndarray::Array2<f64>> for Matrix {
    fn from(array: &ndarray::Array2<f64>) -> Self {
        Self::from_fn(array.nrows(), array.ncols(), |i, j| array[(i, j)])
    }
}

/// A copy.
#[cfg(feature = "ndarray")]
impl From<&Matrix> for ndarray::Array2<f64> {
    fn from(matrix: &Matrix) -> Self {
        Self::from_shape_fn((matrix.nrows(), matrix.ncols()), |place| matrix[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide, high and empty matrices come back as they went.
    #[test]
    fn there_and_back() {
        for (rows, columns) in [(2, 3), (3, 1), (0, 5), (4, 0)] {
            let matrix = Matrix::from_fn(rows, columns, |i, j| (10 * i + j) as f64);
            #[cfg(feature = "nalgebra")]
            {
                let other = nalgebra::DMatrix::from(&matrix);
                assert_eq!(Matrix::from(&other), matrix);
            }
            #[cfg(feature = "ndarray")]
            {
                let other = ndarray::Array2::from(&matrix);
                assert_eq!(Matrix::from(&other), matrix);
            }
        }
    }
}
