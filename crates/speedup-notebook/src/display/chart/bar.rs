//! Bar chart: groups of bars over common categories, such as one group per machine.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::bar_labels::BarLabels;
use super::frame::{MARGIN, frame_with_margins, left_of_plot};
use super::legend::Key;
use super::numbers::format_number;
use super::series::{self, Stroke};
use super::style::{self, Size};
use super::text::{self, FONT, TEXT};
use super::{Chart, check_series, interval_words, undrawable};
use crate::measure::compare::Interval;
use crate::measure::format::significant;
use speedup::Error;

/// The share of a category's width that its bars take.
const GROUPS: f64 = 0.88;
/// The share of that width per bar that is filled.
const BAR: f64 = 0.92;

/// The data and settings of a bar chart; [`BarChart::draw`] draws it.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::chart::BarChart;
///
/// let chart = BarChart::new("Three ways to find a maximum", ["arrays", "fused", "parallel"])
///     .y("time [ms]")
///     .group("this machine", [400.0, 200.0, 100.0])
///     .group("the lecture's", [888.0, 482.0, 248.0])
///     .draw()?;
/// assert!(chart.description().contains("fused 482"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    title: String,
    y: String,
    categories: Vec<String>,
    groups: Vec<(String, Vec<Option<Interval>>)>,
    reference: Option<(String, f64)>,
    logarithmic: bool,
}

