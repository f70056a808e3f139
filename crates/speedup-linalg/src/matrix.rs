//! Matrices, and random ones.

use std::ops::Index;

use faer::Mat;
use rand_distr::{Distribution, StandardNormal};

use speedup::error::check_count;
use speedup::memory::check_fits;
use speedup::{Error, Streams};

/// A matrix of doubles, stored column by column.
///
/// A type of our own around faer's: faer is then no part of this crate's interface, and the kernel, which
/// infers the types of variables from the source of all crates, need not read that of faer.
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
    /// The matrix of a function of row and column, both counted from 0, which is called column by column.
    ///
    /// # Panics
    ///
    /// If there is no memory for the matrix, or the function panics.
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

    /// The matrix as [faer](https://docs.rs/faer/0.24.4) has it, with all that faer can do.
    pub fn as_faer(&self) -> &Mat<f64> {
        &self.0
    }
}

/// The entry in a row and a column; panics where there is none.
impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, place: (usize, usize)) -> &f64 {
        &self.0[place]
    }
}

/// Matrix number `number` of a family: `size` × `size` independent standard normals, from the stream of that number.
///
/// Entries are drawn column by column.
///
/// # Errors
///
/// [`Error::Count`] for size 0, [`Error::Memory`] if the matrix does not fit in memory.
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
