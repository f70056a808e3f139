//! Maximum of f(x, y) = cos(x² + y²) / (1 + x² + y²) over a square grid.
//!
//! [`maximum`] is the serial loop. [`maximum_parallel`] evaluates several points at a time in the lanes of vector
//! instructions and spreads rows over threads.
//!
//! **Lower bound of the time.** Eight points take 13 multiplications or fused multiply-adds, and a division that
//! overlaps with them. The squares of the coordinates are computed once per row and column. A processor that starts
//! one such operation per cycle (AVX-512 on Zen 4) needs at least 13 cycles.
//!
//! Source: the lecture's `f` over `linspace(-3, 3, 5000)` squared.

use std::ops::Range;

use rayon::prelude::*;

use crate::Error;
use crate::Threads;
use crate::error::{check_count, check_parameter};
use crate::memory::budget::check_fits;
use crate::simd::{COS_MAX, Isa, Multiversion, cos_as_sin, sin_half_turn};

/// The function that is maximised. Its maximum over the plane is f(0, 0) = 1.
///
/// The value is NaN if x² + y² exceeds the largest `f64`.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::kernels::grid::f(0.0, 0.0), 1.0);
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
/// [`Error::Count`] if `n` is below 2; [`Error::Parameter`] if an end is not finite; [`Error::Memory`] if the
/// points do not fit in memory.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::kernels::grid::linspace(-3.0, 3.0, 5)?, [-3.0, -1.5, 0.0, 1.5, 3.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn linspace(low: f64, high: f64, n: usize) -> Result<Vec<f64>, Error> {
    check_count("grid points a side", n, 2, u64::MAX)?;
    check_parameter("lower end of the grid", low, "a finite number", |_| true)?;
    check_parameter("upper end of the grid", high, "a finite number", |_| true)?;
    check_fits::<f64>("grid", n as u128)?;
    let last = (n - 1) as f64;
    let distance = high - low;
    let point = |i: usize| match distance / last {
        // The step would lose digits below the smallest normal number, or the ends are equal.
        step if step.abs() < f64::MIN_POSITIVE => low + i as f64 / last * distance,
        step if step.is_finite() => low + i as f64 * step,
        // The distance of the ends exceeds the largest `f64`.
        _ => low * (1.0 - i as f64 / last) + high * (i as f64 / last),
    };
    let mut points: Vec<f64> = (0..n).map(point).collect();
    points[n - 1] = high;
    Ok(points)
}

/// The maximum over the square grid `points` × `points`, by a serial loop.
///
/// Each value is compared as soon as it is computed, so no array of the grid's size is made.
///
/// # Errors
///
/// [`Error::Count`] if there are no points; [`Error::Parameter`] if a point is not finite or its absolute value is
/// above 9e153, because the sum of two squares would exceed the largest `f64`.
///
/// # Examples
///
/// ```
/// use speedup::kernels::grid::{linspace, maximum};
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

/// The maximum of [`maximum`], by vector instructions and several threads.
///
/// Every point is evaluated, and only the maximum of each row is kept.
///
/// **Same bits** for any number of threads. The result differs from that of [`maximum`] by at most 4 units in the last
/// place, because [`maximum`] takes the system's cosine and this function its own, which is within 2 units. A maximum
/// below 10⁻⁹, next to a zero of the cosine, differs by at most 10⁻²⁴. For fewer than 32 points per side, and
/// for grids that reach beyond x² + y² = 1000, the bits are those of [`maximum`].
///
/// # Errors
///
/// As [`maximum`]; [`Error::System`] if the system gives no threads; [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::grid::{linspace, maximum, maximum_parallel};
/// use speedup::Threads;
///
/// let points = linspace(-3.0, 3.0, 100)?;
/// let kernel = maximum_parallel(&points, Threads::new(2)?)?;
/// assert!((kernel - maximum(&points)?).abs() < 1e-15);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn maximum_parallel(points: &[f64], threads: Threads) -> Result<f64, Error> {
    maximum_of_rows_parallel(points, 0..points.len(), threads)
}