impl BarChart {
    /// A chart with this title over these categories, with no bars yet.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_notebook::display::chart::BarChart::new("empty", ["a"]).draw().is_err());
    /// ```
    pub fn new<'a>(title: &str, categories: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            title: title.to_owned(),
            y: String::new(),
            categories: categories.into_iter().map(str::to_owned).collect(),
            groups: Vec::new(),
            reference: None,
            logarithmic: false,
        }
    }

    /// Labels the vertical axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::BarChart::new("t", ["a"]).y("time [ms]");
    /// ```
    #[must_use]
    pub fn y(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y);
        self
    }

    /// Makes the vertical axis logarithmic. Bars then begin at 1 and go up or down.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::BarChart::new("t", ["a", "b"]).logarithmic();
    /// assert!(chart.clone().group("ratio", [0.5, 300.0]).draw().is_ok());
    /// assert!(chart.group("ratio", [0.0, 1.0]).draw().is_err());
    /// ```
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        self.logarithmic = true;
        self
    }

    /// Adds a reference line: dashed and horizontal, at the height `y`.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::BarChart::new("t", ["a"])
    ///     .group("here", [1.0])
    ///     .reference("limit", 3.0)
    ///     .draw()?;
    /// assert!(chart.description().contains("Level line at 3: limit."));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn reference(mut self, name: &str, y: f64) -> Self {
        self.reference = Some((name.to_owned(), y));
        self
    }

    /// Adds a group: one height per category, 0 or higher. A height that is an [`Interval`] has a
    /// whisker from its lower to its upper end.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::display::chart::BarChart;
    /// use speedup_notebook::measure::compare::Interval;
    ///
    /// let measured = Interval { value: 1.9, low: 1.8, high: 2.0 };
    /// let chart = BarChart::new("t", ["a", "b"])
    ///     .group("here", [measured, measured])
    ///     .group("elsewhere", [1.0, 2.0])
    ///     .draw()?;
    /// assert!(chart.description().contains("a 1.9 (1.8 to 2)"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn group(self, name: &str, heights: impl IntoIterator<Item = impl Into<Interval>>) -> Self {
        self.group_with_gaps(name, heights.into_iter().map(Some))
    }

    /// Adds a group of which some categories have no bar (`None`).
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::display::chart::BarChart;
    ///
    /// let chart = BarChart::new("t", ["a", "b"]).group_with_gaps("here", [Some(1.0), None]);
    /// assert!(chart.draw()?.description().ends_with("here: a 1."));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn group_with_gaps(
        mut self,
        name: &str,
        heights: impl IntoIterator<Item = Option<impl Into<Interval>>>,
    ) -> Self {
        let heights = heights.into_iter();
        let heights = heights.map(|height| height.map(Into::into)).collect();
        self.groups.push((name.to_owned(), heights));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for no bars, for heights, also of the reference line, that are negative or not finite, for
    /// heights of 0 on a logarithmic axis, and for a group whose length is not the number of categories.
    ///
    /// # Examples
    ///
    /// ```
    /// let two = speedup_notebook::display::chart::BarChart::new("t", ["a", "b"]);
    /// assert!(two.group("one bar", [1.0]).draw().is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        check_series("bars", &self.heights())?;
        let allowed = match self.logarithmic {
            true => "above 0",
            false => "of 0 or higher",
        };
        let refused = |height: &f64| *height < 0.0 || (self.logarithmic && *height == 0.0);
        if let Some((_, height)) = &self.reference {
            let what = "reference line";
            check_series(what, &[*height])?;
            if refused(height) {
                let problem = format!("{height} is not allowed, use a height {allowed}");
                return Err(Error::Data { what, problem });
            }
        }
        for (name, heights) in &self.groups {
            let (given, categories) = (heights.len(), self.categories.len());
            let numbers = heights.iter().flatten().flat_map(|h| [h.value, h.low]);
            let problem = match numbers.into_iter().find(refused) {
                _ if given != categories => {
                    format!(
                        "number of heights in {name}: {given} is not allowed, use {categories}, \
                         one per category"
                    )
                }
                Some(bad) => {
                    format!("a height of {bad} in {name} is not allowed, use heights {allowed}")
                }
                None => continue,
            };
            let what = "bars";
            return Err(Error::Data { what, problem });
        }
        Chart::new(&self.title, self.describe(), |svg, size| {
            self.paint(svg, size).map_err(undrawable)
        })
    }

    /// The heights of all bars and of the ends of their whiskers.
    fn heights(&self) -> Vec<f64> {
        let heights = self.groups.iter().flat_map(|(_, heights)| heights);
        let ends = heights.flatten().flat_map(|h| [h.value, h.low, h.high]);
        ends.collect()
    }

    /// A bar's height as text.
    fn number(&self, height: f64) -> String {
        significant(height, if self.logarithmic { 2 } else { 3 })
    }

    fn paint(&self, svg: &mut String, size: Size) -> Result<(), Box<dyn std::error::Error + '_>> {
        let y = self.axis()?;
        let names = self.groups.iter().enumerate();
        let names = names.map(|(g, (name, _))| (name.as_str(), Key::Bar(g)));
        let level = self.reference.as_ref();
        let level = level.map(|(name, _)| (name.as_str(), Key::Line(Stroke::reference(), None)));
        let entries: Vec<(&str, Key)> = names.chain(level).collect();
        let (root, area) = style::background(svg, size, &self.title, &entries)?;
        let count = self.categories.len();
        let x = Axis::bands(count);
        // A little less than the width of a category, which leaves space between labels.
        let width = size.0 as i32;
        let slot = (width - left_of_plot(&y, width) - 3 * MARGIN) / count.max(1) as i32;
        let labels = BarLabels::new(&self.categories, slot);
        let margins = (labels.height(), MARGIN);
        let chart = frame_with_margins(&area, margins, (&x, &y), ("", &self.y))?;
        let pixel = |at: f64, height: f64| {
            let point = (x.fraction(at), y.fraction(height));
            chart.plotting_area().map_coordinate(&point)
        };
        // The height at which bars begin.
        let ground = if self.logarithmic { 1.0 } else { 0.0 };
        let width = GROUPS / self.groups.len() as f64;
        let (left_end, right_end) = (pixel(0.0, ground).0, pixel(width, ground).0);
        let fit = self
            .heights()
            .into_iter()
            .all(|height| text::width(&self.number(height)) <= right_end - left_end + 2);
        for (g, (_, heights)) in self.groups.iter().enumerate() {
            let left = |c: usize| c as f64 + 0.5 * (1.0 - GROUPS) + g as f64 * width;
            let bars = || {
                let bars = heights.iter().enumerate();
                bars.filter_map(|(c, height)| Some((c, (*height)?)))
            };
            for (c, height) in bars() {
                let corners = [
                    pixel(left(c), height.value.max(ground)),
                    pixel(left(c) + BAR * width, height.value.min(ground)),
                ];
                series::bar(&root, corners, g)?;
                let middle = left(c) + 0.5 * BAR * width;
                series::whisker(
                    &root,
                    [height.low, height.high].map(|end| pixel(middle, end)),
                )?;
                if !fit {
                    continue;
                }
                // The number stands above a bar that goes up, below one that goes down.
                let down = height.value < ground;
                let (x, y) = pixel(middle, if down { height.low } else { height.high });
                let (y, end) = if down {
                    (y + 4, VPos::Top)
                } else {
                    (y - 4, VPos::Bottom)
                };
                let centred = (FONT, TEXT)
                    .into_text_style(&root)
                    .pos(Pos::new(HPos::Center, end))
                    .color(&BLACK);
                root.draw(&Text::new(self.number(height.value), (x, y), centred))?;
            }
        }
        if let Some((_, height)) = &self.reference {
            let ends = [0.0, count as f64].map(|at| pixel(at, *height));
            Stroke::reference().draw(&root, ends.to_vec())?;
        }
        let bottom = chart.plotting_area().get_pixel_range().1.end;
        labels.draw(&root, bottom, |c| pixel(c as f64 + 0.5, ground).0)?;
        root.present()?;
        Ok(())
    }

    /// The vertical axis, longer than the bars by the height of the numbers at their ends.
    fn axis(&self) -> Result<Axis, Error> {
        let mut heights = self.heights();
        heights.extend(self.reference.iter().map(|(_, height)| *height));
        if self.logarithmic {
            let logarithms = || heights.iter().map(|height| height.log10());
            let (low, high) = (
                logarithms().fold(0.0, f64::min),
                logarithms().fold(0.0, f64::max),
            );
            let margin = if high > low { 0.08 * (high - low) } else { 1.0 };
            return Axis::log10_between(if low < 0.0 { low - margin } else { 0.0 }, high + margin);
        }
        let high = heights.into_iter().fold(0.0, f64::max);
        let high = if high > 0.0 { high } else { 1.0 };
        Axis::linear(0.0, (1.08 * high).min(f64::MAX))
    }

    fn describe(&self) -> String {
        let mut words = format!("Bar chart: {}. Vertical axis: {}.", self.title, self.y);
        if let Some((name, height)) = &self.reference {
            words += &format!(" Level line at {}: {name}.", format_number(*height));
        }
        for (name, heights) in &self.groups {
            let bars: Vec<String> = self
                .categories
                .iter()
                .zip(heights)
                .filter_map(|(category, height)| {
                    let number = interval_words((*height)?, |end| self.number(end));
                    Some(format!("{category} {number}"))
                })
                .collect();
            words += &format!(" {name}: {}.", bars.join(", "));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_named_with_what_is_allowed() {
        let chart = BarChart::new("t", ["a", "b"]);
        let logarithmic = chart.clone().logarithmic();
        for (chart, words) in [
            (
                chart.clone(),
                "bars: there are no points, give at least one",
            ),
            (
                chart.clone().group("one", [1.0]),
                "bars: number of heights in one: 1 is not allowed, use 2, one per category",
            ),
            (
                chart.group("g", [1.0, -2.5]),
                "bars: a height of -2.5 in g is not allowed, use heights of 0 or higher",
            ),
            (
                logarithmic.clone().group("g", [1.0, 0.0]),
                "bars: a height of 0 in g is not allowed, use heights above 0",
            ),
            (
                logarithmic.group("g", [1.0, 2.0]).reference("limit", 0.0),
                "reference line: 0 is not allowed, use a height above 0",
            ),
        ] {
            assert_eq!(chart.draw().unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn a_reference_line_above_all_bars_is_in_the_picture_and_in_the_words() {
        let chart = BarChart::new("t", ["a"]).logarithmic();
        let chart = chart.group("g", [2.0]).reference("limit", 700.0);
        let drawn = chart.draw().unwrap();
        assert!(drawn.svg().contains("\nlimit\n") && drawn.svg().contains("\n10²\n"));
        assert!(drawn.description().contains("Level line at 700: limit."));
    }
}
