//! The power of two, without branches.

use super::horner::{ROUND, horner};

/// The largest |x| for which [`exp2`] is correct.
pub const EXP2_MAX: f64 = 1000.0;

/// 2ˣ for |x| ≤ [`EXP2_MAX`], within 1 unit in the last place. Beyond that the value is wrong.
///
/// # Formula
///
/// x = n + r with n whole and |r| ≤ ½. A polynomial of degree 11 gives 2ʳ with a relative error of 6·10⁻¹⁸, and n is
/// added to the exponent bits. The coefficients are from `fpminimax` of Sollya.
#[inline(always)]
#[allow(clippy::approx_constant)] // the second coefficient is near ln 2
pub fn exp2<const FMA: bool>(x: f64) -> f64 {
    let shifted = x + ROUND;
    let r = x - (shifted - ROUND);
    let power = horner::<FMA, 12>(
        r,
        [
            1.0,
            6.931_471_805_599_453e-1,
            2.402_265_069_591_013_6e-1,
            5.550_410_866_482_233e-2,
            9.618_129_107_592_587e-3,
            1.333_355_814_635_863_4e-3,
            1.540_353_045_875_454_4e-4,
            1.525_273_382_889_332_6e-5,
            1.321_543_456_316_629e-6,
            1.017_807_659_837_705_2e-7,
            7.073_894_180_501_247e-9,
            4.451_517_973_833_998_5e-10,
        ],
    );
    f64::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 52))
}
