//! The cubic a x³ + b x² + c x + d, for every choice of its coefficients from a grid.
//!
//! Source: the handout's exercise 9.1, a 10 × 10 × 10 × 10 grid of coefficients in
//! [0, 1] and 50 points in [−2, 2].

use rayon::prelude::*;

use crate::error::check_count;
use crate::memory::check_fits;
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
#[inline]
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
    let mut rows = room(parameters, x)?;
    if !x.is_empty() {
        for (row, &coefficients) in rows.chunks_exact_mut(x.len()).zip(parameters) {
            fill(row, coefficients, x);
        }
    }
    Ok(rows)
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
    if threads == Threads::Sequential || x.is_empty() {
        return poly_grid(parameters, x);
    }
    let mut rows = room(parameters, x)?;
    threads.install(|| {
        rows.par_chunks_exact_mut(x.len())
            .zip(parameters)
            .with_min_len(ROWS)
            .for_each(|(row, &coefficients)| fill(row, coefficients, x));
    })?;
    Ok(rows)
}

/// Fewest rows that are worth a task of their own: a row takes some ten nanoseconds.
const ROWS: usize = 256;

fn fill(row: &mut [f64], coefficients: [f64; 4], x: &[f64]) {
    for (y, &x) in row.iter_mut().zip(x) {
        *y = value(coefficients, x);
    }
}

fn room(parameters: &[[f64; 4]], x: &[f64]) -> Result<Vec<f64>, Error> {
    let count = (parameters.len() as u128).saturating_mul(x.len() as u128);
    check_fits::<f64>("values of the polynomials", count)?;
    Ok(vec![0.0; parameters.len() * x.len()])
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
    fn empty_inputs_are_no_trouble() {
        assert!(parameter_grid(&[]).is_err());
        let threads = Threads::new(2).unwrap();
        assert_eq!(poly_grid_parallel(&[], &[1.0], threads), Ok(vec![]));
        assert_eq!(poly_grid_parallel(&[[1.0; 4]], &[], threads), Ok(vec![]));
    }
}
