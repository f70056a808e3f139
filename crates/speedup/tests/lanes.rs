//! Vector code against its scalar definition, bit for bit, for every instruction set of this processor.
//!
//! Each function gets 20,000 inputs, or 20 times the number in the variable `PROPTEST_CASES`: any bits, numbers of its
//! domain, and those at which functions go wrong. The bounds against correctly rounded results are tested in
//! `src/simd/accuracy.rs`.

#[path = "support/numbers.rs"]
mod numbers;
mod support;

use numbers::{inputs, inputs_each};
use rand::{Rng, RngExt};
use speedup::Streams;
use speedup::random::box_muller::{lane_pair, pair};
use speedup::random::stream_lanes::StreamLanes;
use speedup::random::streams::FloatStream;
use speedup::simd::{
    COS_MAX, EXP2_MAX, Isa, Multiversion, cos, exp2, mul_add, neg_log_uniform, sin_cos_quarter,
};
use support::same;

/// A function of a few numbers, one lane of it.
trait Function {
    type Input: Copy;
    fn at<const FMA: bool>(input: Self::Input) -> [f64; 2];
}

/// The function in a loop over lanes.
struct Loop<'a, F: Function>(&'a [F::Input], &'a mut [[f64; 2]]);

impl<F: Function> Multiversion for Loop<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (input, out) in self.0.iter().zip(self.1) {
            *out = F::at::<FMA>(*input);
        }
    }
}

/// The function of one input alone, which is no loop that could have vector instructions.
#[inline(never)]
fn alone<F: Function>(input: F::Input, fma: bool) -> [f64; 2] {
    match fma {
        true => F::at::<true>(input),
        false => F::at::<false>(input),
    }
}

fn agree<F: Function>(name: &str, inputs: &[F::Input])
where
    F::Input: std::fmt::Debug,
{
    for isa in Isa::available() {
        let mut lanes = vec![[0.0; 2]; inputs.len()];
        isa.dispatch(Loop::<F>(inputs, &mut lanes));
        let fma = isa != Isa::BASELINE || cfg!(target_arch = "aarch64");
        for (input, lane) in inputs.iter().zip(lanes) {
            let scalar = alone::<F>(*input, fma);
            let is_same = lane.iter().zip(scalar).all(|(a, b)| same(*a, b));
            assert!(is_same, "{name}, {isa}, at {input:?}: {lane:?} {scalar:?}");
        }
    }
}

macro_rules! function {
    ($name:ident, $input:ty, |$fma:ident, $x:pat_param| $value:expr) => {
        struct $name;
        impl Function for $name {
            type Input = $input;
            #[inline(always)]
            fn at<const $fma: bool>($x: $input) -> [f64; 2] {
                $value
            }
        }
    };
}
function!(Exp2, f64, |FMA, x| [exp2::<FMA>(x), 0.0]);
function!(Log, f64, |FMA, x| [neg_log_uniform::<FMA>(x), 0.0]);
function!(Quarter, f64, |FMA, x| sin_cos_quarter::<FMA>(x).into());
function!(Cos, f64, |FMA, x| [cos::<FMA>(x), 0.0]);
function!(Root, f64, |FMA, x| [x.sqrt(), 1.0 / x]);
function!(Fused, [f64; 3], |FMA, [a, b, c]| [
    mul_add::<FMA>(a, b, c),
    0.0
]);
function!(Normals, [u64; 2], |FMA, [first, second]| {
    lane_pair::<FMA>(first, second).into()
});

#[test]
fn functions_have_the_bits_of_their_scalar_definition() {
    agree::<Exp2>("exp2", &inputs(1, EXP2_MAX));
    agree::<Log>("neg_log_uniform", &inputs(2, 2_f64.powi(64)));
    agree::<Quarter>("sin_cos_quarter", &inputs(3, 0.5));
    agree::<Cos>("cos", &inputs(4, COS_MAX));
    agree::<Root>("square root and reciprocal", &inputs(5, 1e3));
    let (a, b, c) = (inputs(6, 10.0), inputs(7, 1e3), inputs(8, 1.0));
    let terms = a.iter().zip(&b).zip(&c).map(|((a, b), c)| [*a, *b, *c]);
    agree::<Fused>("mul_add", &terms.collect::<Vec<_>>());
}

/// Draws of every kind: the same bits as alone, and within the bound of the documentation of the pair that libm makes.
#[test]
fn normals_have_the_bits_of_their_scalar_definition() {
    let mut rng = Streams::new(9).stream(0);
    let ends = [0_u64, 1, 2, 3, 1 << 11, 1 << 12, 1 << 52, 1 << 62, 1 << 63];
    let ends = || ends.into_iter().flat_map(|x| [x, x.wrapping_neg(), !x]);
    let mut draws: Vec<[u64; 2]> = ends().flat_map(|a| ends().map(move |b| [a, b])).collect();
    let random = |_| [rng.random::<u64>() >> rng.random_range(0..60), rng.random()];
    draws.extend((0..inputs_each()).map(random));
    agree::<Normals>("lane_pair", &draws);
    for isa in Isa::available() {
        let mut lanes = vec![[0.0; 2]; draws.len()];
        isa.dispatch(Loop::<Normals>(&draws, &mut lanes));
        for (draw, lane) in draws.iter().zip(lanes) {
            let (x, y) = pair(&mut Replay(draw.iter()));
            let apart = (lane[0] - x).abs().max((lane[1] - y).abs());
            let bound = if x.hypot(y) > 5.0 { 1e-14 } else { 4e-15 };
            assert!(apart <= bound, "{isa}, {draw:?}: {lane:?} {x} {y}");
        }
    }
}

/// A generator that gives known numbers.
struct Replay<'a>(std::slice::Iter<'a, u64>);

impl rand::TryRng for Replay<'_> {
    type Error = std::convert::Infallible;
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(*self.0.next().unwrap())
    }
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("a pair takes numbers of 64 bits")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("a pair takes numbers of 64 bits")
    }
}

/// 16 neighbouring streams, one per lane.
struct Draws<'a>(StreamLanes<16>, &'a mut [[u64; 16]]);

impl Multiversion for Draws<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self(mut lanes, out) = self;
        for row in out {
            for (lane, out) in row.iter_mut().enumerate() {
                *out = lanes.next(lane);
            }
        }
    }
}

#[test]
fn streams_in_lanes_have_the_bits_of_single_streams() {
    let streams = Streams::new(10);
    for first in [0, 77, (1 << 63) - 3, u64::MAX - 2] {
        for isa in Isa::available() {
            let mut drawn = vec![[0; 16]; inputs_each() / 64 + 1];
            isa.dispatch(Draws(StreamLanes::new(streams, first), &mut drawn));
            let alone = |lane: u64| streams.floats(first.wrapping_add(lane));
            let mut alone: Vec<FloatStream> = (0..16).map(alone).collect();
            for row in drawn {
                assert_eq!(
                    row.as_slice(),
                    alone.iter_mut().map(Rng::next_u64).collect::<Vec<_>>(),
                    "{isa}"
                );
            }
        }
    }
}
