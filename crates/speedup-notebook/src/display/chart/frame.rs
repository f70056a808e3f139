//! Two axes drawn by plotters, with grid lines, labels and titles.
//!
//! The chart inside has coordinates in fractions of its axes, from 0 to 1, so that plotters never
//! computes with the numbers themselves, whose differences may overflow.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;

use super::axis::Axis;
use super::style::{self, Area, DrawError, FAINT, FONT, TEXT};

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
pub fn frame_with_margins<'a, 'b>(
    area: &'a Area<'b>,
    (below, right): (i32, i32),
    (x, y): (&Axis, &Axis),
    (x_title, y_title): (&str, &str),
) -> Result<Frame<'a, 'b>, DrawError> {
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(right)
        .x_label_area_size(below)
        .y_label_area_size(y.label_width())
        .build_cartesian_2d(
            Fractions(thinned(x, area, right, y)),
            Fractions(y.tick_fractions()),
        )?;
    let (width, height) = chart.plotting_area().dim_in_pixel();
    let x_title = style::truncated(x_title, width as i32);
    // The title of a short vertical axis may fill the margins, where nothing else is drawn.
    let y_title = style::truncated(y_title, height as i32 + 2 * MARGIN);
    chart
        .configure_mesh()
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|fraction| x.label(*fraction))
        .y_label_formatter(&|fraction| y.label(*fraction))
        .x_desc(x_title)
        .y_desc(y_title)
        .label_style((FONT, TEXT))
        .axis_desc_style((FONT, TEXT))
        .draw()?;
    Ok(chart)
}

/// The ticks of a horizontal axis, without those for whose labels there is no room.
fn thinned(x: &Axis, area: &Area<'_>, right: i32, y: &Axis) -> Vec<f64> {
    let ticks = x.tick_fractions();
    let widest = ticks.iter().map(|at| style::width(&x.label(*at))).max();
    let room = area.dim_in_pixel().0 as i32 - MARGIN - y.label_width() - right;
    let needed = (widest.unwrap_or(0) + 6) * ticks.len() as i32;
    let step = (needed / room.max(1)) as usize + 1;
    ticks.into_iter().step_by(step).collect()
}
