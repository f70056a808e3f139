//! The square matrix with the elements i² + j², filled row by row.
//!
//! Source: the worked example of the handout *Parallel code*, `M[i,j] = i**2+j**2`
//! for n = 5 and n = 5000.

use crate::Error;
use crate::Threads;
use crate::error::check_count;
use crate::memory::budget::check_fits;
use crate::memory::huge_pages::{parallel_fill, parallel_fill_new};
use crate::memory::write_only::WriteOnly;
use crate::simd::{Isa, Multiversion};

/// The largest number of rows. Up to it, every i² + j² is exact as an `f64`.
pub const MAX_ROWS: u64 = 1 << 26;

/// Fills row `i`: writes i² + j² into element `j`.
///
/// # Examples
///
/// ```
/// let mut row = [0.0; 4];
/// speedup::kernels::squares::fill_row(3, &mut row);
/// assert_eq!(row, [9.0, 10.0, 13.0, 18.0]);
/// ```
pub fn fill_row(i: usize, row: &mut [f64]) {
    let i = i as f64;
    for (j, element) in row.iter_mut().enumerate() {
        let j = j as f64;
        *element = i * i + j * j;
    }
}

/// The element that [`fill_row`] writes, for row and column numbers below [`MAX_ROWS`].
///
/// Every instruction set converts vectors of 32-bit integers to `f64`; only AVX-512 converts 64-bit integers.
#[inline(always)]
fn element_at(i: usize, j: usize) -> f64 {
    let (i, j) = (f64::from(i as i32), f64::from(j as i32));
    i * i + j * j
}

/// The `n` × `n` matrix, row after row in one vector: element (i, j) is at `i * n + j`.
///
/// # Errors
///
/// [`Error::Count`] unless `n` is 1 to [`MAX_ROWS`]; [`Error::Memory`] if the matrix does not fit in memory;
/// [`Error::System`] if the system gives no memory; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// let m = speedup::kernels::squares::fill(3)?;
/// assert_eq!(m, [0.0, 1.0, 4.0, 1.0, 2.0, 5.0, 4.0, 5.0, 8.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill(n: usize) -> Result<Vec<f64>, Error> {
    fill_parallel(n, Threads::Sequential)
}

/// The matrix of [`fill`], its rows spread over threads. Each row is written by one thread.
///
/// **Same bits** for any number of threads, and as [`fill`]: no element is rounded.
///
/// # Errors
///
/// As [`fill`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::squares;
///
/// let two = Threads::new(2)?;
/// assert_eq!(squares::fill_parallel(100, two)?, squares::fill(100)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill_parallel(n: usize, threads: Threads) -> Result<Vec<f64>, Error> {
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    check_fits::<f64>("matrix", n as u128 * n as u128)?;
    let isa = Isa::chosen()?;
    let rows = rows_per_part(n);
    parallel_fill_new(n * n, n * rows, threads, |part, out| {
        isa.dispatch(Rows::<false> {
            first: part * rows,
            n,
            out,
        });
    })
}

/// The matrix of [`fill`], written into `m` by several threads.
///
/// The old content of `m` is not used. A matrix of more than 64 MiB is written with streaming stores, which bypass the
/// caches and save reading the old content.
///
/// **Same bits** for any number of threads, and as [`fill`].
///
/// # Errors
///
/// [`Error::Count`] unless `n` is 1 to [`MAX_ROWS`] and `m` has n² elements; [`Error::System`] if the system
/// gives no threads; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::squares;
///
/// let mut m = vec![7.0; 10_000];
/// squares::fill_into_parallel(&mut m, 100, Threads::new(2)?)?;
/// assert_eq!(m, squares::fill(100)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill_into_parallel(m: &mut [f64], n: usize, threads: Threads) -> Result<(), Error> {
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    let count = n as u64 * n as u64;
    check_count("elements of the matrix", m.len(), count, count)?;
    let isa = Isa::chosen()?;
    let rows = rows_per_part(n);
    let stream = size_of_val(m) > CACHES;
    parallel_fill(m, n * rows, threads, |part, out| {
        let first = part * rows;
        match stream {
            true => isa.dispatch(Rows::<true> { first, n, out }),
            false => isa.dispatch(Rows::<false> { first, n, out }),
        }
    })
}

/// The size in bytes above which a matrix does not fit in the caches of common processors.
const CACHES: usize = 64 << 20;

/// Rows that a thread writes at a time: 4 MB, so that two threads seldom write to the same new page.
fn rows_per_part(n: usize) -> usize {
    (500_000 / n).max(1)
}

/// The rows of one part of the matrix; `STREAM` tells whether they are written with streaming stores.
struct Rows<'a, 'b, const STREAM: bool> {
    first: usize,
    n: usize,
    out: &'a mut WriteOnly<'b, f64>,
}

impl<const STREAM: bool> Multiversion for Rows<'_, '_, STREAM> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for i in self.first..self.first + self.out.remaining() / self.n {
            if STREAM {
                self.out.stream(self.n, |j| element_at(i, j));
            } else {
                self.out.write(self.n, |j| element_at(i, j));
            }
        }
    }
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
    fn same_bits_with_every_isa_and_in_old_memory() {
        for n in [1, 7, 64, 129, 1_001] {
            let mut by_row = vec![0.0; n * n];
            for (i, row) in by_row.chunks_mut(n).enumerate() {
                fill_row(i, row);
            }
            assert_eq!(fill(n).unwrap(), by_row);
            for threads in [1, 2, 3, 8].map(|count| Threads::new(count).unwrap()) {
                let mut old = vec![f64::NAN; n * n];
                fill_into_parallel(&mut old, n, threads).unwrap();
                assert_eq!(old, by_row);
            }
            for isa in Isa::available() {
                let write =
                    |_, out: &mut WriteOnly<f64>| isa.dispatch(Rows::<false> { first: 0, n, out });
                let with_isa = parallel_fill_new(n * n, n * n, Threads::Sequential, write).unwrap();
                assert_eq!(with_isa, by_row);
                let mut old = vec![f64::NAN; n * n];
                let write =
                    |_, out: &mut WriteOnly<f64>| isa.dispatch(Rows::<true> { first: 0, n, out });
                parallel_fill(&mut old, n * n, Threads::Sequential, write).unwrap();
                assert_eq!(old, by_row);
            }
        }
    }

    #[test]
    fn bad_sizes_are_named() {
        assert!(fill_into_parallel(&mut [0.0; 5], 2, Threads::Sequential).is_err());
        for bad in [0, (1 << 26) + 1] {
            let message = fill(bad).unwrap_err().to_string();
            assert!(message.contains(&bad.to_string()), "{message}");
        }
        let huge = fill_parallel(1 << 26, Threads::Sequential);
        assert!(matches!(huge, Err(Error::Memory { .. })));
    }
}
