//! Two axes drawn by plotters, with grid lines, labels and titles.
//!
//! The chart inside has coordinates in fractions of its axes, from 0 to 1, so that plotters never
//! computes with the numbers themselves, whose differences may overflow.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::style::{self, Area, DrawError, FAINT};
use super::text::{self, FONT, LINE, TEXT};

/// Pixels around the axes with their labels and titles.
pub const MARGIN: i32 = 12;

/// A chart whose coordinates are fractions of its axes.
pub type Frame<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Fractions, Fractions>>;

/// One coordinate for plotters: the fractions of an axis at which labels stand.
pub struct Fractions(Vec<f64>);

impl Ranged for Fractions {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, fraction: &f64, (low, high): (i32, i32)) -> i32 {
        // What lies far outside is not seen. plotters computes with these pixels, in 32 bits.
        let fraction = fraction.clamp(-10.0, 10.0);
        low + (f64::from(high - low) * fraction + 1e-3).floor() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.0.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        0.0..1.0
    }
}

/// Draws two axes.
pub fn frame<'a, 'b>(
    area: &'a Area<'b>,
    (x, y): (&Axis, &Axis),
    titles: (&str, &str),
) -> Result<Frame<'a, 'b>, DrawError> {
    frame_with_margins(area, (46, x.overhang()), (x, y), titles)
}

/// Draws two axes with this many pixels below the horizontal axis and right of it.
///
/// The title of the vertical axis stands beside it, and above it in a narrow picture.
pub fn frame_with_margins<'a, 'b>(
    area: &'a Area<'b>,
    (below, right): (i32, i32),
    (x, y): (&Axis, &Axis),
    (x_title, y_title): (&str, &str),
) -> Result<Frame<'a, 'b>, DrawError> {
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (width as i32, height as i32);
    let left = left_of_plot(y, width);
    let plot = width - MARGIN - left - right;
    let x_title = lines(x_title, plot);
    let y_above = match is_narrow(width) {
        true => lines(y_title, width - MARGIN),
        false => Vec::new(),
    };
    let above = MARGIN + pixels(&y_above);
    let below = below + pixels(&x_title).max(LINE) - LINE;
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_top(above)
        .margin_right(right)
        .x_label_area_size(below)
        .y_label_area_size(left)
        .build_cartesian_2d(
            Fractions(thinned(x, plot, |label| text::width(label) + 6)),
            Fractions(thinned(y, height - above - below - MARGIN, |_| LINE)),
        )?;
    let y_beside = match is_narrow(width) {
        true => String::new(),
        // The title of a short vertical axis may fill the margins, where nothing else is drawn.
        false => text::truncated(
            y_title,
            chart.plotting_area().dim_in_pixel().1 as i32 + 2 * MARGIN,
        ),
    };
    chart
        .configure_mesh()
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|fraction| x.label(*fraction))
        .y_label_formatter(&|fraction| y.label(*fraction))
        .y_desc(y_beside)
        .label_style((FONT, TEXT))
        .axis_desc_style((FONT, TEXT))
        .draw()?;
    let style = (FONT, TEXT).into_text_style(area).color(&BLACK);
    let left_aligned = style.pos(Pos::new(HPos::Left, VPos::Top));
    text::draw(area, &y_above, (MARGIN, 4), LINE, &left_aligned)?;
    let centred = left_aligned.pos(Pos::new(HPos::Center, VPos::Top));
    let middle = (MARGIN + left + plot / 2, height - MARGIN - pixels(&x_title));
    text::draw(area, &x_title, middle, LINE, &centred)?;
    Ok(chart)
}

/// Pixels left of the plot, for the labels of the vertical axis and a title beside it.
pub fn left_of_plot(y: &Axis, width: i32) -> i32 {
    match is_narrow(width) {
        true => y.label_width(),
        false => (20 + y.label_width()).max(66),
    }
}

fn is_narrow(width: i32) -> bool {
    width <= style::NARROW.0 as i32
}

/// The lines of an axis's title; none for an empty one.
fn lines(title: &str, pixels: i32) -> Vec<String> {
    let mut lines = text::lines(title, pixels, 2);
    lines.retain(|line| !line.is_empty());
    lines
}

/// The height of lines of text.
fn pixels(lines: &[String]) -> i32 {
    LINE * lines.len() as i32
}

/// The ticks of an axis of this many pixels, without those for whose labels there is no room.
fn thinned(axis: &Axis, pixels: i32, size: impl Fn(&str) -> i32) -> Vec<f64> {
    let ticks = axis.tick_fractions();
    let largest = ticks.iter().map(|at| size(&axis.label(*at))).max();
    let needed = largest.unwrap_or(0) * ticks.len() as i32;
    let step = (needed / pixels.max(1)) as usize + 1;
    ticks.into_iter().step_by(step).collect()
}
