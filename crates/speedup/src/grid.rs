//! Maximum of f(x, y) = cos(x² + y²) / (1 + x² + y²) over a square grid.
//!
//! [`maximum`] is the definition, [`maximum_parallel`] the kernel: 16 points at a time in the lanes of vector
//! instructions, rows spread over threads.
//!
//! **Limit.** Eight points take 13 multiplications or fused multiply-adds and a division, which overlaps with
//! them: the squares of the coordinates are computed once for each row and column. A processor that begins one
//! of them a cycle (AVX-512 on Zen 4) needs at least 13 cycles.
//!
//! Source: the lecture's `f` over `linspace(-3, 3, 5000)` squared.

use crate::error::{check_count, check_parameter};
use crate::memory::check_fits;
use crate::simd::{COS_MAX, Level, Vectorized, cos};
use crate::{Error, Threads};

/// The function that is maximised; its maximum over the plane is f(0, 0) = 1.
///
/// NaN where x² + y² is too large for 64 bits.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::grid::f(0.0, 0.0), 1.0);
/// ```
#[inline]
pub fn f(x: f64, y: f64) -> f64 {
    let r = x * x + y * y;
    r.cos() / (1.0 + r)
}

/// `n` evenly spaced points from `low` to `high`, both included, as NumPy's `linspace`.
///
/// # Errors
///
/// [`Error::Count`] unless `n` is at least 2; [`Error::Parameter`] unless the ends
/// are finite; [`Error::Memory`] if the points do not fit in memory.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::grid::linspace(-3.0, 3.0, 5)?, [-3.0, -1.5, 0.0, 1.5, 3.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn linspace(low: f64, high: f64, n: usize) -> Result<Vec<f64>, Error> {
    check_count("grid points a side", n, 2, u64::MAX)?;
    check_parameter("lower end of the grid", low, "a finite number", |_| true)?;
    check_parameter("upper end of the grid", high, "a finite number", |_| true)?;
    check_fits::<f64>("grid", n as u128)?;
    let last = (n - 1) as f64;
    let step = (high - low) / last;
    let point = |i: usize| match step.is_finite() {
        true => low + i as f64 * step,
        // Ends so far apart that their distance has no number.
        false => low * (1.0 - i as f64 / last) + high * (i as f64 / last),
    };
    let mut points: Vec<f64> = (0..n).map(point).collect();
    points[n - 1] = high;
    Ok(points)
}

/// The maximum over the grid `points` × `points`, fused: no array of the grid's size is made.
///
/// # Errors
///
/// [`Error::Count`] for no points; [`Error::Parameter`] for a point that is not finite, or above
/// 9e153 in size, whose square is too large for 64 bits.
///
/// # Examples
///
/// ```
/// use speedup::grid::{linspace, maximum};
///
/// let max = maximum(&linspace(-3.0, 3.0, 101)?)?;
/// assert_eq!(max, 1.0); // an odd number of points has the origin among them
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn maximum(points: &[f64]) -> Result<f64, Error> {
    check_points(points)?;
    Ok(points
        .iter()
        .map(|&y| row_maximum(points, y))
        .fold(f64::NEG_INFINITY, f64::max))
}

/// The maximum by the kernel: the same bits for any number of threads.
///
/// Every point is evaluated; only the maximum of each row is kept. The value is within 4 units in the last place of [`maximum`]'s, whose cosine is the
/// system's. Grids that reach beyond x² + y² = 1000 are left to the definition.
///
/// # Errors
///
/// As [`maximum`]; [`Error::System`] if there are no threads to be had, [`Error::Level`] as [`Level::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::grid::{linspace, maximum, maximum_parallel};
/// use speedup::Threads;
///
/// let points = linspace(-3.0, 3.0, 100)?;
/// let kernel = maximum_parallel(&points, Threads::new(2)?)?;
/// assert!((kernel - maximum(&points)?).abs() < 1e-15);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn maximum_parallel(points: &[f64], threads: Threads) -> Result<f64, Error> {
    check_points(points)?;
    let level = Level::chosen()?;
    let squares: Vec<f64> = points.iter().map(|x| x * x).collect();
    let largest = squares.iter().copied().fold(0.0, f64::max);
    let suits_lanes = points.len() >= LANES && 2.0 * largest <= COS_MAX;
    let row = |y| match suits_lanes {
        true => level.run(Row {
            squares: &squares,
            y,
        }),
        false => row_maximum(points, y),
    };
    let mut maxima = vec![f64::NEG_INFINITY; points.len()];
    let rows = maxima.chunks_mut(ROWS).zip(points.chunks(ROWS));
    threads.share(rows, |(maxima, ys)| {
        for (max, &y) in maxima.iter_mut().zip(ys) {
            *max = row(y);
        }
    })?;
    Ok(maxima.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// The sum of two squares of numbers up to this is finite.
const LARGEST_POINT: f64 = 9e153;

/// Rows that a thread takes at a time.
const ROWS: usize = 16;

/// Points evaluated together by the kernel.
const LANES: usize = 16;

/// The maximum of a row of at least [`LANES`] points, whose x² are given.
struct Row<'a> {
    squares: &'a [f64],
    y: f64,
}

