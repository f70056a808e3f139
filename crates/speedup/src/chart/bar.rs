//! Bar chart: groups of bars over common categories, such as one group a machine.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{self, Axis};
use super::legend::Key;
use super::series;
use super::style::{self, FONT, TEXT};
use super::{Chart, check_series, undrawable};
use crate::Error;

/// A bar chart in the making.
///
/// # Examples
///
/// ```
/// use speedup::chart::BarChart;
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
    groups: Vec<(String, Vec<Option<f64>>)>,
    logarithmic: bool,
}

impl BarChart {
    /// A chart with this title over these categories, with no bars yet.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup::chart::BarChart::new("empty", ["a"]).draw().is_err());
    /// ```
    pub fn new<'a>(title: &str, categories: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            title: title.to_owned(),
            y: String::new(),
            categories: categories.into_iter().map(str::to_owned).collect(),
            groups: Vec::new(),
            logarithmic: false,
        }
    }

    /// Labels the vertical axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::BarChart::new("t", ["a"]).y("time [ms]");
    /// ```
    #[must_use]
    pub fn y(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y);
        self
    }

    /// Makes the vertical axis logarithmic; bars then begin at 1 and go up or down.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::BarChart::new("t", ["a", "b"]).logarithmic();
    /// assert!(chart.clone().group("ratio", [0.5, 300.0]).draw().is_ok());
    /// assert!(chart.group("ratio", [0.0, 1.0]).draw().is_err());
    /// ```
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        self.logarithmic = true;
        self
    }

    /// Adds a group: one bar, 0 or higher, for each category.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::BarChart::new("t", ["a", "b"]).group("here", [1.0, 2.0]);
    /// ```
    #[must_use]
    pub fn group(self, name: &str, heights: impl IntoIterator<Item = f64>) -> Self {
        self.group_with_gaps(name, heights.into_iter().map(Some))
    }

    /// Adds a group that has no bar in some of the categories.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::chart::BarChart;
    ///
    /// let chart = BarChart::new("t", ["a", "b"]).group_with_gaps("here", [Some(1.0), None]);
    /// assert!(chart.draw()?.description().ends_with("here: a 1."));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn group_with_gaps(
        mut self,
        name: &str,
        heights: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let heights = heights.into_iter().collect();
        self.groups.push((name.to_owned(), heights));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] for no bars, heights that are negative or not finite (on a
    /// logarithmic axis also 0), or a group that has not one bar for each category.
    ///
    /// # Examples
    ///
    /// ```
    /// let two = speedup::chart::BarChart::new("t", ["a", "b"]);
    /// assert!(two.group("one bar", [1.0]).draw().is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        check_series("bars", &self.heights())?;
        for (name, heights) in &self.groups {
            let (bars, wanted) = (heights.len(), self.categories.len());
            let refused = |height: &f64| *height < 0.0 || (self.logarithmic && *height == 0.0);
            if bars != wanted || heights.iter().flatten().any(refused) {
                let least = if self.logarithmic {
                    "above 0"
                } else {
                    "0 or higher"
                };
                let problem = format!("{name} has {bars} bars, give {wanted}, each {least}");
                return Err(Error::Chart {
                    what: "bars",
                    problem,
                });
            }
        }
        let mut svg = String::new();
        self.paint(&mut svg).map_err(undrawable)?;
        Ok(Chart::new(&svg, &self.title, self.describe()))
    }

    fn heights(&self) -> Vec<f64> {
        self.groups
            .iter()
            .flat_map(|(_, heights)| heights.iter().flatten().copied())
            .collect()
    }

    /// Significant digits of a bar's number; on a logarithmic axis two are enough.
    fn digits(&self) -> i32 {
        if self.logarithmic { 2 } else { 3 }
    }

    fn paint(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let y = self.axis();
        let names = self.groups.iter().enumerate();
        let names = names.map(|(g, (name, _))| (name.as_str(), Key::Bar(g)));
        let entries: Vec<(&str, Key)> = names.collect();
        let (root, area) = style::card(svg, style::SIZE, &self.title, &entries)?;
        let count = self.categories.len();
        let x = Axis::slots(count);
        let slot = (style::SIZE.0 as i32 - 12 - 66 - 24) / count.max(1) as i32;
        let names = Names::new(&self.categories, slot);
        let chart = axis::frame_over(&area, (names.height(), 12), (&x, &y), ("", &self.y))?;
        let centred = |v| {
            (FONT, TEXT)
                .into_text_style(&root)
                .pos(Pos::new(HPos::Center, v))
                .color(&BLACK)
        };
        let pixel = |at: f64, height: f64| {
            let place = (x.place(at), y.place(height));
            chart.plotting_area().map_coordinate(&place)
        };
        // Where bars begin.
        let ground = if self.logarithmic { 1.0 } else { 0.0 };
        let width = 0.88 / self.groups.len() as f64;
        let (left_end, right_end) = (pixel(0.0, ground).0, pixel(width, ground).0);
        let numbers = self.numbers();
        let fit = numbers
            .iter()
            .all(|text| style::width(text) <= right_end - left_end + 2);
        for (g, (_, heights)) in self.groups.iter().enumerate() {
            let left = |c: usize| c as f64 + 0.06 + g as f64 * width;
            let bars = || {
                let bars = heights.iter().enumerate();
                bars.filter_map(|(c, height)| Some((c, (*height)?)))
            };
            for (c, height) in bars() {
                let corners = [
                    pixel(left(c), height.max(ground)),
                    pixel(left(c) + 0.92 * width, height.min(ground)),
                ];
                series::bar(&root, corners, g)?;
                if !fit {
                    continue;
                }
                let (x, y) = pixel(left(c) + 0.46 * width, height);
                // The number stands above a bar that goes up, below one that goes down.
                let down = height < ground;
                let (y, end) = if down {
                    (y + 4, VPos::Top)
                } else {
                    (y - 4, VPos::Bottom)
                };
                let text = crate::timing::significant(height, self.digits());
                root.draw(&Text::new(text, (x, y), centred(end)))?;
            }
        }
        let bottom = chart.plotting_area().get_pixel_range().1.end;
        for (c, (name, line)) in names.shown() {
            let at = (pixel(c as f64 + 0.5, ground).0, bottom + 9 + 16 * line);
            let style = match names.upright {
                true => (FONT, TEXT)
                    .into_font()
                    .transform(FontTransform::Rotate90)
                    .into_text_style(&root)
                    .pos(Pos::new(HPos::Left, VPos::Center))
                    .color(&BLACK),
                false => centred(VPos::Top),
            };
            root.draw(&Text::new(name, at, style))?;
        }
        root.present()?;
        Ok(())
    }

    fn numbers(&self) -> Vec<String> {
        let number = |height: f64| crate::timing::significant(height, self.digits());
        self.heights().into_iter().map(number).collect()
    }

    /// The vertical axis, with room for the numbers above bars that go up, and below those that go down.
    fn axis(&self) -> Axis {
        let heights = self.heights();
        if self.logarithmic {
            let logarithms = || heights.iter().map(|height| height.log10());
            let (low, high) = (
                logarithms().fold(0.0, f64::min),
                logarithms().fold(0.0, f64::max),
            );
            let room = if high > low { 0.08 * (high - low) } else { 1.0 };
            return Axis::exponents(if low < 0.0 { low - room } else { 0.0 }, high + room);
        }
        let high = heights.into_iter().fold(0.0, f64::max);
        let high = if high > 0.0 { high } else { 1.0 };
        Axis::exact(0.0, (1.08 * high).min(f64::MAX))
    }

    fn describe(&self) -> String {
        let mut words = format!("Bar chart: {}. Vertical axis: {}.", self.title, self.y);
        for (name, heights) in &self.groups {
            let bars: Vec<String> = self
                .categories
                .iter()
                .zip(heights)
                .filter_map(|(category, height)| {
                    let number = crate::timing::significant((*height)?, self.digits());
                    Some(format!("{category} {number}"))
                })
                .collect();
            words += &format!(" {name}: {}.", bars.join(", "));
        }
        words
    }
}

