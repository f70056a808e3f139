//! Polynomials, and the fused multiply-add that they are made of.

/// A double of this size has no bits after the point: adding it to a small number rounds that, and leaves
/// the whole number in the low bits.
pub const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;

/// a b + c, rounded once if the instructions have it, otherwise after each operation.
///
/// `f64::mul_add` without the instruction calls a function some sixty times slower.
#[inline(always)]
pub fn mul_add<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// c₀ + c₁ x + c₂ x² + …, by Horner's rule.
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