impl Vectorized for Row<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> f64 {
        let y2 = self.y * self.y;
        let mut largest = [f64::NEG_INFINITY; LANES];
        let last = self.squares.len() - LANES;
        for step in 0..self.squares.len().div_ceil(LANES) {
            // The last step takes some points of the one before again: a maximum does not mind.
            let squares = &self.squares[(step * LANES).min(last)..][..LANES];
            for lane in 0..LANES {
                let r = squares[lane] + y2;
                let value = cos::<FMA>(r) / (1.0 + r);
                largest[lane] = if value > largest[lane] {
                    value
                } else {
                    largest[lane]
                };
            }
        }
        largest.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

fn row_maximum(points: &[f64], y: f64) -> f64 {
    points
        .iter()
        .map(|&x| f(x, y))
        .fold(f64::NEG_INFINITY, f64::max)
}

fn check_points(points: &[f64]) -> Result<(), Error> {
    check_count("grid points a side", points.len(), 1, u64::MAX)?;
    for &point in points {
        check_parameter("grid point", point, "numbers from -9e153 to 9e153", |x| {
            x.abs() <= LARGEST_POINT
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value that the lecture prints for both of its Numba versions.
    #[test]
    fn the_lectures_value_to_the_last_digit() {
        let points = linspace(-3.0, 3.0, 5000).unwrap();
        let threads = Threads::new(2).unwrap();
        assert_eq!(maximum_parallel(&points, threads), Ok(0.9999992797121728));
    }

    #[test]
    fn same_bits_for_any_number_of_threads() {
        for (low, n) in [(-2.9, 333), (-2.9, 320), (-2.9, 7), (-90.0, 100)] {
            let points = linspace(low, 3.0, n).unwrap();
            let serial = maximum_parallel(&points, Threads::Sequential).unwrap();
            for n in [1, 2, 3, 8] {
                let threads = Threads::new(n).unwrap();
                let parallel = maximum_parallel(&points, threads).unwrap();
                assert_eq!(parallel.to_bits(), serial.to_bits());
            }
            assert!((serial - maximum(&points).unwrap()).abs() < 5e-16);
        }
    }

    #[test]
    fn every_row_agrees_with_the_definition_at_every_level() {
        let points = linspace(-22.0, 22.0, 1_001).unwrap();
        let squares: Vec<f64> = points.iter().map(|x| x * x).collect();
        for level in Level::available() {
            for &y in &points {
                let (row, expected) = (
                    level.run(Row {
                        squares: &squares,
                        y,
                    }),
                    row_maximum(&points, y),
                );
                assert!(
                    (row - expected).abs() <= 1e-15 * expected.abs(),
                    "{level}, y = {y}: {row} {expected}"
                );
            }
        }
    }

    #[test]
    fn the_largest_numbers_give_right_values_or_errors() {
        let far = linspace(-1e308, 1e308, 3);
        assert_eq!(far, Ok(vec![-1e308, 0.0, 1e308]));
        let many = linspace(-f64::MAX, f64::MAX, 1001).unwrap();
        assert!(many.iter().all(|x| x.is_finite()) && many.is_sorted());
        for size in [1e3, 1e100, LARGEST_POINT] {
            let points = linspace(-size, size, 20).unwrap();
            let (serial, kernel) = (
                maximum(&points),
                maximum_parallel(&points, Threads::Sequential),
            );
            assert_eq!(serial, kernel);
            assert!(serial.unwrap().abs() <= 1.0);
        }
        for points in [[1e200], [-1e154]] {
            let problem = maximum(&points).unwrap_err();
            assert!(problem.to_string().contains("-9e153 to 9e153"), "{problem}");
            assert_eq!(maximum_parallel(&points, Threads::Sequential), Err(problem));
        }
    }

    #[test]
    fn bad_grids_are_named() {
        assert!(
            linspace(-3.0, 3.0, 1)
                .unwrap_err()
                .to_string()
                .contains("1 is not allowed")
        );
        assert!(
            linspace(f64::NAN, 3.0, 10)
                .unwrap_err()
                .to_string()
                .contains("NaN")
        );
        assert!(matches!(
            linspace(0.0, 1.0, usize::MAX),
            Err(Error::Memory { .. })
        ));
        assert!(
            maximum(&[])
                .unwrap_err()
                .to_string()
                .contains("0 is not allowed")
        );
        assert!(maximum(&[0.0, f64::INFINITY]).is_err());
        assert!(maximum_parallel(&[], Threads::Sequential).is_err());
    }
}
