//! The cubic a x³ + b x² + c x + d, for every choice of its coefficients from a grid.
//!
//! Source: the handout's exercise 9.1, a 10 × 10 × 10 × 10 grid of coefficients in
//! [0, 1] and 50 points in [−2, 2].

use crate::error::check_count;
use crate::memory::check_fits;
use crate::pages::written;
use crate::room::Room;
use crate::simd::{Level, Vectorized};
use crate::{Error, Threads};

/// The value at `x`, by Horner's rule: three multiplications and three additions.
///
/// # Formula
///
/// `((a x + b) x + c) x + d` with `coefficients = [a, b, c, d]`.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::polynomial::value([1.0, 0.0, 0.0, 0.5], 2.0), 8.5);
/// ```
#[inline(always)]
pub fn value([a, b, c, d]: [f64; 4], x: f64) -> f64 {
    ((a * x + b) * x + c) * x + d
}

/// The values at all points `x`, in their order.
///
/// # Examples
///
/// ```
/// use speedup::polynomial::values;
///
/// assert_eq!(values([0.0, 1.0, 0.0, 1.0], &[-2.0, 0.0, 3.0]), [5.0, 1.0, 10.0]);
/// ```
pub fn values(coefficients: [f64; 4], x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| value(coefficients, x)).collect()
}

/// All choices of four coefficients from `axis`, the last one changing fastest.
///
/// # Errors
///
/// [`Error::Count`] for an empty axis, [`Error::Memory`] if the grid does not fit in memory.
///
/// # Examples
///
/// ```
/// let grid = speedup::polynomial::parameter_grid(&[0.0, 1.0])?;
/// assert_eq!(grid.len(), 16);
/// assert_eq!(grid[1], [0.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn parameter_grid(axis: &[f64]) -> Result<Vec<[f64; 4]>, Error> {
    let n = check_count("values on an axis", axis.len(), 1, u64::MAX)?;
    check_fits::<[f64; 4]>("parameter grid", (n as u128).saturating_pow(4))?;
    let digit = |k: usize, place: u32| axis[k / n.pow(place) % n];
    let row = |k| [digit(k, 3), digit(k, 2), digit(k, 1), digit(k, 0)];
    Ok((0..n.pow(4)).map(row).collect())
}

/// The values of every polynomial at every point: one row for each, all rows in one vector.
///
/// Row r, column j is at `r * x.len() + j`.
///
/// # Errors
///
/// [`Error::Memory`] if the values do not fit in memory.
///
/// # Examples
///
/// ```
/// use speedup::polynomial::poly_grid;
///
/// let rows = poly_grid(&[[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 9.0]], &[1.0, 2.0])?;
/// assert_eq!(rows, [1.0, 2.0, 9.0, 9.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn poly_grid(parameters: &[[f64; 4]], x: &[f64]) -> Result<Vec<f64>, Error> {
    poly_grid_parallel(parameters, x, Threads::Sequential)
}

/// The same values, the rows spread over threads: the same bits for any number of them.
///
/// # Errors
///
/// As [`poly_grid`]; [`Error::System`] if there are no threads to be had.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::polynomial::{parameter_grid, poly_grid, poly_grid_parallel};
///
/// let (grid, x) = (parameter_grid(&[0.0, 0.5, 1.0])?, [-2.0, 0.1, 2.0]);
/// let parallel = poly_grid_parallel(&grid, &x, Threads::new(2)?)?;
/// assert_eq!(parallel, poly_grid(&grid, &x)?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn poly_grid_parallel(
    parameters: &[[f64; 4]],
    x: &[f64],
    threads: Threads,
) -> Result<Vec<f64>, Error> {
    let count = (parameters.len() as u128).saturating_mul(x.len() as u128);
    check_fits::<f64>("values of the polynomials", count)?;
    let level = Level::chosen()?;
    let rows = (PART / x.len().max(1)).max(1);
    let length = parameters.len() * x.len();
    written(length, (rows * x.len()).max(1), threads, |part, room| {
        let parameters = &parameters[part * rows..][..room.left() / x.len()];
        level.run(Rows {
            parameters,
            x,
            room,
        });
    })
}

/// Values that a thread computes at a time: 256 KiB, some microseconds of work.
const PART: usize = 1 << 15;

/// The rows of a part.
struct Rows<'a, 'b> {
    parameters: &'a [[f64; 4]],
    x: &'a [f64],
    room: &'a mut Room<'b, f64>,
}

impl Vectorized for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for &coefficients in self.parameters {
            self.room.map(self.x, |x| value(coefficients, x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::linspace;

    /// With x = 10 the digits of the value are the coefficients.
    #[test]
    fn digits_show_the_coefficients() {
        assert_eq!(value([4.0, 3.0, 2.0, 1.0], 10.0), 4321.0);
        assert_eq!(value([4.0, 3.0, 2.0, 1.0], -10.0), -3719.0);
    }

    #[test]
    fn the_handouts_grid() {
        let grid = parameter_grid(&linspace(0.0, 1.0, 10).unwrap()).unwrap();
        let x = linspace(-2.0, 2.0, 50).unwrap();
        assert_eq!(grid.len(), 10_000);
        assert_eq!(grid[9_999], [1.0; 4]);
        assert_eq!(grid[1_234][0].to_bits(), (1.0_f64 / 9.0).to_bits());
        let rows = poly_grid(&grid, &x).unwrap();
        assert_eq!(rows.len(), 500_000);
        assert_eq!(rows[499_999], 15.0); // 8 + 4 + 2 + 1
        assert_eq!(rows[499_950], -5.0); // −8 + 4 − 2 + 1
    }

    #[test]
    fn same_bits_for_any_number_of_threads() {
        let grid = parameter_grid(&[0.1, 0.7, 0.3, 0.9, 0.2]).unwrap();
        let x = linspace(-2.0, 2.0, 7).unwrap();
        let serial = poly_grid(&grid, &x).unwrap();
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            assert_eq!(poly_grid_parallel(&grid, &x, threads).unwrap(), serial);
        }
    }

    #[test]
    fn same_bits_at_every_level_and_for_any_number_of_points() {
        let grid = parameter_grid(&[0.1, 0.7, -0.3]).unwrap();
        for points in (0..50).chain([1_000, 40_000]) {
            let x: Vec<f64> = (0..points).map(|k| 0.3 - 0.01 * f64::from(k)).collect();
            let one_by_one: Vec<f64> = grid.iter().flat_map(|&row| values(row, &x)).collect();
            assert_eq!(poly_grid(&grid, &x).unwrap(), one_by_one);
            for level in Level::available() {
                let rows = |_, room: &mut Room<f64>| {
                    level.run(Rows {
                        parameters: &grid,
                        x: &x,
                        room,
                    });
                };
                let length = one_by_one.len();
                let at_level = written(length, length.max(1), Threads::Sequential, rows);
                assert_eq!(at_level.unwrap(), one_by_one, "{level}");
            }
        }
    }

    #[test]
    fn empty_inputs_are_no_trouble() {
        assert!(parameter_grid(&[]).is_err());
        let threads = Threads::new(2).unwrap();
        assert_eq!(poly_grid_parallel(&[], &[1.0], threads), Ok(vec![]));
        assert_eq!(poly_grid_parallel(&[[1.0; 4]], &[], threads), Ok(vec![]));
    }
}
