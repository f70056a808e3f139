//! The QR iteration of the crate faer: its parameters, the range of the numbers that it gets, and whether it converged.

use std::ops::Range;

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, EvdParams, SchurParams, evd_real, evd_scratch};
use faer::{Auto, Par, Spec};
use num_complex::Complex64;

use crate::Matrix;
use speedup::Error;
use speedup::error::check_finite;

/// faer's parameters, with half the number of shifts per sweep for matrices of medium size.
///
/// faer takes LAPACK's 64 shifts and looks for converged eigenvalues in the last 96 columns. For random matrices
/// with 1,000 rows, 32 shifts and 64 columns take 0.80 to 0.85 of the time (Zen 4, one thread).
fn params() -> EvdParams {
    let mut params: EvdParams = Auto::<f64>::auto();
    params.schur.recommended_shift_count = shifts;
    params.schur.recommended_deflation_window = window;
    params
}

/// The sizes for which faer takes 64 shifts.
const MEDIUM: Range<usize> = 590..3_000;

extern "C" fn shifts(size: usize, active: usize) -> usize {
    let default: SchurParams = Auto::<f64>::auto();
    match MEDIUM.contains(&size) {
        true => 32,
        false => (default.recommended_shift_count)(size, active),
    }
}

extern "C" fn window(size: usize, active: usize) -> usize {
    let default: SchurParams = Auto::<f64>::auto();
    match MEDIUM.contains(&size) {
        true => 64,
        false => (default.recommended_deflation_window)(size, active),
    }
}

/// The largest entry is brought to at most 2 to this power, and to at least its inverse. Then no square of an entry, and no
/// sum of squares, overflows or underflows.
const LARGEST_EXPONENT: i32 = 400;

/// The eigenvalues, by way of a matrix that is smaller or larger by a power of two where the entries are huge or tiny, as
/// LAPACK does. The power is exact, so other matrices than these keep their bits.
pub fn compute(matrix: &Matrix, par: Par) -> Result<Vec<Complex64>, Error> {
    let largest = largest(matrix);
    let exponent = match largest {
        0.0 => 0,
        // An error of 1 does no harm.
        largest => largest.log2() as i32,
    };
    let excess = exponent - exponent.clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT);
    let values = match excess {
        0 => in_range(matrix, par)?,
        excess => in_range(&map(matrix, |entry| times_power(entry, -excess)), par)?,
    };
    let part = |part| check_finite("eigenvalue", times_power(part, excess));
    let values = values.into_iter();
    values
        .map(|z| Ok(Complex64::new(part(z.re)?, part(z.im)?)))
        .collect()
}

/// An entry below this share of the largest can be 0: that changes the eigenvalues less than rounding does.
const NEGLIGIBLE: f64 = 1.0 / (1_u128 << 120) as f64;

/// The eigenvalues of a matrix whose squares neither overflow nor underflow.
///
/// faer does not say if the QR iteration has not converged. Then the sum of the numbers that it leaves is not the trace of
/// the matrix. The iteration does not converge if the ratios of entries are less than the smallest number, because
/// reflections by such a ratio cannot be stored. It does without the negligible entries.
fn in_range(matrix: &Matrix, par: Par) -> Result<Vec<Complex64>, Error> {
    let values = by_faer(matrix, par)?;
    if have_the_trace(&values, matrix) {
        return Ok(values);
    }
    let least = largest(matrix) * NEGLIGIBLE;
    let cut = map(
        matrix,
        |entry| if entry.abs() < least { 0.0 } else { entry },
    );
    let values = by_faer(&cut, par)?;
    match have_the_trace(&values, &cut) {
        true => Ok(values),
        false => Err(NO_CONVERGENCE),
    }
}

/// Whether the sum of the eigenvalues is the trace of the matrix, but for rounding.
///
/// The QR iteration finds the eigenvalues of a matrix that differs from A by E, with |E| at most about n ε |A| in the
/// Frobenius norm. The trace of E is at most √n |E|. The factor 10 is for the constants of the algorithm.
fn have_the_trace(values: &[Complex64], matrix: &Matrix) -> bool {
    let n = matrix.nrows() as f64;
    let sum: Complex64 = values.iter().sum();
    let trace: f64 = (0..matrix.nrows()).map(|i| matrix[(i, i)]).sum();
    (sum - trace).norm() <= 10.0 * n * n.sqrt() * f64::EPSILON * matrix.as_faer().norm_l2()
}

fn largest(matrix: &Matrix) -> f64 {
    let entries = matrix.as_faer().col_iter().flat_map(|column| column.iter());
    entries.fold(0.0, |most, entry| most.max(entry.abs()))
}

fn map(matrix: &Matrix, change: impl Fn(f64) -> f64) -> Matrix {
    let size = matrix.nrows();
    Matrix::from_fn(size, size, |i, j| change(matrix[(i, j)]))
}

/// x times a power of two, which itself may be no double.
fn times_power(x: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    x * 2_f64.powi(half) * 2_f64.powi(exponent - half)
}

const NO_CONVERGENCE: Error = Error::NoConvergence {
    what: "eigenvalues",
};

fn by_faer(matrix: &Matrix, par: Par) -> Result<Vec<Complex64>, Error> {
    let size = matrix.nrows();
    let (mut re, mut im) = (Diag::<f64>::zeros(size), Diag::<f64>::zeros(size));
    // Those that are not found stay NaN.
    re.as_mut().fill(f64::NAN);
    let (left, right) = (ComputeEigenvectors::No, ComputeEigenvectors::No);
    let params = Spec::new(params());
    let mut memory = MemBuffer::new(evd_scratch::<f64>(size, left, right, par, params));
    let stack = MemStack::new(&mut memory);
    let (re_out, im_out) = (re.as_mut(), im.as_mut());
    evd_real(
        matrix.as_faer().as_ref(),
        re_out,
        im_out,
        None,
        None,
        par,
        stack,
        params,
    )
    .map_err(|_| NO_CONVERGENCE)?;
    let pairs = re.column_vector().iter().zip(im.column_vector().iter());
    Ok(pairs.map(|(re, im)| Complex64::new(*re, *im)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_the_trace_are_no_eigenvalues() {
        let matrix = Matrix::from_fn(3, 3, |i, j| (i + 2 * j) as f64);
        let with = |values: [f64; 3]| {
            let values = values.map(|re| Complex64::new(re, 0.0));
            have_the_trace(&values, &matrix)
        };
        assert!(with([9.0, 0.0, 0.0]) && with([9.0 + 1e-13, 0.0, 0.0]));
        assert!(!with([0.0; 3]) && !with([9.0 + 1e-12, 0.0, 0.0]) && !with([9.0, f64::NAN, 0.0]));
    }

    /// Reflections by the ratios of these entries cannot be stored.
    #[test]
    fn iteration_without_convergence_is_noticed() {
        let rows = [[1e308, -1.7e308, 0.2], [0.4, 0.3, 5.8], [-0.1, -0.5, 0.6]];
        let matrix = Matrix::from_fn(3, 3, |i, j| times_power(rows[i][j], -623));
        let left = by_faer(&matrix, Par::Seq).unwrap();
        assert!(!have_the_trace(&left, &matrix), "{left:?}");
        assert!(in_range(&matrix, Par::Seq).is_ok());
    }
}
