//! What all charts share: size, colours, the background with the title.

use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::legend::{self, Key};
use super::text::{self, FONT, TEXT, TITLE};

/// Width and height of a chart, in pixels of the screen.
pub type Size = (u32, u32);
/// The size on a page that is wide enough, and on paper.
pub const WIDE: Size = (760, 420);
/// The size on a phone, where the text of the other would be too small.
pub const NARROW: Size = (370, 340);

/// The most lines of a title.
const TITLE_LINES: usize = 3;
/// Pixels from one line of a title to the next.
const TITLE_LINE: i32 = 22;

/// The palette: the colours of Okabe and Ito that have contrast on white. People with any kind of
/// colour vision can tell them apart.
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
pub type DrawError = DrawingAreaErrorKind<std::io::Error>;
/// The result of drawing something.
pub type Drawn = Result<(), DrawError>;

/// The colour of series number `k`.
pub fn colour(k: usize) -> RGBColor {
    COLOURS[k % COLOURS.len()]
}

/// The colour of series number `k`, light enough for black text on it.
pub fn light(k: usize) -> RGBColor {
    let RGBColor(red, green, blue) = colour(k);
    let [red, green, blue] = [red, green, blue].map(|part| 255 - (255 - part) / 3);
    RGBColor(red, green, blue)
}

/// Draws a white background, a title and a legend. The page behind may be dark.
///
/// Returns the whole picture, and the part below that is left for axes.
pub fn background<'a>(
    svg: &'a mut String,
    size: Size,
    title: &str,
    entries: &[(&str, Key)],
) -> Result<(Area<'a>, Area<'a>), DrawError> {
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let width = size.0 as i32;
    let lines = text::lines(title, (width - 20) * TEXT / TITLE, TITLE_LINES);
    let centred = (FONT, TITLE).into_text_style(&root);
    let centred = centred.color(&BLACK).pos(Pos::new(HPos::Center, VPos::Top));
    text::draw(&root, &lines, (width / 2, 12), TITLE_LINE, &centred)?;
    let below = root.margin(14 + TITLE_LINE * lines.len() as i32, 0, 0, 0);
    let rest = legend::draw(&root, &below, entries)?;
    Ok((root, rest))
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

    /// Distance of two colours in CIELAB, for a person with this colour vision.
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
}