/// The maximum over a range of the grid's rows, by vector instructions and several threads; −∞ for no rows.
///
/// Row j has the y-coordinate `points[j]`. [`maximum_parallel`] takes all rows at once; a program with several
/// processes can give each a range.
///
/// **Same bits** for any number of threads, and for any ranges: the largest maximum of ranges that cover the
/// grid has the bits of [`maximum_parallel`].
///
/// # Errors
///
/// As [`maximum_parallel`]; [`Error::Count`] if the range ends after the last row.
///
/// # Examples
///
/// ```
/// use speedup::kernels::grid::{linspace, maximum_of_rows_parallel, maximum_parallel};
/// use speedup::Threads;
///
/// let (points, threads) = (linspace(-3.0, 3.0, 100)?, Threads::new(2)?);
/// let first = maximum_of_rows_parallel(&points, 0..40, threads)?;
/// let second = maximum_of_rows_parallel(&points, 40..100, threads)?;
/// assert_eq!(first.max(second), maximum_parallel(&points, threads)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn maximum_of_rows_parallel(
    points: &[f64],
    rows: Range<usize>,
    threads: Threads,
) -> Result<f64, Error> {
    check_points(points)?;
    check_count("end of the range of rows", rows.end, 0, points.len() as u64)?;
    let isa = Isa::chosen()?;
    let squares: Vec<f64> = points.iter().map(|x| x * x).collect();
    let largest = squares.iter().copied().fold(0.0, f64::max);
    let suits_lanes = points.len() >= MOST_LANES && 2.0 * largest <= COS_MAX;
    let row = |y| match suits_lanes {
        true => row_maximum_in_lanes(isa, &squares, y),
        false => row_maximum(points, y),
    };
    let maxima: Vec<f64> = threads.install(|| {
        points[rows.start.min(rows.end)..rows.end]
            .par_iter()
            .with_max_len(ROWS)
            .map(|y| row(*y))
            .collect()
    })?;
    Ok(maxima.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// The largest absolute value of a point: the sum of two squares is finite.
const LARGEST_POINT: f64 = 9e153;

/// The largest number of rows that a thread takes at a time.
const ROWS: usize = 16;

/// The most points that are evaluated together.
const MOST_LANES: usize = 32;

/// The maximum over one row of at least [`MOST_LANES`] points; `squares` holds their x².
///
/// The number of points together does not change the result. On Zen 4, 20 in place of 32 take 17 % less time with AVX2's 16
/// registers, and 8 take 15 % less with SSE2's.
fn row_maximum_in_lanes(isa: Isa, squares: &[f64], y: f64) -> f64 {
    match isa.lanes() {
        2 => isa.dispatch(Row::<8> { squares, y }),
        4 => isa.dispatch(Row::<20> { squares, y }),
        _ => isa.dispatch(Row::<MOST_LANES> { squares, y }),
    }
}

/// A row whose points are evaluated `LANES` at a time.
struct Row<'a, const LANES: usize> {
    squares: &'a [f64],
    y: f64,
}

impl<const LANES: usize> Multiversion for Row<'_, LANES> {
    type Output = f64;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> f64 {
        let y2 = self.y * self.y;
        let mut largest = [f64::NEG_INFINITY; LANES];
        let last = self.squares.len() - LANES;
        for step in 0..self.squares.len().div_ceil(LANES) {
            // The last step evaluates some points of the step before again, which does not change the maximum.
            let squares = &self.squares[(step * LANES).min(last)..][..LANES];
            // Two loops, because a processor sees too few instructions ahead for both to hide their latency.
            let (mut angles, mut denominators) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                let r = squares[lane] + y2;
                angles[lane] = cos_as_sin::<FMA>(r);
                denominators[lane] = 1.0 + r;
            }
            for lane in 0..LANES {
                let value = sin_half_turn::<FMA>(angles[lane]) / denominators[lane];
                let larger = if value > largest[lane] {
                    value
                } else {
                    largest[lane]
                };
                // Without the sum the compiler makes a masked store, which is slow on AMD's processors.
                largest[lane] = larger + 0.0;
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

    /// The lecture prints this value for both of its Numba versions.
    #[test]
    fn the_lectures_value_to_the_last_digit() {
        let points = linspace(-3.0, 3.0, 5000).unwrap();
        let threads = Threads::new(2).unwrap();
        assert_eq!(maximum_parallel(&points, threads), Ok(0.9999992797121728));
    }

    #[test]
    fn every_row_agrees_with_the_serial_loop_with_every_isa() {
        let points = linspace(-22.0, 22.0, 1_001).unwrap();
        let squares: Vec<f64> = points.iter().map(|x| x * x).collect();
        for isa in Isa::available() {
            for &y in &points {
                let row = row_maximum_in_lanes(isa, &squares, y);
                let expected = row_maximum(&points, y);
                assert!(
                    (row - expected).abs() <= 1e-15 * expected.abs(),
                    "{isa}, y = {y}: {row} {expected}"
                );
            }
        }
    }

    #[test]
    fn the_largest_numbers_give_right_values_or_errors() {
        let far = linspace(-1e308, 1e308, 3);
        assert_eq!(far, Ok(vec![-1e308, 0.0, 1e308]));
        // NumPy 2.4's points, in units of the smallest number.
        let units = |points: [u64; 8]| points.map(f64::from_bits).to_vec();
        let tiny = linspace(0.0, f64::from_bits(3), 8);
        assert_eq!(tiny, Ok(units([0, 0, 1, 1, 2, 2, 3, 3])));
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
    fn ranges_of_rows_have_the_maximum_of_the_whole() {
        let threads = Threads::new(2).unwrap();
        for points in [linspace(-3.0, 2.5, 77), linspace(-40.0, 40.0, 20)] {
            let points = points.unwrap();
            let maximum = |rows| maximum_of_rows_parallel(&points, rows, threads);
            for cut in [0, 1, 16, points.len()] {
                let first = maximum(0..cut).unwrap();
                let both = first.max(maximum(cut..points.len()).unwrap());
                assert_eq!(Ok(both), maximum_parallel(&points, threads));
            }
            assert_eq!(maximum(Range { start: 5, end: 2 }), Ok(f64::NEG_INFINITY));
            assert!(maximum(0..points.len() + 1).is_err());
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
