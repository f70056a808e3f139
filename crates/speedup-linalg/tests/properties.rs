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
use support::{CASES, holds, number, size};

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

/// Checks that the sums of the eigenvalues and of their squares are the traces of the matrix and of its square.
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
    let bound = 1e-13 * (n * n) as f64;
    assert!((sum - trace).norm() <= bound, "{sum} {trace}");
    assert!(
        (squares - of_square).norm() <= bound * n as f64,
        "{squares} {of_square}"
    );
}

#[test]
fn eigenvalues_have_the_traces_of_the_matrix() {
    let entries = vec(prop_oneof![3 => -1.0..1.0, 1 => Just(0.0)], 64);
    holds(CASES, (1..8_usize, entries), |(n, entries)| {
        let entries = &entries[..n * n];
        let matrix = matrix(n, n, entries);
        // A matrix with an eigenvalue above the largest number has no result.
        match eigenvalues(&matrix) {
            Ok(values) => {
                assert!(
                    values.iter().all(|z| z.re.is_finite() && z.im.is_finite()),
                    "{values:?}"
                );
                have_the_traces(&values, n, entries);
            }
            // Numbers that differ by more than the half of their range have squares that do.
            Err(Error::NotFinite { .. }) => {
                let (power, entries) = scaled(entries);
                let sizes = || entries.iter().map(|x| x.abs()).filter(|x| *x > 0.0);
                let too_large = (sizes().sum::<f64>() * power).is_infinite();
                assert!(too_large || sizes().fold(1.0, f64::min) < 1e-150);
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
