//! Eigenvalues of real square matrices.

use std::num::NonZeroUsize;
use std::ops::Range;

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, EvdParams, SchurParams, evd_real, evd_scratch};
use faer::{Auto, Par, Spec};
use num_complex::Complex64;
use rayon::prelude::*;

use crate::Matrix;
use speedup::Error;
use speedup::Threads;
use speedup::error::{check_count, check_finite, check_parameter};

/// All eigenvalues of one real n × n matrix, on one thread: n complex numbers.
///
/// Complex eigenvalues stand in conjugate pairs. The order is that of the algorithm, the QR iteration on the Hessenberg
/// form.
///
/// # Errors
///
/// [`Error::Count`] if the matrix is empty or not square; [`Error::Parameter`] if an entry is not finite;
/// [`Error::NoConvergence`] if the QR iteration does not converge; [`Error::NotFinite`] if an eigenvalue exceeds the
/// largest `f64`.
///
/// # Examples
///
/// ```
/// use speedup_linalg::{Matrix, eigenvalues};
///
/// let quarter_turn = Matrix::from_fn(2, 2, |i, j| [[0.0, -1.0], [1.0, 0.0]][i][j]);
/// let mut found: Vec<f64> = eigenvalues(&quarter_turn)?.iter().map(|z| z.im).collect();
/// found.sort_by(f64::total_cmp);
/// assert_eq!(found, [-1.0, 1.0]);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn eigenvalues(matrix: &Matrix) -> Result<Vec<Complex64>, Error> {
    check(matrix)?;
    compute(matrix, Par::Seq)
}

/// The eigenvalues of one matrix, the work *inside* the matrix spread over threads.
///
/// The steps of the algorithm wait for one another, so threads are often idle. The terms of a sum are divided among the
/// threads, so the last bits may differ between numbers of threads. With one thread they are those of [`eigenvalues`].
///
/// # Errors
///
/// As [`eigenvalues`]; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::Threads;
/// use speedup_linalg::{eigenvalues_within, random_matrix};
///
/// let x = random_matrix(30, Streams::new(1), 0)?;
/// assert_eq!(eigenvalues_within(&x, Threads::new(2)?)?.len(), 30);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn eigenvalues_within(matrix: &Matrix, threads: Threads) -> Result<Vec<Complex64>, Error> {
    check(matrix)?;
    let par = match NonZeroUsize::new(threads.count()) {
        Some(count) if count.get() > 1 => Par::Rayon(count),
        _ => Par::Seq,
    };
    threads.install(|| compute(matrix, par))?
}

/// The eigenvalues of many matrices, spread over threads: each matrix is computed by one thread.
///
/// The results have the order of the matrices. **Same bits** for any number of threads, and as [`eigenvalues`].
///
/// # Errors
///
/// As [`eigenvalues`], for the first matrix that fails; [`Error::System`] if the system gives no threads.
///
/// # Examples
///
/// ```
/// use speedup::Streams;
/// use speedup::Threads;
/// use speedup_linalg::{eigenvalues, eigenvalues_across, random_matrix};
///
/// let streams = Streams::new(1);
/// let matrices = (0..4).map(|k| random_matrix(20, streams, k)).collect::<Result<Vec<_>, _>>()?;
/// let all = eigenvalues_across(&matrices, Threads::new(2)?)?;
/// assert_eq!(all[3], eigenvalues(&matrices[3])?);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn eigenvalues_across(
    matrices: &[Matrix],
    threads: Threads,
) -> Result<Vec<Vec<Complex64>>, Error> {
    let all: Vec<_> = threads.install(|| matrices.par_iter().map(eigenvalues).collect())?;
    // rayon's own collection of results returns any of the errors.
    all.into_iter().collect()
}

fn check(matrix: &Matrix) -> Result<(), Error> {
    check_count("matrix rows", matrix.nrows(), 1, u64::MAX)?;
    let rows = matrix.nrows() as u64;
    check_count(
        "matrix columns, equal to the rows",
        matrix.ncols(),
        rows,
        rows,
    )?;
    let columns = matrix.as_faer().col_iter();
    for entry in columns.flat_map(|column| column.iter()) {
        check_parameter("matrix entry", *entry, "finite numbers", |_| true)?;
    }
    Ok(())
}

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
fn compute(matrix: &Matrix, par: Par) -> Result<Vec<Complex64>, Error> {
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
    use crate::random_matrix;
    use speedup::Streams;

    fn matrices(size: usize, count: u64) -> Vec<Matrix> {
        let streams = Streams::new(4);
        (0..count)
            .map(|k| random_matrix(size, streams, k).unwrap())
            .collect()
    }

    /// The sum of the eigenvalues is the trace, and the sum of their squares is the trace of the squared matrix.
    #[test]
    fn sums_of_powers_are_traces() {
        for size in [1, 2, 7, 40, 120] {
            let x = &matrices(size, 1)[0];
            let values = eigenvalues(x).unwrap();
            let trace: f64 = (0..size).map(|i| x[(i, i)]).sum();
            let squared = x.as_faer() * x.as_faer();
            let trace_squared: f64 = (0..size).map(|i| squared[(i, i)]).sum();
            let sum: Complex64 = values.iter().sum();
            let squares: Complex64 = values.iter().map(|z| z * z).sum();
            let scale = 1e-10 * (size as f64).powi(2);
            assert!((sum.re - trace).abs() < scale && sum.im.abs() < scale);
            assert!((squares.re - trace_squared).abs() < scale && squares.im.abs() < scale);
        }
    }

    #[test]
    fn same_bits_across_for_any_number_of_threads() {
        let matrices = matrices(60, 5);
        let serial: Vec<Vec<Complex64>> =
            matrices.iter().map(|x| eigenvalues(x).unwrap()).collect();
        for n in [1, 2, 3, 8] {
            let threads = Threads::new(n).unwrap();
            assert_eq!(eigenvalues_across(&matrices, threads).unwrap(), serial);
        }
    }

    #[test]
    fn within_agrees_to_rounding() {
        let x = &matrices(150, 1)[0];
        let sorted = |mut values: Vec<Complex64>| {
            values.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.total_cmp(&b.im)));
            values
        };
        let one = sorted(eigenvalues(x).unwrap());
        let two = sorted(eigenvalues_within(x, Threads::new(2).unwrap()).unwrap());
        for (a, b) in one.iter().zip(&two) {
            assert!((a - b).norm() < 1e-8, "{a} {b}");
        }
        let sequential = eigenvalues_within(x, Threads::Sequential);
        assert_eq!(sequential, eigenvalues(x));
    }

    #[test]
    fn bad_matrices_are_named() {
        let text = |matrix: &Matrix| eigenvalues(matrix).unwrap_err().to_string();
        assert!(text(&Matrix::from_fn(0, 0, |_, _| 0.0)).contains("0 is not allowed"));
        assert!(text(&Matrix::from_fn(2, 3, |_, _| 0.0)).ends_with(": 3 is not allowed, use 2"));
        assert!(text(&Matrix::from_fn(2, 2, |_, _| f64::NAN)).contains("NaN"));
        let constant = |entry| Matrix::from_fn(2, 2, |_, _| entry);
        let bad = [0.0, f64::INFINITY, f64::NAN].map(constant);
        let first = eigenvalues_across(&bad, Threads::new(3).unwrap()).unwrap_err();
        assert!(first.to_string().contains("inf"), "{first}");
        assert!(random_matrix(0, Streams::new(1), 0).is_err());
        assert!(random_matrix(usize::MAX, Streams::new(1), 0).is_err());
    }
}
