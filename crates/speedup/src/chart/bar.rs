//! Bar chart: groups of bars over common categories, such as one group a machine.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

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
        let place = |height: f64| {
            if self.logarithmic {
                height.log10()
            } else {
                height
            }
        };
        let tick = |y: &f64| {
            if self.logarithmic {
                style::power_of_ten(*y)
            } else {
                style::tick(*y)
            }
        };
        let places = || self.heights().into_iter().map(place);
        let (low, high) = (places().fold(0.0, f64::min), places().fold(0.0, f64::max));
        // Room for the numbers above bars that go up, and below those that go down.
        let room = match 0.08 * (high - low) {
            room if room > 0.0 => room,
            _ => 1.0,
        };
        let bottom = if low < 0.0 { low - room } else { 0.0 };
        let top = high + room;
        let names = self.groups.iter().enumerate();
        let names = names.map(|(g, (name, _))| (name.as_str(), Key::Bar(g)));
        let entries: Vec<(&str, Key)> = names.collect();
        let (root, area) = style::card(svg, style::SIZE, &self.title, &entries)?;
        let count = self.categories.len();
        // Long names stand on two lines in turns.
        let slot = (style::SIZE.0 as i32 - 12 - 66 - 12) / count.max(1) as i32;
        let longest = self.categories.iter().map(|name| style::width(name)).max();
        let lines = if longest.unwrap_or(0) > slot { 2 } else { 1 };
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(18 + 16 * lines)
            .y_label_area_size(66)
            .build_cartesian_2d(0.0..count as f64, bottom..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(style::FAINT)
            .light_line_style(TRANSPARENT)
            .x_labels(0)
            .y_labels(match self.logarithmic {
                true => (top - bottom).ceil() as usize + 1,
                false => 10,
            })
            .y_label_formatter(&tick)
            .y_desc(&self.y)
            .label_style((FONT, TEXT))
            .axis_desc_style((FONT, TEXT))
            .draw()?;
        let centred = |v| {
            (FONT, TEXT)
                .into_text_style(&root)
                .pos(Pos::new(HPos::Center, v))
                .color(&BLACK)
        };
        let pixel = |x: f64, y: f64| chart.plotting_area().map_coordinate(&(x, y));
        let width = 0.88 / self.groups.len() as f64;
        for (g, (_, heights)) in self.groups.iter().enumerate() {
            let left = |c: usize| c as f64 + 0.06 + g as f64 * width;
            let bars = || {
                let bars = heights.iter().enumerate();
                bars.filter_map(|(c, height)| Some((c, (*height)?)))
            };
            for (c, height) in bars() {
                let height_placed = place(height);
                let corners = [
                    pixel(left(c), height_placed.max(0.0)),
                    pixel(left(c) + 0.92 * width, height_placed.min(0.0)),
                ];
                series::bar(&root, corners, g)?;
                let (x, y) = pixel(left(c) + 0.46 * width, height_placed);
                // The number stands above a bar that goes up, below one that goes down.
                let down = height_placed < 0.0;
                let (y, end) = if down {
                    (y + 4, VPos::Top)
                } else {
                    (y - 4, VPos::Bottom)
                };
                let text = crate::timing::significant(height, self.digits());
                root.draw(&Text::new(text, (x, y), centred(end)))?;
            }
        }
        for (c, category) in self.categories.iter().enumerate() {
            let (x, y) = pixel(c as f64 + 0.5, bottom);
            let y = y + 9 + 16 * (c as i32 % lines);
            root.draw(&Text::new(category.clone(), (x, y), centred(VPos::Top)))?;
        }
        root.present()?;
        Ok(())
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
