//! The matrix M with M\[i, j\] = i² + j², filled row by row.
//!
//! Source: the worked example of the handout *Parallel code*, `M[i,j] = i**2+j**2`
//! for n = 5 and n = 5000.

use crate::error::check_count;
use crate::memory::check_fits;
use crate::pages::{rewritten, written};
use crate::room::Room;
use crate::simd::{Level, Vectorized};
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

/// The element of [`fill_row`], for row and column numbers up to [`MAX_ROWS`].
///
/// Every processor turns whole numbers of 32 bits into `f64`, several at once; few can do it with 64 bits.
#[inline(always)]
fn element_at(i: usize, j: usize) -> f64 {
    let (i, j) = (f64::from(i as i32), f64::from(j as i32));
    i * i + j * j
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
    fill_parallel(n, Threads::Sequential)
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
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    check_fits::<f64>("matrix", n as u128 * n as u128)?;
    let level = Level::chosen()?;
    let rows = rows_of_a_part(n);
    written(n * n, n * rows, threads, |part, room| {
        level.run(Rows::<false> {
            first: part * rows,
            n,
            room,
        });
    })
}

/// The same matrix, into memory that is there already.
///
/// Nothing of the old content is used. A matrix of more than 64 MiB is written past the caches, so that
/// its lines are not even read.
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
/// let mut m = vec![7.0; 10_000];
/// squares::fill_into_parallel(&mut m, 100, Threads::new(2)?)?;
/// assert_eq!(m, squares::fill(100)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn fill_into_parallel(m: &mut [f64], n: usize, threads: Threads) -> Result<(), Error> {
    check_count("rows of the matrix", n, 1, MAX_ROWS)?;
    let count = n as u64 * n as u64;
    check_count("elements of the matrix", m.len(), count, count)?;
    let level = Level::chosen()?;
    let rows = rows_of_a_part(n);
    let past_the_caches = size_of_val(m) > CACHES;
    rewritten(m, n * rows, threads, |part, room| {
        let first = part * rows;
        match past_the_caches {
            true => level.run(Rows::<true> { first, n, room }),
            false => level.run(Rows::<false> { first, n, room }),
        }
    })
}

/// A matrix of more bytes is larger than the caches of common processors.
const CACHES: usize = 64 << 20;

/// Rows that a thread writes at a time: 4 MB, so that two threads seldom want the same new page.
fn rows_of_a_part(n: usize) -> usize {
    (500_000 / n).max(1)
}

/// The rows of a part; `PAST` tells whether they are written past the caches.
struct Rows<'a, 'b, const PAST: bool> {
    first: usize,
    n: usize,
    room: &'a mut Room<'b, f64>,
}

impl<const PAST: bool> Vectorized for Rows<'_, '_, PAST> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for i in self.first..self.first + self.room.left() / self.n {
            if PAST {
                self.room.stream(self.n, |j| element_at(i, j));
            } else {
                self.room.write(self.n, |j| element_at(i, j));
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
    fn same_bits_at_every_level_and_into_old_memory() {
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
            for level in Level::available() {
                let room = |_, room: &mut Room<f64>| level.run(Rows::<false> { first: 0, n, room });
                let at_level = written(n * n, n * n, Threads::Sequential, room).unwrap();
                assert_eq!(at_level, by_row);
                let mut old = vec![f64::NAN; n * n];
                let room = |_, room: &mut Room<f64>| level.run(Rows::<true> { first: 0, n, room });
                rewritten(&mut old, n * n, Threads::Sequential, room).unwrap();
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
