//! The cubic a x³ + b x² + c x + d, for each combination of coefficients of a grid.
//!
//! Source: the handout's exercise 9.1, a 10 × 10 × 10 × 10 grid of coefficients in
//! [0, 1] and 50 points in [−2, 2].
//!
//! **Lower bound of the time.** In a grid nearly every value takes one addition, so writing the values is the bound. A
//! row of 400 bytes starts in the middle of a cache line in most cases. Rows of 50 equal doubles, written without any
//! arithmetic, take about 47 µs in all for this grid with vectors of 32 or 64 bytes on Zen 4, and 71 µs with
//! vectors of 16 bytes: two thirds and three quarters of the kernel's time on one thread. The rest goes to starting
//! and ending the loop over a row, as the number of points is known only at run time.

use std::ops::Range;

use crate::Error;
use crate::Threads;
use crate::error::check_count;
use crate::memory::budget::check_fits;
use crate::memory::huge_pages::parallel_fill_new;
use crate::memory::write_only::WriteOnly;
use crate::simd::{Isa, Multiversion};

/// The value of one cubic at `x`, by Horner's rule: three multiplications and three additions.
///
/// # Formula
///
/// `((a x + b) x + c) x + d` with `coefficients = [a, b, c, d]`.
///
/// # Examples
///
/// ```
/// assert_eq!(speedup::kernels::polynomial::value([1.0, 0.0, 0.0, 0.5], 2.0), 8.5);
/// ```
#[inline(always)]
pub fn value([a, b, c, d]: [f64; 4], x: f64) -> f64 {
    ((a * x + b) * x + c) * x + d
}

/// The values of one cubic at all points `x`, in their order.
///
/// # Examples
///
/// ```
/// use speedup::kernels::polynomial::values;
///
/// assert_eq!(values([0.0, 1.0, 0.0, 1.0], &[-2.0, 0.0, 3.0]), [5.0, 1.0, 10.0]);
/// ```
pub fn values(coefficients: [f64; 4], x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| value(coefficients, x)).collect()
}

/// All combinations of four coefficients from `axis`, the last coefficient changing fastest.
///
/// An axis of n values gives n⁴ rows `[a, b, c, d]`.
///
/// # Errors
///
/// [`Error::Count`] if the axis is empty; [`Error::Memory`] if the grid does not fit in memory.
///
/// # Examples
///
/// ```
/// let grid = speedup::kernels::polynomial::parameter_grid(&[0.0, 1.0])?;
/// assert_eq!(grid.len(), 16);
/// assert_eq!(grid[1], [0.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn parameter_grid(axis: &[f64]) -> Result<Vec<[f64; 4]>, Error> {
    let n = check_count("values on an axis", axis.len(), 1, u64::MAX)?;
    check_fits::<[f64; 4]>("parameter grid", (n as u128).saturating_pow(4))?;
    parameter_rows(axis, 0..(n as u64).pow(4))
}

/// A range of the rows of [`parameter_grid`], which need not fit in memory as a whole.
///
/// # Errors
///
/// [`Error::Count`] if the axis has no values or more than 65,535, or the range ends after the last row;
/// [`Error::Memory`] if the rows do not fit in memory.
///
/// # Examples
///
/// ```
/// use speedup::kernels::polynomial::{parameter_grid, parameter_rows};
///
/// let axis = [0.0, 0.5, 1.0];
/// assert_eq!(parameter_rows(&axis, 10..20)?, parameter_grid(&axis)?[10..20]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn parameter_rows(axis: &[f64], rows: Range<u64>) -> Result<Vec<[f64; 4]>, Error> {
    let n = check_count("values on an axis", axis.len(), 1, u64::from(u16::MAX))?;
    check_count(
        "end of the range of rows",
        rows.end as usize,
        0,
        (n as u64).pow(4),
    )?;
    let count = rows.end.saturating_sub(rows.start);
    check_fits::<[f64; 4]>("rows of the parameter grid", u128::from(count))?;
    let digit = |k: usize, place: u32| axis[k / n.pow(place) % n];
    let row = |k| [digit(k, 3), digit(k, 2), digit(k, 1), digit(k, 0)];
    Ok((rows.start as usize..rows.end as usize).map(row).collect())
}

