//! What all charts share: size, colours, fonts, axes.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

use super::legend::{self, Key};

/// Width and height of a chart, in pixels of the screen.
pub const SIZE: (u32, u32) = (760, 420);

/// Font of all text.
pub const FONT: &str = "sans-serif";
/// Height of a title's letters.
pub const TITLE: i32 = 20;
/// Height of other letters.
pub const TEXT: i32 = 15;

/// The palette: those of Okabe and Ito's colours that can be seen well on white, which
/// people with any kind of colour vision can tell apart. Text is black.
pub const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 0, 0),
];

/// Colour of grid lines.
pub const FAINT: RGBColor = RGBColor(225, 225, 225);
/// Colour of reference lines.
pub const GREY: RGBColor = RGBColor(110, 110, 110);

/// A picture, or a part of it.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Why something could not be drawn.
pub type Undrawn = DrawingAreaErrorKind<std::io::Error>;
/// Whether something was drawn.
pub type Drawn = Result<(), Undrawn>;

/// The colour of series number `k`.
pub fn colour(k: usize) -> RGBColor {
    COLOURS[k % COLOURS.len()]
}

/// The same, light enough for text on it.
pub fn light(k: usize) -> RGBColor {
    let RGBColor(red, green, blue) = colour(k);
    let [red, green, blue] = [red, green, blue].map(|part| 255 - (255 - part) / 3);
    RGBColor(red, green, blue)
}

/// Pixels that a text takes at most, in the usual fonts.
pub fn width(text: &str) -> i32 {
    // plotters draws letters of `TEXT` / 1.24 pixels.
    (0.62 * f64::from(TEXT) / 1.24 * text.chars().count() as f64).ceil() as i32
}

/// An opaque card, so that the page may be dark, with a title and a legend.
///
/// Returns the whole picture, and the part that is left for axes.
pub fn card<'a>(
    svg: &'a mut String,
    size: (u32, u32),
    title: &str,
    entries: &[(&str, Key)],
) -> Result<(Area<'a>, Area<'a>), Undrawn> {
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let inside = root.margin(10, 0, 0, 0);
    let below = inside.titled(title, (FONT, TITLE).into_font().color(&BLACK))?;
    let rest = legend::draw(&root, &below, entries)?;
    Ok((root, rest))
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
    fn colours_and_text_have_the_contrast_that_wcag_asks_for() {
        for k in 0..COLOURS.len() {
            assert!(contrast(colour(k), WHITE) >= 3.0, "{k}");
            assert!(contrast(BLACK, light(k)) >= 4.5, "{k}");
            assert!(contrast(colour(k), light(k)) >= 1.5, "{k}");
        }
        assert!(contrast(GREY, WHITE) >= 4.5);
        assert!(contrast(BLACK, FAINT) >= 4.5);
        // The measure itself: Okabe and Ito's yellow is too light for a line.
        assert!(contrast(RGBColor(240, 228, 66), WHITE) < 3.0);
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn with_any_colour_vision_the_palette_has_five_colours() {
        for vision in [TYPICAL, PROTANOPIA, DEUTERANOPIA, TRITANOPIA] {
            for (k, one) in COLOURS.iter().enumerate() {
                for other in &COLOURS[..k] {
                    assert!(difference(*one, *other, vision) > 15.0, "{one:?} {other:?}");
                }
            }
        }
        // The measure itself: red and green as traffic lights have them.
        let (red, green) = (RGBColor(190, 80, 40), RGBColor(120, 110, 40));
        assert!(difference(red, green, DEUTERANOPIA) < 15.0);
        assert!(difference(red, green, TYPICAL) > 15.0);
    }

    type Vision = [[f64; 3]; 3];
    const TYPICAL: Vision = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    // G. M. Machado et al., "A physiologically-based model for simulation of color vision
    // deficiency", IEEE TVCG 2009, for severity 1.
    const PROTANOPIA: Vision = [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ];
    const DEUTERANOPIA: Vision = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ];
    const TRITANOPIA: Vision = [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ];

    fn linear(RGBColor(red, green, blue): RGBColor) -> [f64; 3] {
        [red, green, blue].map(|part| match f64::from(part) / 255.0 {
            low if low <= 0.04045 => low / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        })
    }

    fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }

    const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];

    /// Contrast as WCAG 2 defines it.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let [a, b] = [a, b].map(|colour| dot(LUMINANCE, linear(colour)) + 0.05);
        a.max(b) / a.min(b)
    }

    /// Distance of two colours in CIELAB, as somebody with this colour vision sees them.
    fn difference(a: RGBColor, b: RGBColor, vision: Vision) -> f64 {
        let lab = |colour| {
            let seen = vision.map(|row| dot(row, linear(colour)).clamp(0.0, 1.0));
            let root = |t: f64| match t {
                t if t > 0.008856 => t.cbrt(),
                t => 7.787 * t + 16.0 / 116.0,
            };
            let x = root(dot([0.4124, 0.3576, 0.1805], seen) / 0.95047);
            let y = root(dot(LUMINANCE, seen));
            let z = root(dot([0.0193, 0.1192, 0.9505], seen) / 1.08883);
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        let (a, b) = (lab(a), lab(b));
        let off = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
        dot(off, off).sqrt()
    }

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
