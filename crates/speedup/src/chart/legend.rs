//! The legend: a strip between the title and the picture, where it hides nothing.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::series::{self, Stroke};
use super::style::{self, Area, Drawn, FONT, TEXT};

/// Where the names begin, right of the vertical axis in most charts.
const LEFT: i32 = 78;
/// Height of one line of names.
const LINE: i32 = 21;
/// Room for a key, and between two entries.
const KEY: i32 = 34;
const GAP: i32 = 22;

/// What stands before a name.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// A line, with the mark of series number so and so on it.
    Line(Stroke, Option<usize>),
    /// The mark of series number so and so.
    Mark(usize),
    /// The bars of group number so and so.
    Bar(usize),
}

/// Draws the legend on top of an area; returns what is left of that. One name alone has none.
pub fn draw<'a>(
    root: &Area<'a>,
    area: &Area<'a>,
    entries: &[(&str, Key)],
) -> Result<Area<'a>, style::Undrawn> {
    if entries.len() < 2 {
        return Ok(area.clone());
    }
    let (width, _) = area.dim_in_pixel();
    let (mut x, mut y) = (LEFT, area.get_base_pixel().1 + LINE / 2);
    let left = (FONT, TEXT).into_text_style(root);
    let left = left.color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    for (name, key) in entries {
        let name = style::shortened(name, width as i32 - LEFT - KEY);
        let length = KEY + style::width(&name) + GAP;
        if x > LEFT && x + length > width as i32 {
            (x, y) = (LEFT, y + LINE);
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
        Key::Line(stroke, marked) => {
            stroke.draw(root, vec![(x, y), (x + 28, y)])?;
            marked.map_or(Ok(()), |k| series::mark(root, (x + 14, y), k))
        }
        Key::Mark(k) => series::mark(root, (x + 14, y), k),
        Key::Bar(k) => series::bar(root, [(x + 8, y - 7), (x + 26, y + 7)], k),
    }
}
