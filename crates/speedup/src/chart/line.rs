//! Line chart: one or more series over a common horizontal axis.

use super::axis::{self, Axis};
use super::legend::Key;
use super::series::{self, Stroke};
use super::style;
use super::{Chart, check_series, undrawable};
use crate::Error;

/// A line chart in the making.
///
/// # Examples
///
/// ```
/// use speedup::chart::LineChart;
///
/// let chart = LineChart::new("Time against size")
///     .x("points")
///     .y("time [ms]")
///     .log_x()
///     .marks()
///     .series("serial", [(1e3, 0.1), (1e6, 90.0)])
///     .series("parallel", [(1e3, 0.2), (1e6, 46.0)])
///     .draw()?;
/// assert!(chart.description().contains("parallel: 2 points"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    title: String,
    x: String,
    y: String,
    log_x: bool,
    log_y: bool,
    marks: bool,
    reference: Option<(String, f64)>,
    series: Vec<(String, Vec<(f64, f64)>)>,
}

impl LineChart {
    /// A chart with this title, no axis labels and no series.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup::chart::LineChart::new("empty").draw().is_err());
    /// ```
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            x: String::new(),
            y: String::new(),
            log_x: false,
            log_y: false,
            marks: false,
            reference: None,
            series: Vec::new(),
        }
    }

    /// Labels the horizontal axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").x("period t");
    /// ```
    #[must_use]
    pub fn x(mut self, label: &str) -> Self {
        label.clone_into(&mut self.x);
        self
    }

    /// Labels the vertical axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").y("wealth");
    /// ```
    #[must_use]
    pub fn y(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y);
        self
    }

    /// Makes the horizontal axis logarithmic; all of its values must be positive then.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").log_x().series("s", [(0.0, 1.0)]);
    /// assert!(chart.draw().is_err());
    /// ```
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// Makes the vertical axis logarithmic; all of its values must be positive then.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").log_y().series("s", [(1.0, 0.0)]);
    /// assert!(chart.draw().is_err());
    /// ```
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Marks each point; right for measurements, wrong for long paths.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").marks();
    /// ```
    #[must_use]
    pub fn marks(mut self) -> Self {
        self.marks = true;
        self
    }

    /// Adds a dashed level line to compare with.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").reference("no gain", 1.0);
    /// ```
    #[must_use]
    pub fn reference(mut self, name: &str, y: f64) -> Self {
        self.reference = Some((name.to_owned(), y));
        self
    }

    /// Adds a series of points (x, y), joined in the order given.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup::chart::LineChart::new("t").series("s", [(0.0, 1.0), (1.0, 2.0)]);
    /// ```
    #[must_use]
    pub fn series(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.series
            .push((name.to_owned(), points.into_iter().collect()));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] for no points, points that are not finite, or a logarithmic
    /// axis with values that are not positive.
    ///
    /// # Examples
    ///
    /// ```
    /// let bad = speedup::chart::LineChart::new("t").series("s", [(0.0, f64::NAN)]).draw();
    /// assert!(bad.is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        check_series("series", &self.values(|p| p.0))?;
        check_series("series", &self.values(|p| p.1))?;
        let level = self.reference.iter().map(|(_, y)| *y);
        let heights = self.values(|p| p.1).into_iter().chain(level);
        for (what, log, values) in [
            ("horizontal axis", self.log_x, self.values(|p| p.0)),
            ("vertical axis", self.log_y, heights.collect()),
        ] {
            if log && values.iter().any(|value| *value <= 0.0) {
                let problem = "a logarithmic axis takes positive numbers only".to_owned();
                return Err(Error::Chart { what, problem });
            }
        }
        let mut svg = String::new();
        self.paint(&mut svg).map_err(undrawable)?;
        Ok(Chart::new(&svg, &self.title, self.describe()))
    }

    fn values(&self, part: impl Fn(&(f64, f64)) -> f64 + Copy) -> Vec<f64> {
        self.series
            .iter()
            .flat_map(|(_, points)| points.iter().map(part))
            .collect()
    }

    fn paint(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let xs = self.values(|p| p.0);
        let x = match self.log_x {
            true => Axis::decades(xs.into_iter(), false),
            false => Axis::from_lowest_to_highest(xs.into_iter()),
        };
        let level = self.reference.iter().map(|(_, y)| *y);
        let ys: Vec<f64> = self.values(|p| p.1).into_iter().chain(level).collect();
        let y = match self.log_y {
            // Whole powers of ten, at least two of them, which have labels.
            true => Axis::decades(ys.into_iter(), true),
            false => Axis::around(ys.into_iter()),
        };
        let names = self.series.iter().enumerate().map(|(k, (name, _))| {
            let stroke = Stroke::of_series(k, self.marks);
            (name.as_str(), Key::Line(stroke, self.marks.then_some(k)))
        });
        let level = self.reference.as_ref();
        let level = level.map(|(name, _)| (name.as_str(), Key::Line(Stroke::reference(), None)));
        let entries: Vec<(&str, Key)> = names.chain(level).collect();
        let (root, area) = style::card(svg, style::SIZE, &self.title, &entries)?;
        let chart = axis::frame(&area, (&x, &y), (&self.x, &self.y))?;
        let pixel = |at: &(f64, f64)| chart.plotting_area().map_coordinate(at);
        let place = |point: &(f64, f64)| (x.place(point.0), y.place(point.1));
        for (k, (_, points)) in self.series.iter().enumerate() {
            let pixels: Vec<(i32, i32)> = points.iter().map(|p| pixel(&place(p))).collect();
            Stroke::of_series(k, self.marks).draw(&root, pixels.clone())?;
            if self.marks {
                pixels
                    .iter()
                    .try_for_each(|at| series::mark(&root, *at, k))?;
            }
        }
        // On top of the lines, so that one that lies on it is seen between its dashes.
        if let Some((_, level)) = self.reference {
            let level = y.place(level);
            Stroke::reference().draw(&root, vec![pixel(&(0.0, level)), pixel(&(1.0, level))])?;
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let mut words = format!(
            "Line chart: {}. Horizontal axis: {}{}. Vertical axis: {}{}.",
            self.title,
            self.x,
            if self.log_x { ", logarithmic" } else { "" },
            self.y,
            if self.log_y { ", logarithmic" } else { "" }
        );
        if let Some((name, y)) = &self.reference {
            words += &format!(" Level line {name} at {}.", style::tick(*y));
        }
        for (name, points) in &self.series {
            let ys = points.iter().map(|p| p.1);
            let (low, high) = (
                ys.clone().fold(f64::INFINITY, f64::min),
                ys.fold(f64::NEG_INFINITY, f64::max),
            );
            let ends = [points.first(), points.last()].map(|p| p.copied().unwrap_or_default());
            let [(x0, y0), (x1, y1)] = ends.map(|(x, y)| (style::tick(x), style::tick(y)));
            let (low, high) = (style::tick(low), style::tick(high));
            let n = points.len();
            words += &format!(
                " {name}: {n} points from ({x0}, {y0}) to ({x1}, {y1}), lowest {low}, highest {high}."
            );
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_series_are_in_the_picture_and_in_the_words() {
        let chart = LineChart::new("A <b> & c")
            .x("size [n]")
            .y("time [s]")
            .reference("limit", 2.0)
            .series("first", [(1.0, 1.0), (2.0, 3.0)])
            .series("second", [(1.0, 2.0), (2.0, 5.0)])
            .draw()
            .unwrap();
        for text in ["size [n]", "time [s]", "first", "second", "limit"] {
            assert!(
                chart.svg().contains(text) && chart.description().contains(text),
                "{text}"
            );
        }
        assert!(chart.svg().contains(">A &lt;b&gt; &amp; c</title>"));
    }

    #[test]
    fn a_logarithmic_vertical_axis_has_whole_powers_of_ten() {
        let chart = LineChart::new("t")
            .y("time [ms]")
            .log_y()
            .reference("limit", 0.02)
            .series("s", [(1.0, 0.3), (2.0, 700.0)])
            .draw()
            .unwrap();
        for label in ["10⁻²", "10⁻¹", "10²", "10³"] {
            assert!(chart.svg().contains(&format!("\n{label}\n")), "{label}");
        }
        assert!(
            chart
                .description()
                .contains("Vertical axis: time [ms], logarithmic.")
        );
        let zero = LineChart::new("t").log_y().reference("zero", 0.0);
        assert!(zero.series("s", [(1.0, 1.0)]).draw().is_err());
    }

    #[test]
    fn one_point_and_one_level_can_be_drawn() {
        assert!(LineChart::new("t").series("s", [(1.0, 0.0)]).draw().is_ok());
        assert!(
            LineChart::new("t")
                .marks()
                .log_x()
                .series("s", [(1.0, 7.0)])
                .draw()
                .is_ok()
        );
    }
}
