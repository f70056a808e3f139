//! Eigenvalues of real square matrices.

use std::num::NonZeroUsize;

use faer::Par;
use num_complex::Complex64;
use rayon::prelude::*;

use crate::Matrix;
use crate::iteration::compute;
use speedup::Error;
use speedup::Threads;
use speedup::error::{check_count, check_parameter};

/// All eigenvalues of one real n × n matrix, on one thread: n complex numbers.
///
/// Complex eigenvalues stand in conjugate pairs. The order is that of the algorithm, the QR iteration on the Hessenberg
/// form.
///
/// They are the eigenvalues of a matrix that differs from the given one by about n ε |A|, with ε = 2⁻⁵² and |A| the root of
/// the sum of the squares of the entries. Beside an entry of 10³⁰⁸, an eigenvalue of 1 has no correct digit.
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