/// The values of every cubic at every point: a matrix with one row per cubic, row after row in one vector.
///
/// Neighbouring cubics that differ in d alone share the value of the rest, as in a [`parameter_grid`].
///
/// The value of cubic r at point j is element `r * x.len() + j`. It is infinite or NaN if an intermediate number
/// exceeds the largest `f64`, or if a coefficient or a point is not finite.
///
/// # Errors
///
/// [`Error::Memory`] if the values do not fit in memory; [`Error::System`] if the system gives no memory;
/// [`Error::Isa`] as [`Isa::chosen`].
///
/// # Examples
///
/// ```
/// use speedup::kernels::polynomial::poly_grid;
///
/// let rows = poly_grid(&[[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 9.0]], &[1.0, 2.0])?;
/// assert_eq!(rows, [1.0, 2.0, 9.0, 9.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn poly_grid(parameters: &[[f64; 4]], x: &[f64]) -> Result<Vec<f64>, Error> {
    poly_grid_parallel(parameters, x, Threads::Sequential)
}

/// The matrix of [`poly_grid`], its rows spread over threads.
///
/// **Same bits** for any number of threads, and as [`poly_grid`]: every operation is the same IEEE operation.
///
/// # Errors
///
/// As [`poly_grid`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup::kernels::polynomial::{parameter_grid, poly_grid, poly_grid_parallel};
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
    let isa = Isa::chosen()?;
    let rows = (PART / x.len().max(1)).max(1);
    let length = parameters.len() * x.len();
    parallel_fill_new(length, (rows * x.len()).max(1), threads, |part, out| {
        let parameters = &parameters[part * rows..][..out.remaining() / x.len()];
        isa.dispatch(Rows { parameters, x, out });
    })
}

/// Values that a thread computes at a time: 256 KiB.
const PART: usize = 1 << 15;

/// The rows of one part of the matrix.
struct Rows<'a, 'b> {
    parameters: &'a [[f64; 4]],
    x: &'a [f64],
    out: &'a mut WriteOnly<'b, f64>,
}

impl Multiversion for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { parameters, x, out } = self;
        // From the start of a cache line, so that no vector of it lies in two.
        let mut memory = vec![0.0; x.len() + 8];
        let start = memory.as_ptr().align_offset(64).min(8);
        let rest = &mut memory[start..][..x.len()];
        for rows in parameters.chunk_by(differ_in_d) {
            let [a, b, c, _] = rows[0];
            for (rest, &x) in rest.iter_mut().zip(x) {
                *rest = ((a * x + b) * x + c) * x;
            }
            out.write_rows(rows, rest, |[.., d], rest| rest + d);
        }
    }
}

/// Whether two cubics have the same bits in all coefficients but the last one.
#[inline(always)]
fn differ_in_d([a, b, c, _]: &[f64; 4], [a2, b2, c2, _]: &[f64; 4]) -> bool {
    (a.to_bits(), b.to_bits(), c.to_bits()) == (a2.to_bits(), b2.to_bits(), c2.to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::grid::linspace;

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
    fn same_bits_with_every_isa_and_for_any_number_of_points() {
        let grid = parameter_grid(&[0.1, 0.7, -0.3]).unwrap();
        for points in (0..50).chain([1_000, 40_000]) {
            let x: Vec<f64> = (0..points).map(|k| 0.3 - 0.01 * f64::from(k)).collect();
            let one_by_one: Vec<f64> = grid.iter().flat_map(|&row| values(row, &x)).collect();
            assert_eq!(poly_grid(&grid, &x).unwrap(), one_by_one);
            for isa in Isa::available() {
                let rows = |_, out: &mut WriteOnly<f64>| {
                    isa.dispatch(Rows {
                        parameters: &grid,
                        x: &x,
                        out,
                    });
                };
                let length = one_by_one.len();
                let with_isa = parallel_fill_new(length, length.max(1), Threads::Sequential, rows);
                assert_eq!(with_isa.unwrap(), one_by_one, "{isa}");
            }
        }
    }

    #[test]
    fn empty_inputs_give_no_values() {
        assert!(parameter_grid(&[]).is_err());
        assert!(parameter_rows(&[], 0..0).is_err());
        assert!(parameter_rows(&[1.0, 2.0], 0..17).is_err());
        assert_eq!(
            parameter_rows(&[1.0, 2.0], Range { start: 9, end: 3 }),
            Ok(vec![])
        );
        let threads = Threads::new(2).unwrap();
        assert_eq!(poly_grid_parallel(&[], &[1.0], threads), Ok(vec![]));
        assert_eq!(poly_grid_parallel(&[[1.0; 4]], &[], threads), Ok(vec![]));
    }
}
