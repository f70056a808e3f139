//! What all charts share: size, colours, fonts, axes.

use plotters::coord::CoordTranslate;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

/// Width and height of a chart, in pixels of the screen.
pub const SIZE: (u32, u32) = (760, 420);

/// Font of all text.
pub const FONT: &str = "sans-serif";
/// Height of a title's letters.
pub const TITLE: i32 = 20;
/// Height of other letters.
pub const TEXT: i32 = 15;

/// Okabe and Ito's colours, the ones with most contrast on white first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Colour of grid lines.
pub const FAINT: RGBColor = RGBColor(225, 225, 225);
/// Colour of reference lines.
pub const GREY: RGBColor = RGBColor(110, 110, 110);

/// The colour of series number `k`.
pub fn colour(k: usize) -> RGBColor {
    COLOURS[k % COLOURS.len()]
}

/// Draws the legend of a chart's series.
pub fn legend<'a, B: DrawingBackend + 'a, C: CoordTranslate>(
    chart: &mut ChartContext<'a, B, C>,
    place: SeriesLabelPosition,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    chart
        .configure_series_labels()
        .position(place)
        .background_style(WHITE.mix(0.85))
        .border_style(FAINT)
        .label_font((FONT, TEXT))
        .draw()
}

/// Draws the axes of a chart with `count` rows of height 1, the first on top, each
/// named in its middle.
pub fn rows<'a, B: DrawingBackend + 'a>(
    chart: &mut ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    count: usize,
    name: impl Fn(usize) -> String,
    (x, y): (&str, &str),
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let label = |height: &f64| {
        let row = count as f64 - 0.5 - height;
        if row.fract() == 0.0 && row >= 0.0 {
            name(row as usize)
        } else {
            String::new()
        }
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|x| tick(*x))
        .y_labels((2 * count + 1).min(65))
        .y_label_formatter(&label)
        .x_desc(x)
        .y_desc(y)
        .label_style((FONT, TEXT))
        .axis_desc_style((FONT, TEXT))
        .draw()
}

/// A range that holds all values, with a margin, and zero if that is near.
pub fn range(values: impl Iterator<Item = f64> + Clone) -> std::ops::Range<f64> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let low = if low >= 0.0 && low < 0.5 * high {
        0.0
    } else {
        low
    };
    let margin = match high - low {
        span if span > 0.0 => 0.06 * span,
        _ => low.abs().max(1.0) * 0.5,
    };
    (if low == 0.0 { 0.0 } else { low - margin })..high + margin
}

/// A number on an axis: few digits, no trailing zeros.
pub fn tick(value: f64) -> String {
    let rounded = if value.abs() < 1e-12 { 0.0 } else { value };
    if rounded.abs() >= 10_000.0 {
        return crate::timing::significant(rounded, 3);
    }
    crate::timing::significant(rounded, 4)
}

/// A power of ten on a logarithmic axis, from its exponent; nothing between powers.
pub fn power_of_ten(exponent: f64) -> String {
    let nearest = exponent.round();
    if (exponent - nearest).abs() > 1e-6 {
        return String::new();
    }
    let digits = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    let raised = |c: char| c.to_digit(10).map_or("⁻", |d| digits[d as usize]);
    match nearest as i32 {
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
    fn ranges_hold_their_values_and_are_never_empty() {
        assert_eq!(range([1.0, 10.0].into_iter()).start, 0.0);
        let flat = range([5.0].into_iter());
        assert!(flat.start < 5.0 && flat.end > 5.0);
        let negative = range([-2.0, 2.0].into_iter());
        assert!(negative.start < -2.0 && negative.end > 2.0);
        let zero = range([0.0].into_iter());
        assert!(zero.end > zero.start);
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!(tick(0.1 + 0.2), "0.3");
        assert_eq!(tick(1e-17), "0");
        assert_eq!(tick(50_000.0), "50000");
        assert_eq!(power_of_ten(6.0), "10⁶");
        assert_eq!(power_of_ten(-2.0), "10⁻²");
        assert_eq!(power_of_ten(2.5), "");
    }
}
