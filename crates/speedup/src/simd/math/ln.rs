//! The negative logarithm of a uniform number, without branches.

use super::horner::{horner, mul_add};
use std::f64::consts::LN_2;

/// −ln u for the number u = x / 2⁶⁴, with x from 1 to 2⁶⁴, within 2 units in the last place.
///
/// For x outside this range the value is wrong.
///
/// # Formula
///
/// x = 2ᵏ m with m from √½ to √2. With f = m − 1 and s = f / (2 + f),
/// ln m = 2 artanh s = f − f²/2 + s (f²/2 + s² P(s²)). The polynomial P has degree 6, and the sum has a relative
/// error of 5·10⁻¹⁸. The coefficients are from `fpminimax` of Sollya, the formula from the logarithm of Sun's `fdlibm`.
#[inline(always)]
pub fn neg_log_uniform<const FMA: bool>(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const MANTISSA: u64 = (1 << 52) - 1;
    // For a small whole number k, the bits of 2⁵² + k are those of 2⁵² with k in the lowest bits.
    const TWO_52: f64 = (1_u64 << 52) as f64;
    let from_sqrt_half = x.to_bits().wrapping_sub(SQRT_HALF);
    let left = (TWO_52 + 64.0) - f64::from_bits((from_sqrt_half >> 52) | TWO_52.to_bits()); // 64 − k
    let m = f64::from_bits((from_sqrt_half & MANTISSA).wrapping_add(SQRT_HALF));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let half_f2 = 0.5 * f * f;
    let p = horner::<FMA, 7>(
        s2,
        [
            6.666_666_666_666_67e-1,
            3.999_999_999_989_986_6e-1,
            2.857_142_862_591_827e-1,
            2.222_221_113_772_942_2e-1,
            1.818_288_912_878_172_3e-1,
            1.533_171_771_839_842_4e-1,
            1.461_652_335_782_924_2e-1,
        ],
    );
    let tail = mul_add::<FMA>(s2, p, half_f2);
    let neg_ln_m = mul_add::<FMA>(-s, tail, half_f2) - f;
    mul_add::<FMA>(left, LN_2, neg_ln_m)
}
