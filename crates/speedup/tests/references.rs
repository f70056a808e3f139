//! Values that the tests of SciPy 1.17.1 and NumPy 2.4.6 hold.

use speedup::kernels::grid::linspace;
use speedup::kernels::median::median;
use speedup::kernels::nelder_mead::minimize;

/// SciPy's `CheckOptimize.func`: maximum entropy for the machine translation of A. L. Berger et al., Computational
/// Linguistics 22, 1996.
fn entropy(&[a, b, c]: &[f64; 3]) -> f64 {
    let exponents = [a + b + c, a + b, a + c, a, a];
    exponents.iter().map(|x| x.exp()).sum::<f64>().ln() - (a + 0.3 * b + 0.5 * c)
}

/// `test_neldermead` of SciPy's `test_optimize.py`: 167 evaluations, two of which are the comparison of the results.
#[test]
fn the_search_of_scipys_own_test() {
    let mut trace = Vec::new();
    let f = |x: &[f64; 3]| {
        trace.push(*x);
        entropy(x)
    };
    let found = minimize(f, [0.0; 3]).unwrap();
    assert!((found.f - entropy(&[0.0, -0.524869316, 0.487525860])).abs() < 1e-6);
    assert!(found.converged);
    assert_eq!((found.evaluations, trace.len()), (165, 165));
    let expected = [
        [0.1928968, -0.62780447, 0.35166118],
        [0.19572515, -0.63648426, 0.35838135],
    ];
    for (x, expected) in trace[76..78].iter().zip(expected) {
        let off = x.iter().zip(expected).map(|(x, e)| (x - e).abs() / e.abs());
        assert!(off.fold(0.0, f64::max) < 1e-7, "{x:?} {expected:?}");
    }
}

/// `test_neldermead_adaptive`: in 15 dimensions the method without adaptive parameters reaches its limit.
#[test]
fn fifteen_dimensions_are_too_many() {
    let start = [
        0.15746215, 0.48087031, 0.44519198, 0.4223638, 0.61505159, 0.32308456, 0.9692297,
        0.4471682, 0.77411992, 0.80441652, 0.35994957, 0.75487856, 0.99973421, 0.65063887,
        0.09626474,
    ];
    let found = minimize(|x| x.iter().map(|x| x * x).sum(), start).unwrap();
    assert!(!found.converged);
}

/// `TestLinspace`: `test_basic`, `test_corner` but for one point, which is refused here, and `test_equivalent_to_arange`.
#[test]
fn linspace_has_numpys_points() {
    assert_eq!(linspace(0.0, 10.0, 50).unwrap().len(), 50);
    assert_eq!(linspace(2.0, 10.0, 100).unwrap()[99], 10.0);
    assert!(linspace(0.0, 1.0, 1).is_err());
    for j in 1..1_000_u32 {
        let points = linspace(0.0, j.into(), j as usize + 1).unwrap();
        assert!(points.into_iter().eq((0..=j).map(f64::from)), "{j}");
    }
}

/// `test_denormal_numbers`, with both ends: points between numbers that differ by less than their number of steps.
#[test]
fn linspace_between_subnormal_numbers_is_not_all_zero() {
    for units in 1..40 {
        let stop = f64::from_bits(units);
        let points = linspace(0.0, stop, 10).unwrap();
        assert!(points[9] == stop && points.is_sorted());
        assert!(units < 6 || points[1] > 0.0, "{points:?}");
    }
}

/// `TestMedian`: `test_basic`, `test_axis_keyword`, and `test_nan_behavior`.
#[test]
fn medians_are_numpys() {
    for (values, expected) in [
        (vec![1.0], 1.0),
        (vec![0.0, 1.0], 0.5),
        (vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 2.5),
        (vec![2.0, 3.0, 0.0, 1.0, 6.0, 7.0, 4.0, 5.0], 3.5),
        (
            vec![0.0444502, 0.0463301, 0.141249, 0.0606775],
            (0.0463301 + 0.0606775) / 2.0,
        ),
        (vec![0.0463301, 0.0444502, 0.141249], 0.0463301),
        (vec![0.0444502, 0.141249, 0.0463301], 0.0463301),
    ] {
        assert_eq!(median(&mut values.clone()), Some(expected), "{values:?}");
    }
    let mut values: Vec<f64> = (0..24).map(f64::from).collect();
    values[2] = f64::NAN;
    assert!(median(&mut values).unwrap().is_nan());
}
