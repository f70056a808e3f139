//! Numbers of any size as short text, such as `2.5·10⁹`.

use crate::measure::format::significant;

/// A number with 3 to 4 significant digits and, if it is very small or large, a power of a thousand.
pub fn format_number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return value.to_string();
    }
    if size == 0.0 || (1e-4..1e6).contains(&size) {
        let digits = if size >= 10_000.0 { 3 } else { 4 };
        return significant(value, digits);
    }
    let exponent = 3 * (size.log10() / 3.0).floor() as i32;
    let digits = significant(scaled(value, exponent), 4);
    format!("{digits}·{}", power_of_ten(exponent))
}

/// A number divided by ten to the power `exponent`, also where that power is no finite number above 0.
pub fn scaled(number: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    number / 10_f64.powi(half) / 10_f64.powi(exponent - half)
}

/// Ten to a power, such as `10⁻²`; `1` and `10` for the powers 0 and 1.
pub fn power_of_ten(exponent: i32) -> String {
    let digits = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    let raised = |c: char| c.to_digit(10).map_or("⁻", |d| digits[d as usize]);
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        n => format!(
            "10{}",
            n.to_string().chars().map(raised).collect::<String>()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_only_zero_is_written_as_zero() {
        let texts = [
            (0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (50_000.0, "50000"),
            (1e-16, "100·10⁻¹⁸"),
            (-2.5e9, "-2.5·10⁹"),
            (1e308, "100·10³⁰⁶"),
            (5e-324, "4.941·10⁻³²⁴"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in texts {
            assert_eq!(format_number(number), text);
        }
        assert_eq!([6, -2].map(power_of_ten), ["10⁶", "10⁻²"]);
    }
}
