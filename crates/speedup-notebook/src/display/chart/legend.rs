//! The legend: lines of names between the title and the axes.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::series::{self, Stroke};
use super::style::{self, Area, Drawn};
use super::text::{self, FONT, TEXT};

/// The left end of each line in pixels, near the vertical axis of most charts; less in a narrow one.
const LEFT: i32 = 78;
/// Height of one line of names in pixels.
const LINE: i32 = 21;
/// Pixels for a key.
const KEY: i32 = 34;
/// Pixels between two entries.
const GAP: i32 = 22;

/// The picture before a name.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// A line, with the marker of the series with this number, if given.
    Line(Stroke, Option<usize>),
    /// The marker of the series with this number.
    Marker(usize),
    /// A bar of the group with this number.
    Bar(usize),
}

/// Draws the legend at the top of an area and returns the area below it. One name alone has no legend.
pub fn draw<'a>(
    root: &Area<'a>,
    area: &Area<'a>,
    entries: &[(&str, Key)],
) -> Result<Area<'a>, style::DrawError> {
    if entries.len() < 2 {
        return Ok(area.clone());
    }
    let (width, _) = area.dim_in_pixel();
    let begin = LEFT.min(width as i32 / 10);
    let (mut x, mut y) = (begin, area.get_base_pixel().1 + LINE / 2);
    let left = (FONT, TEXT).into_text_style(root);
    let left = left.color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    for (name, key) in entries {
        let name = text::truncated(name, width as i32 - begin - KEY);
        let length = KEY + text::width(&name) + GAP;
        if x > begin && x + length > width as i32 {
            (x, y) = (begin, y + LINE);
        }
        draw_key(root, (x, y), *key)?;
        root.draw(&Text::new(name, (x + KEY, y), left.clone()))?;
        x += length;
    }
    let (_, rest) = area.split_vertically(y + LINE / 2 - area.get_base_pixel().1);
    Ok(rest)
}

fn draw_key(root: &Area<'_>, (x, y): (i32, i32), key: Key) -> Drawn {
    match key {
        Key::Line(stroke, series) => {
            stroke.draw(root, vec![(x, y), (x + 28, y)])?;
            series.map_or(Ok(()), |k| series::marker(root, (x + 14, y), k))
        }
        Key::Marker(k) => series::marker(root, (x + 14, y), k),
        Key::Bar(k) => series::bar(root, [(x + 8, y - 7), (x + 26, y + 7)], k),
    }
}