/// Pixels that a name takes at most that stands upright.
const UPRIGHT: i32 = 160;
/// Pixels from one upright name to the next.
const LETTER: i32 = 13;

/// The names below the bars: on one line, on two lines in turns, or upright; of very many some.
struct Names {
    names: Vec<String>,
    lines: i32,
    upright: bool,
    each: usize,
}

impl Names {
    fn new(categories: &[String], slot: i32) -> Self {
        let widest = categories.iter().map(|name| style::width(name)).max();
        let widest = widest.unwrap_or(0);
        let upright = widest > 2 * slot - 8;
        let room = if upright { UPRIGHT } else { widest };
        let names = categories.iter().map(|name| style::shortened(name, room));
        Self {
            names: names.collect(),
            lines: if widest > slot { 2 } else { 1 },
            upright,
            each: (LETTER / slot.max(1)) as usize + 1,
        }
    }

    /// Pixels that the names take below the axis.
    fn height(&self) -> i32 {
        let longest = self.names.iter().map(|name| style::width(name)).max();
        match self.upright {
            true => 14 + longest.unwrap_or(0),
            false => 18 + 16 * self.lines,
        }
    }

    /// Number, name and line of each name that has room.
    fn shown(&self) -> impl Iterator<Item = (usize, (String, i32))> {
        let each = if self.upright { self.each } else { 1 };
        let lines = if self.upright { 1 } else { self.lines };
        let shown = self.names.iter().enumerate().step_by(each);
        shown.map(move |(c, name)| (c, (name.clone(), c as i32 % lines)))
    }
}
