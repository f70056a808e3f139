//! The colour of a series, and the dashes, marker or shading that tell it apart without colour.

use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::style::{self, Area, Drawn, colour};

/// Dash and gap in pixels; the first line is solid.
const DASHES: [Option<(i32, i32)>; 4] = [None, Some((10, 4)), Some((5, 4)), Some((2, 3))];

/// The colour and the dashes of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    colour: RGBColor,
    dash: Option<(i32, i32)>,
}

impl Stroke {
    /// The line of series number `k`. With markers, only the series beyond the palette have dashes.
    pub fn of_series(k: usize, markers: bool) -> Self {
        let dash = if markers { k / style::COLOURS.len() } else { k };
        Self {
            colour: colour(k),
            dash: DASHES[dash % DASHES.len()],
        }
    }

    /// A reference line: grey and dashed.
    pub fn reference() -> Self {
        Self {
            colour: style::GREY,
            dash: Some((6, 4)),
        }
    }

    /// A thin solid grey line, which marks a place on an axis.
    pub fn thin() -> Self {
        Self {
            colour: style::GREY,
            dash: None,
        }
    }

    /// Draws the line through pixels of the picture.
    pub fn draw(self, root: &Area<'_>, pixels: Vec<(i32, i32)>) -> Drawn {
        let pen = self.colour.stroke_width(2);
        match self.dash {
            None => root.draw(&PathElement::new(pixels, pen)),
            Some((dash, gap)) => root.draw(&DashedPathElement::new(pixels, dash, gap, pen)),
        }
    }
}

/// Draws the marker of series number `k` with its centre at a pixel of the picture. There are six shapes and five
/// colours, so 30 series differ.
pub fn marker(root: &Area<'_>, (x, y): (i32, i32), k: usize) -> Drawn {
    let (full, pen) = (colour(k).filled(), colour(k).stroke_width(2));
    let square = [(x - 4, y - 4), (x + 4, y + 4)];
    match k % 6 {
        0 => root.draw(&Circle::new((x, y), 5, full)),
        1 => {
            root.draw(&Rectangle::new(square, WHITE.filled()))?;
            root.draw(&Rectangle::new(square, pen))
        }
        2 => root.draw(&TriangleMarker::new((x, y), 7, full)),
        3 => {
            root.draw(&Circle::new((x, y), 4, WHITE.filled()))?;
            root.draw(&Circle::new((x, y), 4, pen))
        }
        4 => root.draw(&Rectangle::new(square, full)),
        _ => root.draw(&Cross::new((x, y), 5, pen)),
    }
}

/// Draws a bar of group number `k` between two corners. Every second group has light bars with an
/// edge.
pub fn bar(root: &Area<'_>, corners: [(i32, i32); 2], k: usize) -> Drawn {
    let [(x0, y0), (x1, y1)] = corners;
    if k.is_multiple_of(2) || y1 - y0 < 3 {
        return root.draw(&Rectangle::new(corners, colour(k).filled()));
    }
    root.draw(&Rectangle::new(corners, style::light(k).filled()))?;
    let inside = [(x0 + 1, y0 + 1), (x1 - 1, y1 - 1)];
    root.draw(&Rectangle::new(inside, colour(k).stroke_width(2)))
}

/// Draws the interval of a number between two pixels, one above the other: a line with a cap at each
/// end. An interval of less than 3 pixels has none.
pub fn whisker(root: &Area<'_>, [(x, low), (_, high)]: [(i32, i32); 2]) -> Drawn {
    if (high - low).abs() < 3 {
        return Ok(());
    }
    for ends in [
        [(x, low), (x, high)],
        [(x - 4, low), (x + 4, low)],
        [(x - 4, high), (x + 4, high)],
    ] {
        root.draw(&PathElement::new(ends, BLACK.stroke_width(1)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_any_four_lines_and_six_markers_still_differ() {
        let dashes: Vec<_> = (0..4).map(|k| Stroke::of_series(k, false).dash).collect();
        let drawn = |k: usize| {
            let mut svg = String::new();
            {
                let root = SVGBackend::with_string(&mut svg, (40, 40)).into_drawing_area();
                marker(&root, (20, 20), k).unwrap();
                root.present().unwrap();
            }
            let colour = format!("{:02X}{:02X}{:02X}", colour(k).0, colour(k).1, colour(k).2);
            svg.replace(&colour, "any")
        };
        for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
            assert_ne!(dashes[a], dashes[b]);
        }
        for (a, b) in (0..6).flat_map(|a| (0..a).map(move |b| (a, b))) {
            assert_ne!(drawn(a), drawn(b));
        }
        assert!(!dashes.contains(&Stroke::reference().dash));
    }
}
