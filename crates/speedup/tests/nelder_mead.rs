//! Tests of the Nelder–Mead search against SciPy's results, to the last bit.
//!
//! The numbers are x, fun, nit, nfev and success, which SciPy 1.17.1 (NumPy 2.4.6) returns for `minimize(f, start,
//! method="nelder-mead")`. The functions in Python have the same operations in the same order as those below.

use speedup::kernels::nelder_mead::minimize;

fn check<const N: usize>(
    f: impl FnMut(&[f64; N]) -> f64,
    start: [f64; N],
    x: [f64; N],
    fun: f64,
    (nit, nfev, success): (usize, usize, bool),
) {
    let found = minimize(f, start).unwrap();
    let counts = (found.iterations, found.evaluations, found.converged);
    assert_eq!(counts, (nit, nfev, success), "from {start:?}");
    assert_eq!((found.x, found.f), (x, fun), "from {start:?}");
}

#[test]
#[rustfmt::skip]
fn same_points_values_and_counts_as_scipy() {
    check(|x| distance(x, &[0.25, 0.5, 0.75]), [0.0, 0.0, 0.0], [0.25001313250600354, 0.5000161538204835, 0.7500412552546112], 2.1354046631790933e-09, (177, 311, true));
    check(|x| distance(x, &[0.1, 0.9, 0.4]), [0.0, 0.0, 0.0], [0.09999312703431476, 0.8999903412717318, 0.40003491903156524], 1.359867454521941e-09, (121, 223, true));
    check(|x| distance(x, &[0.0, 0.0, 1.0]), [0.0, 0.0, 0.0], [3.6078267442804264e-06, 1.5983601226359387e-05, 1.0000228301143117], 7.897060414653324e-10, (140, 251, true));
    check(|x| distance(x, &[-3.0, 1000.0, 0.001]), [0.0, 0.0, 0.0], [-2.999213401749632, 1000.0008781809854, 0.0011090685552623651], 1.4018346003647047e-06, (329, 600, false));
    check(rosenbrock, [-1.2, 1.0], [1.0000220217835696, 1.0000422197517715], 8.177661197416674e-10, (85, 159, true));
    check(rosenbrock, [0.0, 0.0], [1.0000043858986165, 1.0000106409916478], 3.6861769151759075e-10, (79, 146, true));
    check(rosenbrock_4, [-1.0, 2.0, -1.0, 2.0], [0.9999822840946186, 0.9999546926796637, 0.9999173578868038, 0.9998403083563971], 2.842242475645821e-08, (326, 536, true));
    check(himmelblau, [0.0, 0.0], [3.000006324938478, 1.9999685321027905], 1.4333178246209053e-08, (81, 157, true));
    check(himmelblau, [-4.0, 3.0], [-2.8051394850358724, 3.1313189644192554], 1.6360899279509147e-08, (34, 65, true));
    check(powell, [3.0, -1.0, 0.0, 1.0], [0.00942088617783026, -0.0009411656639493823, 0.01661581159801174, 0.016615304899781524], 1.3905860499424258e-06, (185, 305, true));
    check(wood, [-3.0, -1.0, -3.0, -1.0], [0.999997771500424, 0.9999983185473575, 1.0000062104995502, 1.0000122049981182], 1.944833624114545e-09, (314, 527, true));
    check(absolute, [5.0, 5.0], [0.3000334443824856, -0.6999950901571574], 4.3264068170623116e-05, (52, 97, true));
    check(quartic, [0.0], [1.3700625000000013], 1.5275296075517286, (26, 52, true));
    check(quartic, [10.0], [1.37005615234375], 1.5275296069516715, (20, 40, true));
    check(beale, [1.0, 1.0], [3.000024894658642, 0.5000074910880672], 1.3926318302499267e-10, (56, 107, true));
    check(slope, [0.0, 0.0], [1.7591396411972703e+41, 1.2439962323788188e+41], -3.003135873576089e+41, (200, 400, false));
}

fn distance(x: &[f64; 3], target: &[f64; 3]) -> f64 {
    let squares = x.iter().zip(target).map(|(x, t)| (x - t) * (x - t));
    squares.sum()
}

fn rosenbrock(&[x, y]: &[f64; 2]) -> f64 {
    (1.0 - x) * (1.0 - x) + 100.0 * ((y - x * x) * (y - x * x))
}

fn rosenbrock_4(x: &[f64; 4]) -> f64 {
    let pairs = x.windows(2).map(|pair| {
        let (a, b) = (pair[0], pair[1]);
        100.0 * ((b - a * a) * (b - a * a)) + (1.0 - a) * (1.0 - a)
    });
    pairs.sum()
}

fn himmelblau(&[x, y]: &[f64; 2]) -> f64 {
    let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
    a * a + b * b
}

fn powell(&[p, q, r, s]: &[f64; 4]) -> f64 {
    let (a, b, c, d) = (p + 10.0 * q, r - s, q - 2.0 * r, p - s);
    a * a + 5.0 * (b * b) + (c * c) * (c * c) + 10.0 * ((d * d) * (d * d))
}

fn wood(&[p, q, r, s]: &[f64; 4]) -> f64 {
    let (a, b, c, d) = (q - p * p, 1.0 - p, s - r * r, 1.0 - r);
    let (e, g) = (q + s - 2.0, q - s);
    100.0 * (a * a) + b * b + 90.0 * (c * c) + d * d + 10.0 * (e * e) + 0.1 * (g * g)
}

fn absolute(&[x, y]: &[f64; 2]) -> f64 {
    (x - 0.3).abs() + 2.0 * (y + 0.7).abs()
}

fn quartic(&[x]: &[f64; 1]) -> f64 {
    let d = x - 2.0;
    (d * d) * (d * d) + x
}

fn beale(&[x, y]: &[f64; 2]) -> f64 {
    let a = 1.5 - x + x * y;
    let b = 2.25 - x + x * y * y;
    let c = 2.625 - x + x * y * y * y;
    a * a + b * b + c * c
}

fn slope(&[x, y]: &[f64; 2]) -> f64 {
    -x - y
}
