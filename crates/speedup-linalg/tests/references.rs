//! Eigenvalues that others published, or that NumPy 2.4.6 finds with LAPACK, of matrices that are hard for the algorithm.

use speedup_linalg::{Complex64, Matrix, eigenvalues};

/// Checks the eigenvalues, in any order, within a share of the largest entry.
fn check(name: &str, entry: impl Fn(usize, usize) -> f64, expected: &[[f64; 2]], share: f64) {
    let n = expected.len();
    let matrix = Matrix::from_fn(n, n, &entry);
    let mut found = eigenvalues(&matrix).unwrap();
    let entries = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let largest = entries.map(|(i, j)| entry(i, j).abs()).fold(0.0, f64::max);
    for &[re, im] in expected {
        // Divided by the largest entry: distances of tiny and huge numbers are squared.
        let size = if largest > 0.0 { largest } else { 1.0 };
        let distance = |z: &Complex64| (z.re / size - re / size).hypot(z.im / size - im / size);
        let nearest =
            (0..found.len()).min_by(|&a, &b| distance(&found[a]).total_cmp(&distance(&found[b])));
        let z = found.swap_remove(nearest.unwrap());
        assert!(distance(&z) <= share, "{name}: {z} for {re} + {im}i");
    }
}

fn real<const N: usize>(values: [f64; N]) -> [[f64; 2]; N] {
    values.map(|value| [value, 0.0])
}

/// All eigenvalues are the diagonal's. Of k that are one, an error of ε becomes its k-th root.
#[test]
fn triangular_and_defective_matrices() {
    check("zero", |_, _| 0.0, &real([0.0; 5]), 0.0);
    check("identity", |i, j| f64::from(i == j), &real([1.0; 5]), 0.0);
    check(
        "triangular",
        |i, j| if i > j { 0.0 } else { (i + 1) as f64 },
        &real([1.0, 2.0, 3.0, 4.0]),
        1e-15,
    );
    let jordan = |i: usize, j: usize| if i == j { 2.0 } else { f64::from(j == i + 1) };
    check("Jordan block", jordan, &real([2.0; 4]), 1e-3);
    check(
        "Jordan block, transposed",
        |i, j| jordan(j, i),
        &real([2.0; 4]),
        1e-3,
    );
    check(
        "nilpotent",
        |i, j| f64::from(i == j + 1),
        &real([0.0; 5]),
        1e-3,
    );
}

/// Roots of 1: the matrix on which the QR iteration without exceptional shifts does not converge.
#[test]
fn cyclic_permutations() {
    for n in [2_usize, 3, 4, 7, 12] {
        let angle = |k: usize| std::f64::consts::TAU * k as f64 / n as f64;
        let roots: Vec<[f64; 2]> = (0..n).map(|k| [angle(k).cos(), angle(k).sin()]).collect();
        check(
            "permutation",
            |i, j| f64::from(i == (j + 1) % n),
            &roots,
            1e-14,
        );
    }
}

