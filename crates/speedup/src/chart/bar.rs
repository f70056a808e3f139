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
    groups: Vec<(String, Vec<f64>)>,
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
    pub fn group(mut self, name: &str, heights: impl IntoIterator<Item = f64>) -> Self {
        self.groups
            .push((name.to_owned(), heights.into_iter().collect()));
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
            if bars != wanted || heights.iter().any(refused) {
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
            .flat_map(|(_, heights)| heights.clone())
            .collect()
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
        let bottom = places().fold(0.0, f64::min);
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
            .build_cartesian_2d(0.0..self.categories.len() as f64, 1.05 * bottom..top)?;
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
            let bar = |(c, h): (usize, &f64)| {
                Rectangle::new([(left(c), 0.0), (left(c) + 0.92 * width, place(*h))], fill)
            };
            chart
                .draw_series(heights.iter().enumerate().map(bar))?
                .label(name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 6), (x + 14, y + 6)], fill));
            for (c, height) in heights.iter().enumerate() {
                let middle = left(c) + 0.46 * width;
                let (x, y) = chart
                    .plotting_area()
                    .map_coordinate(&(middle, place(*height).max(0.0)));
                let text = crate::timing::significant(*height, 3);
                root.draw(&Text::new(text, (x, y - 4), centred(VPos::Bottom)))?;
            }
        }
        for (c, category) in self.categories.iter().enumerate() {
            let (x, y) = chart
                .plotting_area()
                .map_coordinate(&(c as f64 + 0.5, 1.05 * bottom));
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
                .map(|(category, height)| {
                    format!("{category} {}", crate::timing::significant(*height, 3))
                })
                .collect();
            words += &format!(" {name}: {}.", bars.join(", "));
        }
        words
    }
}
