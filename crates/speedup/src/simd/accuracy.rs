//! Tests of the vector mathematics against correctly rounded results, on millions of inputs.
//!
//! The reference is the crate `pxfm`, whose results are correctly rounded. A test compares `pxfm` with 256-bit
//! arithmetic on some thousands of the same inputs.

use astro_float_num::{BigFloat, Consts, Radix, RoundingMode};
use rand::RngExt;

use super::*;
use crate::Streams;

/// A function of the vector mathematics, applied to many inputs.
struct Map<'a, F>(&'a mut [f64], F);

/// One function of the vector mathematics.
trait Function {
    fn at<const FMA: bool>(x: f64) -> f64;
}

impl<F: Function> Multiversion for Map<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for x in self.0 {
            *x = F::at::<FMA>(*x);
        }
    }
}

macro_rules! function {
    ($name:ident, $fma:ident, $x:ident => $value:expr) => {
        #[derive(Clone, Copy)]
        struct $name;
        impl Function for $name {
            #[inline(always)]
            fn at<const $fma: bool>($x: f64) -> f64 {
                $value
            }
        }
    };
}
function!(Exp2, FMA, x => exp2::<FMA>(x));
function!(NegLogUniform, FMA, x => neg_log_uniform::<FMA>(x));
function!(Sine, FMA, x => sin_cos_quarter::<FMA>(x).0);
function!(Cosine, FMA, x => sin_cos_quarter::<FMA>(x).1);
function!(Cos, FMA, x => cos::<FMA>(x));

const COUNT: usize = 1_000_000;

fn inputs(mut draw: impl FnMut(f64) -> f64) -> Vec<f64> {
    let mut rng = Streams::new(4).stream(0);
    (0..COUNT).map(|_| draw(rng.random())).collect()
}

/// The distance of two doubles of the same sign, in units in the last place.
fn distance(a: f64, b: f64) -> u64 {
    assert!(a.is_finite() && a.signum() == b.signum(), "{a} {b}");
    a.to_bits().abs_diff(b.to_bits())
}

fn within<F: Function + Copy>(f: F, inputs: &[f64], most: u64, reference: fn(f64) -> f64) {
    for isa in Isa::available() {
        let mut values = inputs.to_vec();
        isa.dispatch(Map(&mut values, f));
        for (x, value) in inputs.iter().zip(values) {
            let apart = distance(value, reference(*x));
            assert!(
                apart <= most,
                "{isa}, at {x:e}: {value:e}, {apart} units apart"
            );
        }
    }
}

/// A whole number up to 2⁶⁴ whose logarithm is uniform: the argument that the kernels use, with many small ones.
fn large(share: f64) -> f64 {
    (2_f64.powf(64.0 * share)).floor()
}

#[test]
fn power_of_two() {
    let wide = inputs(|u| (2.0 * u - 1.0) * EXP2_MAX);
    let narrow = inputs(|u| (2.0 * u - 1.0) * 14.0);
    let tiny = inputs(|u| (u - 0.5) * 1e-5);
    for inputs in [wide, narrow, tiny] {
        within(Exp2, &inputs, 1, pxfm::f_exp2);
    }
}

#[test]
fn logarithm() {
    let near_one = inputs(|u| ((1.0 - u * 1e-3) * 2_f64.powi(64)).floor());
    let uniform = inputs(|u| 2_f64.powi(64) * u + 1.0);
    for inputs in [inputs(large), uniform, near_one] {
        within(NegLogUniform, &inputs, 2, |x| {
            -pxfm::f_log(x / 2_f64.powi(64))
        });
    }
    let mut ends = [2_f64.powi(64), 1.0];
    Isa::chosen()
        .unwrap()
        .dispatch(Map(&mut ends, NegLogUniform));
    assert_eq!(ends, [0.0, 64.0 * std::f64::consts::LN_2]);
}

#[test]
fn sine_and_cosine_of_quarter_turns() {
    for inputs in [inputs(|u| u - 0.5), inputs(|u| (u - 0.5) * 1e-9)] {
        within(Sine, &inputs, 2, |x| pxfm::f_sinpi(x / 2.0));
        within(Cosine, &inputs, 2, |x| pxfm::f_cospi(x / 2.0));
    }
}

#[test]
fn cosine() {
    for inputs in [
        inputs(|u| 18.0 * u),
        inputs(|u| COS_MAX * (2.0 * u - 1.0)),
        inputs(|u| u * 1e-4),
    ] {
        within(Cos, &inputs, 2, pxfm::f_cos);
    }
    // The doubles next to the lecture's zeros, with a fused multiply-add.
    let zeros: Vec<f64> = (0..6)
        .map(|n| (f64::from(n) + 0.5) * std::f64::consts::PI)
        .flat_map(|zero| [zero.next_down(), zero, zero.next_up()])
        .collect();
    for isa in Isa::available()
        .into_iter()
        .filter(|isa| *isa != Isa::BASELINE)
    {
        let mut values = zeros.clone();
        isa.dispatch(Map(&mut values, Cos));
        for (x, value) in zeros.iter().zip(values) {
            assert!(
                distance(value, pxfm::f_cos(*x)) <= 2,
                "{isa}, at {x:e}: {value:e}"
            );
        }
    }
}

/// AVX2 and AVX-512 give the same bits.
#[test]
fn same_bits_where_products_are_fused() {
    let inputs = inputs(|u| 18.0 * u);
    let bits = |isa: Isa| {
        let mut values = inputs.clone();
        isa.dispatch(Map(&mut values, Cos));
        values.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    let mut fused = Isa::available()
        .into_iter()
        .filter(|isa| *isa != Isa::BASELINE);
    if let Some(first) = fused.next() {
        assert!(fused.all(|isa| bits(isa) == bits(first)));
    }
}

#[test]
fn the_reference_is_correctly_rounded() {
    let (mut constants, nearest) = (Consts::new().unwrap(), RoundingMode::ToEven);
    let rounded = |value: BigFloat, constants: &mut Consts| -> f64 {
        value
            .format(Radix::Dec, nearest, constants)
            .unwrap()
            .parse()
            .unwrap()
    };
    let (pi, ln_2) = (constants.pi(256, nearest), constants.ln_2(256, nearest));
    let big = |x: f64| BigFloat::from_f64(x, 256);
    for u in inputs(|u| u).into_iter().step_by(1_000) {
        let check = |value: BigFloat, reference: f64| {
            assert_eq!(rounded(value, &mut Consts::new().unwrap()), reference);
        };
        let constants = &mut constants;
        let (x, angle) = (28.0 * u - 14.0, (u - 0.5) / 2.0);
        check(
            big(x).mul(&ln_2, 256, nearest).exp(256, nearest, constants),
            pxfm::f_exp2(x),
        );
        check(big(u).ln(256, nearest, constants), pxfm::f_log(u));
        check(
            big(18.0 * u).cos(256, nearest, constants),
            pxfm::f_cos(18.0 * u),
        );
        let turned = big(angle).mul(&pi, 256, nearest);
        check(turned.sin(256, nearest, constants), pxfm::f_sinpi(angle));
        check(turned.cos(256, nearest, constants), pxfm::f_cospi(angle));
    }
}
