//! Bar chart: groups of bars over common categories, such as one group a machine.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::style::{self, FONT, TEXT, TITLE, colour};
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
        // Room for the numbers below bars that go down.
        let bottom = 1.15 * places().fold(0.0, f64::min);
        let top = places().fold(0.0, f64::max);
        // Several groups have a legend, which must not lie on a bar's number.
        let room = if self.groups.len() > 1 { 1.32 } else { 1.12 };
        let top = if top > 0.0 { room * top } else { 1.0 };
        let root = SVGBackend::with_string(svg, style::SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(&self.title, (FONT, TITLE))
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(66)
            .build_cartesian_2d(0.0..self.categories.len() as f64, bottom..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(style::FAINT)
            .light_line_style(TRANSPARENT)
            .x_labels(0)
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
        let width = 0.8 / self.groups.len() as f64;
        for (g, (name, heights)) in self.groups.iter().enumerate() {
            let fill = colour(g).filled();
            let left = |c: usize| c as f64 + 0.1 + g as f64 * width;
            let bars = || {
                let bars = heights.iter().enumerate();
                bars.filter_map(|(c, height)| Some((c, (*height)?)))
            };
            let bar = |(c, height): (usize, f64)| {
                Rectangle::new(
                    [(left(c), 0.0), (left(c) + 0.92 * width, place(height))],
                    fill,
                )
            };
            chart
                .draw_series(bars().map(bar))?
                .label(name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 6), (x + 14, y + 6)], fill));
            for (c, height) in bars() {
                let middle = (left(c) + 0.46 * width, place(height));
                let (x, y) = chart.plotting_area().map_coordinate(&middle);
                // The number stands above a bar that goes up, below one that goes down.
                let down = middle.1 < 0.0;
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
            let (x, y) = chart
                .plotting_area()
                .map_coordinate(&(c as f64 + 0.5, bottom));
            root.draw(&Text::new(category.clone(), (x, y + 9), centred(VPos::Top)))?;
        }
        if self.groups.len() > 1 {
            style::legend(&mut chart, SeriesLabelPosition::UpperRight)?;
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
