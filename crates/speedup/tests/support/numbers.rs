//! Many numbers of every kind, for the tests of vector code; not a part of what other crates share.

use rand::RngExt;
use speedup::Streams;

/// Inputs for each function: 20 times the number in the variable `PROPTEST_CASES`, or in [`CASES`](crate::support::CASES).
pub fn inputs_each() -> usize {
    20 * crate::support::cases() as usize
}

/// Numbers from −`most` to `most`, any bits, and those at which functions go wrong: NaN, infinities, subnormal numbers,
/// the ends of the range.
pub fn inputs(seed: u64, most: f64) -> Vec<f64> {
    let mut all = vec![
        0.0,
        f64::MIN_POSITIVE,
        5e-324,
        2.2e-308,
        1e-308,
        1e308,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
    ];
    for x in [
        1.0,
        0.5,
        most,
        most / 2.0,
        1e-300,
        2_f64.powi(53),
        2_f64.powi(1023),
    ] {
        all.extend([x, x.next_up(), x.next_down()]);
    }
    all.extend(all.clone().iter().map(|x| -x));
    let mut rng = Streams::new(seed).stream(0);
    let mut draw = |k: usize| match k % 4 {
        0 => f64::from_bits(rng.random()),
        1 => (2.0 * rng.random::<f64>() - 1.0) * most,
        2 => (most * 2_f64.powf(-64.0 * rng.random::<f64>())).floor(),
        _ => (2.0 * rng.random::<f64>() - 1.0) * 10_f64.powf(rng.random_range(-323.0..308.0)),
    };
    all.extend((0..inputs_each()).map(&mut draw));
    all
}
