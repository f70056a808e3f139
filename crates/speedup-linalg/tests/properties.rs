//! Matrices at random: eigenvalues that are right, or an error that names the entry or size. See the same test of the
//! crate `speedup`.

#[path = "../../speedup/tests/support/mod.rs"]
mod support;

use proptest::collection::vec;
use proptest::prelude::*;

use speedup::{Error, Streams, Threads};
use speedup_linalg::{
    Complex64, Matrix, eigenvalues, eigenvalues_across, eigenvalues_within, random_matrix,
};
use support::{CASES, finite, holds, number, size};

fn matrix(rows: usize, columns: usize, entries: &[f64]) -> Matrix {
    Matrix::from_fn(rows, columns, |i, j| {
        entries[(i * columns + j) % entries.len()]
    })
}

/// The largest entry, as a power of two by which all can be divided without rounding, and the rest.
fn scaled(entries: &[f64]) -> (f64, Vec<f64>) {
    let largest = entries
        .iter()
        .fold(f64::MIN_POSITIVE, |most, x| most.max(x.abs()));
    let power = f64::from_bits(largest.to_bits() & (0x7ff << 52));
    (power, entries.iter().map(|x| x / power).collect())
}

/// The square root of the sum of squares, and by how much the matrix may differ from one that has the eigenvalues found.
///
/// The QR iteration finds the eigenvalues of a matrix that differs from A by E, with |E| at most about n ε |A| in this norm.
/// The factor 10 is for the constants of the algorithm. The numbers are divided by `power`, and eigenvalues below the
/// smallest normal number are rounded to multiples of 2⁻¹⁰⁷⁴.
fn norm_and_error(n: usize, entries: &[f64], power: f64) -> (f64, f64) {
    let norm = entries.iter().map(|x| x * x).sum::<f64>().sqrt();
    let n = n as f64;
    (
        norm,
        10.0 * n * f64::EPSILON * norm + n * f64::from_bits(1) / power,
    )
}

/// Checks that the sums of the eigenvalues and of their squares are the traces of the matrix and of its square.
///
/// The trace of E is at most √n |E|. That of (A + E)² differs from that of A² by at most 2 |A| |E| + |E|².
fn have_the_traces(values: &[Complex64], n: usize, entries: &[f64]) {
    assert_eq!(values.len(), n);
    let (power, entries) = scaled(entries);
    let entry = |i: usize, j: usize| entries[i * n + j];
    let values: Vec<Complex64> = values
        .iter()
        .map(|z| Complex64::new(z.re / power, z.im / power))
        .collect();
    let trace: f64 = (0..n).map(|i| entry(i, i)).sum();
    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let of_square: f64 = pairs.map(|(i, j)| entry(i, j) * entry(j, i)).sum();
    let sum: Complex64 = values.iter().sum();
    let squares: Complex64 = values.iter().map(|z| z * z).sum();
    let (norm, error) = norm_and_error(n, &entries, power);
    let of_trace = (sum - trace).norm();
    assert!(of_trace <= (n as f64).sqrt() * error, "{sum} {trace}");
    let of_squares = (squares - of_square).norm();
    assert!(
        of_squares <= 2.0 * norm * error + error * error,
        "{squares} {of_square}"
    );
}

#[test]
fn eigenvalues_have_the_traces_of_the_matrix() {
    let everyday = vec(prop_oneof![3 => -1.0..1.0, 1 => Just(0.0)], 64);
    let extreme = vec(
        prop_oneof![2 => (-1.0..1.0).boxed(), 1 => finite().boxed()],
        64,
    );
    let entries = prop_oneof![everyday, extreme];
    holds(CASES, (1..8_usize, entries), |(n, entries)| {
        let entries = &entries[..n * n];
        let matrix = matrix(n, n, entries);
        match eigenvalues(&matrix) {
            Ok(values) => {
                assert!(
                    values.iter().all(|z| z.re.is_finite() && z.im.is_finite()),
                    "{values:?}"
                );
                have_the_traces(&values, n, entries);
            }
            // A matrix with an eigenvalue above the largest number has no result. No eigenvalue is above the norm.
            Err(Error::NotFinite { .. }) => {
                let (power, entries) = scaled(entries);
                let (norm, error) = norm_and_error(n, &entries, power);
                assert!(((norm + error) * power).is_infinite());
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn matrices_that_are_not_allowed_are_refused() {
    let sizes = (0..5_usize, 0..5_usize);
    holds(
        CASES,
        (sizes, vec(number(), 1..9)),
        |((rows, columns), entries)| {
            let matrix = matrix(rows, columns, &entries);
            let used = &entries[..entries.len().min(rows * columns)];
            let allowed = rows > 0 && rows == columns && used.iter().all(|x| x.is_finite());
            for outcome in [
                eigenvalues(&matrix),
                eigenvalues_within(&matrix, Threads::Sequential),
            ] {
                match outcome {
                    Ok(_) | Err(Error::NotFinite { .. }) => assert!(allowed),
                    Err(error @ (Error::Count { .. } | Error::Parameter { .. })) => {
                        assert!(!allowed && error.to_string().contains(" is not allowed, use "));
                    }
                    other => panic!("{other:?}"),
                }
            }
        },
    );
}

/// 200 cases: each starts threads.
#[test]
fn many_matrices_have_the_bits_of_one_by_one() {
    let inputs = (vec((1..5_usize, vec(-1.0..1.0, 16)), 0..6), 1..9_usize);
    holds(200, inputs, |(matrices, threads)| {
        let threads = Threads::new(threads).unwrap();
        let matrices: Vec<Matrix> = matrices
            .iter()
            .map(|(n, entries)| matrix(*n, *n, entries))
            .collect();
        let one_by_one: Result<Vec<_>, Error> = matrices.iter().map(eigenvalues).collect();
        assert_eq!(eigenvalues_across(&matrices, threads), one_by_one);
        for (matrix, values) in matrices.iter().zip(one_by_one.unwrap()) {
            let within = eigenvalues_within(matrix, threads).unwrap();
            let sum = |values: &[Complex64]| values.iter().sum::<Complex64>();
            assert!((sum(&within) - sum(&values)).norm() < 1e-12);
        }
    });
}

#[test]
fn random_matrices_of_any_size_are_made_or_refused() {
    holds(
        CASES,
        (size(), any::<u64>(), any::<u64>()),
        |(size, seed, number)| {
            // Up to 30, to save time.
            let size = if size < 200 { size % 30 } else { size };
            match random_matrix(size, Streams::new(seed), number) {
                Ok(matrix) => assert_eq!((matrix.nrows(), matrix.ncols()), (size, size)),
                Err(Error::Count { value, .. }) => assert_eq!((value, size), (0, 0)),
                Err(Error::Memory { .. }) => assert!(size > 1 << 20),
                other => panic!("{other:?}"),
            }
        },
    );
}
