//! Polynomials by Horner's rule, and the fused multiply-add.

/// A number whose neighbours are 1 apart: x + ROUND rounds x to a whole number, which stands in the low bits.
pub const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;

/// a b + c, rounded once with `FMA`, otherwise after each operation.
///
/// `FMA` says that the instruction set has a fused multiply-add. Without the instruction, `f64::mul_add` calls a
/// function that takes about sixty times as long.
#[inline(always)]
pub fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// The polynomial c₀ + c₁ x + c₂ x² + …, by Horner's rule.
#[inline(always)]
pub fn horner<const FMA: bool, const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut value = coefficients[N - 1];
    for k in (0..N - 1).rev() {
        value = mul_add::<FMA>(value, x, coefficients[k]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_show_the_coefficients() {
        assert_eq!(horner::<false, 4>(10.0, [1.0, 2.0, 3.0, 4.0]), 4321.0);
        assert_eq!(horner::<true, 1>(10.0, [7.0]), 7.0);
    }
}
