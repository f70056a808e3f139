//! Sine and cosine without branches.

use super::horner::{ROUND, horner, mul_add};
use std::f64::consts::{FRAC_1_PI, FRAC_PI_2};

/// π/2 minus the double nearest to it.
const PI_2_LOW: f64 = 6.123_233_995_736_766e-17;

/// Sine and cosine of π x / 2 for |x| ≤ ½, each within 2 units in the last place.
///
/// x is an angle in quarter turns. For |x| above ½ the values are wrong.
///
/// # Formula
///
/// The sine is x times a polynomial of x², whose first coefficient π/2 has two parts. The cosine is a polynomial of x².
/// The relative errors are 4·10⁻¹⁸ and 6·10⁻¹⁷. The coefficients are from `fpminimax` of Sollya.
#[inline(always)]
pub fn sin_cos_quarter<const FMA: bool>(x: f64) -> (f64, f64) {
    let x2 = x * x;
    let low = horner::<FMA, 7>(
        x2,
        [
            PI_2_LOW,
            -6.459_640_975_062_448e-1,
            7.969_262_624_605_88e-2,
            -4.681_754_132_546_825e-3,
            1.604_411_520_547_294_5e-4,
            -3.598_647_393_285_558_5e-6,
            5.634_414_442_050_874_3e-8,
        ],
    );
    let cosine = horner::<FMA, 7>(
        x2,
        [
            1.0,
            -1.233_700_550_136_155_3,
            2.536_695_078_999_572e-1,
            -2.086_348_073_583_361_6e-2,
            9.192_599_539_067_516e-4,
            -2.520_014_225_671_678_5e-5,
            4.655_327_121_073_418_4e-7,
        ],
    );
    (mul_add::<FMA>(x, FRAC_PI_2, x * low), cosine)
}

/// The largest |x| for which [`cos`] is correct.
pub const COS_MAX: f64 = 1000.0;

/// cos x for |x| ≤ [`COS_MAX`], within 2 units in the last place. Beyond that the value is wrong.
///
/// The result may lose digits if x is nearer to a zero of the cosine than 10⁻¹⁴, or than 10⁻⁹ without a fused
/// multiply-add.
///
/// # Formula
///
/// x = (n + ½) π − r with |r| ≤ π/2. Then cos x is sin r for even n and sin(−r) for odd n. A polynomial gives sin r with
/// a relative error of 3·10⁻¹⁹. The coefficients are from `fpminimax` of Sollya.
#[inline(always)]
pub fn cos<const FMA: bool>(x: f64) -> f64 {
    sin_half_turn::<FMA>(cos_as_sin::<FMA>(x))
}

/// The angle r with |r| ≤ π/2 and sin r = cos x, for |x| ≤ [`COS_MAX`]. The first part of [`cos`].
#[inline(always)]
pub fn cos_as_sin<const FMA: bool>(x: f64) -> f64 {
    // π in two parts. Without a fused product the first part has 40 bits, so that its product is exact.
    let (high, low) = if FMA {
        (2.0 * FRAC_PI_2, 2.0 * PI_2_LOW)
    } else {
        (3.141_592_653_588_304_5, 1.488_709_496_097_702_5e-12)
    };
    let shifted = mul_add::<FMA>(x, FRAC_1_PI, -0.5) + ROUND;
    let n_and_half = (shifted - ROUND) + 0.5;
    let r = mul_add::<FMA>(n_and_half, low, mul_add::<FMA>(n_and_half, high, -x));
    // The lowest bit of n is the sign.
    f64::from_bits(r.to_bits() ^ (shifted.to_bits() << 63))
}

/// sin r for |r| ≤ π/2. The second part of [`cos`].
#[inline(always)]
pub fn sin_half_turn<const FMA: bool>(r: f64) -> f64 {
    let r2 = r * r;
    let p = horner::<FMA, 8>(
        r2,
        [
            -1.666_666_666_666_666_6e-1,
            8.333_333_333_333_207e-3,
            -1.984_126_984_121_250_9e-4,
            2.755_731_921_158_031_6e-6,
            -2.505_210_690_590_247_7e-8,
            1.605_894_109_836_762_8e-10,
            -7.643_022_362_649_554e-13,
            2.721_455_519_971_528e-15,
        ],
    );
    mul_add::<FMA>(r * r2, p, r)
}
