//! The labels below the bars of a bar chart.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::style::{self, Area, Drawn, FONT, TEXT};

/// The most pixels of a vertical label.
const VERTICAL: i32 = 160;
/// Pixels from one vertical label to the next.
const LETTER: i32 = 13;
/// Pixels from one line of labels to the next.
const LINE: i32 = 16;

/// One label per category: on one line, on two lines in turns, or vertical.
pub struct BarLabels {
    labels: Vec<String>,
    lines: i32,
    vertical: bool,
    /// 1 if all labels are shown, 2 for every second, and so on.
    step: usize,
}

impl BarLabels {
    /// The labels of categories that are `slot` pixels wide.
    pub fn new(categories: &[String], slot: i32) -> Self {
        let widest = categories.iter().map(|name| style::width(name)).max();
        let widest = widest.unwrap_or(0);
        let vertical = widest > 2 * slot - 8;
        let most = if vertical { VERTICAL } else { widest };
        let labels = categories.iter().map(|name| style::truncated(name, most));
        Self {
            labels: labels.collect(),
            lines: if widest > slot && !vertical { 2 } else { 1 },
            vertical,
            step: if vertical {
                (LETTER / slot.max(1)) as usize + 1
            } else {
                1
            },
        }
    }

    /// Pixels that the labels take below the axis.
    pub fn height(&self) -> i32 {
        let longest = self.labels.iter().map(|label| style::width(label)).max();
        match self.vertical {
            true => 14 + longest.unwrap_or(0),
            false => 18 + LINE * self.lines,
        }
    }

    /// Draws the labels below the pixel row `bottom`; `centre` gives the pixel column of a category.
    pub fn draw(&self, root: &Area<'_>, bottom: i32, centre: impl Fn(usize) -> i32) -> Drawn {
        let font = (FONT, TEXT).into_font();
        let (font, anchor) = match self.vertical {
            true => (
                font.transform(FontTransform::Rotate90),
                Pos::new(HPos::Left, VPos::Center),
            ),
            false => (font, Pos::new(HPos::Center, VPos::Top)),
        };
        let style = font.into_text_style(root).pos(anchor).color(&BLACK);
        for (c, label) in self.labels.iter().enumerate().step_by(self.step) {
            let line = c as i32 % self.lines;
            let at = (centre(c), bottom + 9 + LINE * line);
            root.draw(&Text::new(label.as_str(), at, style.clone()))?;
        }
        Ok(())
    }
}
