//! Random matrices.

use faer::Mat;
use rand_distr::{Distribution, StandardNormal};

use speedup::error::check_count;
use speedup::memory::check_fits;
use speedup::{Error, Streams};

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
pub fn random_matrix(size: usize, streams: Streams, number: u64) -> Result<Mat<f64>, Error> {
    check_count("matrix size", size, 1, u64::MAX)?;
    check_fits::<f64>("matrix", (size as u128).pow(2))?;
    let mut rng = streams.stream(number);
    Ok(Mat::from_fn(size, size, |_, _| {
        StandardNormal.sample(&mut rng)
    }))
}
