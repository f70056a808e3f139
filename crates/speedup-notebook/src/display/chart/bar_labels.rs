//! The labels below the bars of a bar chart.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::frame::MARGIN;
use super::style::{Area, Drawn};
use super::text::{self, FONT, LINE, TEXT};

/// The most pixels of a vertical label.
const VERTICAL: i32 = 160;
/// Pixels from one vertical label to the next.
const LETTER: i32 = 13;
/// The most lines of a label.
const LINES: usize = 3;

/// One label per category: side by side, on two rows in turns, or vertical.
pub struct BarLabels {
    /// The lines of each label.
    labels: Vec<Vec<String>>,
    rows: usize,
    vertical: bool,
    /// 1 if all labels are shown, 2 for every second, and so on.
    step: usize,
}

impl BarLabels {
    /// The labels of categories that are `slot` pixels wide.
    pub fn new(categories: &[String], slot: i32) -> Self {
        let level = |rows: i32| {
            // The last label may fill the margin right of it, and the one before it likewise.
            let room = (rows * slot - 8 * (rows - 1)).min(slot + 2 * MARGIN);
            let labels = categories.iter();
            let labels: Vec<_> = labels.map(|name| text::lines(name, room, LINES)).collect();
            let complete = labels.iter().flatten().all(|line| !line.ends_with('…'));
            complete.then_some(Self {
                labels,
                rows: rows as usize,
                vertical: false,
                step: 1,
            })
        };
        level(1).or_else(|| level(2)).unwrap_or_else(|| Self {
            labels: categories
                .iter()
                .map(|name| vec![text::truncated(name, VERTICAL)])
                .collect(),
            rows: 1,
            vertical: true,
            step: (LETTER / slot.max(1)) as usize + 1,
        })
    }

    /// Pixels that the labels take below the axis.
    pub fn height(&self) -> i32 {
        if self.vertical {
            let widths = self.labels.iter().flatten().map(|label| text::width(label));
            return 14 + widths.max().unwrap_or(0);
        }
        18 + LINE * (self.rows * self.lines()) as i32
    }

    /// The most lines that a label has.
    fn lines(&self) -> usize {
        self.labels.iter().map(Vec::len).max().unwrap_or(1)
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
        for (c, lines) in self.labels.iter().enumerate().step_by(self.step) {
            let first = c % self.rows * self.lines();
            let at = (centre(c), bottom + 9 + LINE * first as i32);
            text::draw(root, lines, at, LINE, &style)?;
        }
        Ok(())
    }
}
