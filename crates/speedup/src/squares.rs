//! The matrix M with M\[i, j\] = i² + j², filled row by row.
//!
//! Source: the worked example of the handout *Parallel code*, `M[i,j] = i**2+j**2`
//! for n = 5 and n = 5000.

use rayon::prelude::*;

use crate::error::check_count;
use crate::memory::check_fits;
use crate::{Error, Threads};

/// The largest number of rows: up to it, every i² + j² is exact in an `f64`.
pub const MAX_ROWS: u64 = 1 << 26;

/// Row `i`: writes i² + j² into element `j`.
///
/// # Examples
///
/// ```
/// let mut row = [0.0; 4];
/// speedup::squares::fill_row(3, &mut row);
/// assert_eq!(row, [9.0, 10.0, 13.0, 18.0]);
/// ```
pub fn fill_row(i: usize, row: &mut [f64]) {
    let i = i as f64;
    for (j, element) in row.iter_mut().enumerate() {
        let j = j as f64;
        *element = i * i + j * j;
    }
}

/// The `n` × `n` matrix, row after row in one vector: element (i, j) is number `i * n + j`.
///
/// # Errors
///
/// [`Error::Count`] unless `n` is 1 to [`MAX_ROWS`]; [`Error::Memory`] if the
/// matrix does not fit in memory.
///
/// # Examples
///
/// ```
/// let m = speedup::squares::fill(3)?;
/// assert_eq!(m, [0.0, 1.0, 4.0, 1.0, 2.0, 5.0, 4.0, 5.0, 8.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill(n: usize) -> Result<Vec<f64>, Error> {
    let mut m = zeros(n)?;
    m.chunks_mut(n)
        .enumerate()
        .for_each(|(i, row)| fill_row(i, row));
    Ok(m)
}

/// The same matrix, its rows spread over threads; each thread writes rows of its own.
///
/// The same bits for any number of threads.
///
/// # Errors
///
/// As [`fill`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, squares};
///
/// let two = Threads::new(2)?;
/// assert_eq!(squares::fill_parallel(100, two)?, squares::fill(100)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill_parallel(n: usize, threads: Threads) -> Result<Vec<f64>, Error> {
    let mut m = zeros(n)?;
    threads.install(|| {
        m.par_chunks_mut(n)
            .enumerate()
            .for_each(|(i, row)| fill_row(i, row));
    })?;
    Ok(m)
}

/// Fills `m`, which is there already, with the `n` × `n` matrix, rows spread over threads.
///
/// The same bits as [`fill`], for any number of threads.
///
/// # Errors
///
/// [`Error::Count`] unless `n` is 1 to [`MAX_ROWS`] and `m` has n² elements;
/// [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::{Threads, squares};
///
/// let mut m = vec![0.0; 9];
/// squares::fill_into_parallel(&mut m, 3, Threads::new(2)?)?;
/// assert_eq!(m, squares::fill(3)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill_into_parallel(m: &mut [f64], n: usize, threads: Threads) -> Result<(), Error> {
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    let elements = (n as u64).pow(2);
    check_count("elements of the matrix", m.len(), elements, elements)?;
    threads.install(|| {
        m.par_chunks_mut(n)
            .enumerate()
            .for_each(|(i, row)| fill_row(i, row));
    })
}

fn zeros(n: usize) -> Result<Vec<f64>, Error> {
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    check_fits::<f64>("matrix", n as u128 * n as u128)?;
    Ok(vec![0.0; n * n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_of_the_handout() {
        let m = fill(5).unwrap();
        let last = [16.0, 17.0, 20.0, 25.0, 32.0];
        assert_eq!(m[20..], last);
        assert_eq!(m[5..10], [1.0, 2.0, 5.0, 10.0, 17.0]);
    }

    /// The sum over all elements is 2 n · (n−1) n (2n−1) / 6.
    #[test]
    fn the_sum_is_the_one_of_the_formula() {
        for n in [1, 2, 17, 300] {
            let sum: f64 = fill(n).unwrap().iter().sum();
            let formula = 2 * n * ((n - 1) * n * (2 * n - 1) / 6);
            assert_eq!(sum, formula as f64);
        }
    }

    #[test]
    fn symmetric_with_twice_the_squares_on_the_diagonal() {
        let n = 61;
        let m = fill(n).unwrap();
        for i in 0..n {
            assert_eq!(m[i * n + i], (2 * i * i) as f64);
            assert!((0..n).all(|j| m[i * n + j] == m[j * n + i]));
        }
    }

    #[test]
    fn same_bits_for_any_number_of_threads() {
        let serial = fill(129).unwrap();
        let ways = [1, 2, 3, 8].map(|n| Threads::new(n).unwrap());
        for threads in ways.into_iter().chain([Threads::Sequential]) {
            let parallel = fill_parallel(129, threads).unwrap();
            assert!(
                serial
                    .iter()
                    .zip(&parallel)
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }

    #[test]
    fn old_memory_is_overwritten_and_must_have_the_right_size() {
        let two = Threads::new(2).unwrap();
        let mut m = vec![f64::NAN; 129 * 129];
        fill_into_parallel(&mut m, 129, two).unwrap();
        assert_eq!(m, fill(129).unwrap());
        let error = fill_into_parallel(&mut m, 128, two).unwrap_err();
        assert!(
            error.to_string().contains("16641 is not allowed"),
            "{error}"
        );
        assert!(fill_into_parallel(&mut [], 0, two).is_err());
    }

    #[test]
    fn bad_sizes_are_named() {
        for bad in [0, (1 << 26) + 1] {
            let message = fill(bad).unwrap_err().to_string();
            assert!(message.contains(&bad.to_string()), "{message}");
        }
        let huge = fill_parallel(1 << 26, Threads::Sequential);
        assert!(matches!(huge, Err(Error::Memory { .. })));
    }
}