/// Companion matrix of (x − 1) … (x − 6), as the roots of a polynomial are found.
#[test]
fn companion_matrix() {
    let coefficients = [21.0, -175.0, 735.0, -1624.0, 1764.0, -720.0];
    let entry = |i: usize, j: usize| {
        if i == 0 {
            coefficients[j]
        } else {
            f64::from(i == j + 1)
        }
    };
    check(
        "companion",
        entry,
        &real([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        1e-12,
    );
}

/// R. T. Gregory and D. L. Karney, *A Collection of Matrices for Testing Computational Algorithms*, 1969: Rutishauser's
/// matrix, and Frank's. The eigenvalues of Frank's matrix are those of NumPy 2.4.6; the small ones are ill conditioned.
#[test]
fn matrices_of_gregory_and_karney() {
    let rutishauser = [
        [4.0, -5.0, 0.0, 3.0],
        [0.0, 4.0, -3.0, -5.0],
        [5.0, -3.0, 4.0, 0.0],
        [3.0, 0.0, 5.0, 4.0],
    ];
    let expected = [[12.0, 0.0], [2.0, 0.0], [1.0, 5.0], [1.0, -5.0]];
    check("Rutishauser", |i, j| rutishauser[i][j], &expected, 1e-14);
    let frank = |i: usize, j: usize| {
        if j + 1 < i {
            0.0
        } else {
            (6 - i.max(j)) as f64
        }
    };
    let expected = [
        0.07707956074164898,
        0.18576231491035508,
        0.5448037811225772,
        1.8355232372643964,
        5.3832231821761685,
        12.973607923784856,
    ];
    check("Frank", frank, &real(expected), 1e-13);
}

/// Far from normal, with complex pairs: J. F. Grcar, *Operator coefficient methods for linear equations*, 1989.
/// The eigenvalues are those of NumPy 2.4.6.
#[test]
fn grcar_matrix() {
    let grcar = |i: usize, j: usize| match (i, j) {
        _ if i == j + 1 => -1.0,
        _ if (i..=i + 3).contains(&j) => 1.0,
        _ => 0.0,
    };
    let pairs = [
        [0.35848918332382596, 1.9501146812904855],
        [1.1391080551661985, 1.2302975590468572],
        [1.5024027615099755, 0.6055711021144894],
    ];
    let all = pairs.map(|[re, im]| [[re, im], [re, -im]]);
    check("Grcar", grcar, all.as_flattened(), 1e-13);
}

/// The entries fall from 2 to 10⁻¹⁶. The eigenvalues are those of NumPy 2.4.6.
#[test]
fn graded_and_nearly_singular_matrices() {
    let power = |k: usize| 10_f64.powi(-(k as i32));
    let graded = |i: usize, j: usize| power(2 * (i + j)) + if i == j { power(4 * i) } else { 0.0 };
    let expected = [
        2.0000500087509376,
        0.00014999791654396065,
        1.3333268500918719e-08,
        1.2499971862025395e-12,
        0.0,
    ];
    check("graded", graded, &real(expected), 1e-15);
    let upwards = |i: usize, j: usize| graded(4 - i, 4 - j);
    check("graded upwards", upwards, &real(expected), 1e-15);
    let hilbert = |i: usize, j: usize| 1.0 / (i + j + 1) as f64;
    let expected = [
        3.287928772176972e-06,
        0.000305898040151175,
        0.011407491623419827,
        0.20853421861101332,
        1.56705069109823,
    ];
    check("Hilbert", hilbert, &real(expected), 1e-15);
}

/// LAPACK scales such matrices. The eigenvalues are those of the matrix of Rutishauser, times a power of two.
#[test]
fn tiny_and_huge_entries() {
    let rutishauser = [
        [4.0, -5.0, 0.0, 3.0],
        [0.0, 4.0, -3.0, -5.0],
        [5.0, -3.0, 4.0, 0.0],
        [3.0, 0.0, 5.0, 4.0],
    ];
    for exponent in [-1060, -1020, -600, -300, 300, 600, 1000, 1020] {
        let half = exponent / 2;
        let scale = |x: f64| x * 2_f64.powi(half) * 2_f64.powi(exponent - half);
        let expected = [[12.0, 0.0], [2.0, 0.0], [1.0, 5.0], [1.0, -5.0]].map(|z| z.map(scale));
        // Subnormal entries have few bits.
        let share = if exponent < -1022 { 1e-3 } else { 1e-14 };
        check(
            &format!("times 2^{exponent}"),
            |i, j| scale(rutishauser[i][j]),
            &expected,
            share,
        );
    }
    // In one matrix.
    let mixed = [[1e300, 0.0, 0.0], [0.0, 1e-300, 0.0], [0.0, 0.0, 1.0]];
    check(
        "mixed",
        |i, j| mixed[i][j],
        &real([1e300, 1e-300, 1.0]),
        1e-300,
    );
}

/// The ratio of some entries is below the smallest number: the QR iteration does not converge with all of them.
#[test]
fn ratios_that_are_no_normal_numbers() {
    let found_at_random = [[1e308, -1.7e308, 0.2], [0.4, 0.3, 5.8], [-0.1, -0.5, 0.6]];
    check(
        "found at random",
        |i, j| found_at_random[i][j],
        &real([1e308, 0.0, 0.0]),
        1e-15,
    );
    // Of one huge column only the entry on the diagonal is an eigenvalue, as far as digits go. The large sizes are those of
    // the iteration with many shifts.
    for n in [4, 30, 80, 200] {
        for column in [0, n / 2, n - 1] {
            let entry = |i: usize, j: usize| {
                let everyday = ((i * 7 + j * 13 + i * j) % 11) as f64 - 5.0;
                if j == column {
                    1e307 * (everyday + 0.5)
                } else {
                    everyday
                }
            };
            let mut expected = vec![0.0; n];
            expected[0] = entry(column, column);
            let expected: Vec<_> = expected.into_iter().map(|value| [value, 0.0]).collect();
            check(&format!("column {column} of {n}"), entry, &expected, 1e-13);
        }
    }
}
