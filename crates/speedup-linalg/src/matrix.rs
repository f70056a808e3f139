//! Dense matrices of doubles, and random matrices.

use std::ops::Index;

use faer::Mat;
use rand_distr::{Distribution, StandardNormal};

use speedup::Error;
use speedup::Streams;
use speedup::error::check_count;
use speedup::memory::budget::check_fits;

/// A matrix of doubles, stored column by column.
///
/// The type wraps faer's. The notebook's kernel reads the source of every crate whose types a cell can see, and it
/// would read faer's for seconds.
///
/// # Examples
///
/// ```
/// use speedup_linalg::Matrix;
///
/// let quarter_turn = Matrix::from_fn(2, 2, |i, j| [[0.0, -1.0], [1.0, 0.0]][i][j]);
/// assert_eq!(quarter_turn[(0, 1)], -1.0);
/// assert_eq!(quarter_turn.as_faer().transpose()[(0, 1)], 1.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix(Mat<f64>);

impl Matrix {
    /// The matrix whose entry in row i and column j is `entry(i, j)`, counted from 0.
    ///
    /// `entry` is called column by column.
    ///
    /// # Panics
    ///
    /// If the matrix does not fit in memory, or `entry` panics.
    pub fn from_fn(rows: usize, columns: usize, entry: impl FnMut(usize, usize) -> f64) -> Matrix {
        Matrix(Mat::from_fn(rows, columns, entry))
    }

    /// The number of rows.
    pub fn nrows(&self) -> usize {
        self.0.nrows()
    }

    /// The number of columns.
    pub fn ncols(&self) -> usize {
        self.0.ncols()
    }

    /// The matrix as a type of [faer](https://docs.rs/faer/0.24.4).
    pub fn as_faer(&self) -> &Mat<f64> {
        &self.0
    }
}

/// The entry at (row, column). Panics if there is no such entry.
impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, place: (usize, usize)) -> &f64 {
        &self.0[place]
    }
}

/// A `size` × `size` matrix of independent standard normals, drawn from stream `number`.
///
/// Entries are drawn column by column.
///
/// # Errors
///
/// [`Error::Count`] if `size` is 0; [`Error::Memory`] if the matrix does not fit in memory.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup_linalg::random_matrix;
///
/// let x = random_matrix(10, Streams::new(1), 0)?;
/// assert_eq!((x.nrows(), x.ncols()), (10, 10));
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn random_matrix(size: usize, streams: Streams, number: u64) -> Result<Matrix, Error> {
    check_count("matrix size", size, 1, u64::MAX)?;
    check_fits::<f64>("matrix", (size as u128).pow(2))?;
    let mut rng = streams.stream(number);
    Ok(Matrix::from_fn(size, size, |_, _| {
        StandardNormal.sample(&mut rng)
    }))
}
