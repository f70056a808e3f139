//! Line chart: one or more series over a common horizontal axis.

use super::axis::Axis;
use super::frame::frame;
use super::legend::Key;
use super::numbers::format_number;
use super::series::{self, Stroke};
use super::style::{self, Size};
use super::{Chart, check_series, interval_words, undrawable};
use crate::measure::compare::Interval;
use speedup::Error;

/// The data and settings of a line chart; [`LineChart::draw`] draws it.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::chart::LineChart;
///
/// let chart = LineChart::new("Time against size")
///     .x("points")
///     .y("time [ms]")
///     .log_x()
///     .markers()
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
    whole_x: bool,
    log_y: bool,
    markers: bool,
    reference: Option<(String, f64)>,
    series: Vec<(String, Vec<(f64, Interval)>)>,
    /// The first series, of which only the markers are drawn.
    dots: usize,
}

impl LineChart {
    /// A chart with this title, no axis labels and no series.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_notebook::display::chart::LineChart::new("empty").draw().is_err());
    /// ```
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            x: String::new(),
            y: String::new(),
            log_x: false,
            whole_x: false,
            log_y: false,
            markers: false,
            reference: None,
            series: Vec::new(),
            dots: 0,
        }
    }

    /// Labels the horizontal axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").x("period t");
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
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").y("wealth");
    /// ```
    #[must_use]
    pub fn y(mut self, label: &str) -> Self {
        label.clone_into(&mut self.y);
        self
    }

    /// Makes the horizontal axis logarithmic. All its values must then be positive.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").log_x().series("s", [(0.0, 1.0)]);
    /// assert!(chart.draw().is_err());
    /// ```
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// Makes the vertical axis logarithmic. All its values must then be positive.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").log_y().series("s", [(1.0, 0.0)]);
    /// assert!(chart.draw().is_err());
    /// ```
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Labels the horizontal axis at whole numbers only, for counts such as threads. A logarithmic axis stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").x("threads").whole_x();
    /// ```
    #[must_use]
    pub fn whole_x(mut self) -> Self {
        self.whole_x = true;
        self
    }

    /// Draws a marker at each point, for series of few points such as measurements.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").markers();
    /// ```
    #[must_use]
    pub fn markers(mut self) -> Self {
        self.markers = true;
        self
    }

    /// Adds a reference line: dashed and horizontal, at the height `y`.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").reference("no gain", 1.0);
    /// ```
    #[must_use]
    pub fn reference(mut self, name: &str, y: f64) -> Self {
        self.reference = Some((name.to_owned(), y));
        self
    }

    /// Adds a series of points (x, y), which a line joins in this order. A y that is an [`Interval`]
    /// has a whisker from its lower to its upper end.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").series("s", [(0.0, 1.0), (1.0, 2.0)]);
    /// ```
    #[must_use]
    pub fn series(
        mut self,
        name: &str,
        points: impl IntoIterator<Item = (f64, impl Into<Interval>)>,
    ) -> Self {
        let points = points.into_iter().map(|(x, y)| (x, y.into()));
        self.series.push((name.to_owned(), points.collect()));
        self
    }

    /// Adds a series of points before all others: a marker with its whisker at each, and no line. So what was
    /// measured is told from the lines of what was computed.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::LineChart::new("t")
    ///     .series("model", [(1.0, 1.0), (4.0, 0.5)])
    ///     .dots("measured", [(1.0, 1.0), (2.0, 0.9)])
    ///     .draw()?;
    /// assert!(chart.description().contains("measured, points only: 2 points"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn dots(
        mut self,
        name: &str,
        points: impl IntoIterator<Item = (f64, impl Into<Interval>)>,
    ) -> Self {
        let points = points.into_iter().map(|(x, y)| (x, y.into()));
        self.series
            .insert(self.dots, (name.to_owned(), points.collect()));
        self.dots += 1;
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for no series, a series without points, numbers that are not finite, or a
    /// logarithmic axis with values that are not positive.
    ///
    /// # Examples
    ///
    /// ```
    /// let bad = speedup_notebook::display::chart::LineChart::new("t").series("s", [(0.0, f64::NAN)]).draw();
    /// assert!(bad.is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        check_series("series", &self.xs())?;
        for (_, points) in &self.series {
            let numbers = points
                .iter()
                .flat_map(|(x, y)| [*x, y.value, y.low, y.high]);
            let numbers: Vec<f64> = numbers.collect();
            check_series("series", &numbers)?;
        }
        if let Some((_, height)) = self.reference {
            check_series("reference line", &[height])?;
        }
        for (what, log, values) in [
            ("horizontal axis", self.log_x, self.xs()),
            ("vertical axis", self.log_y, self.ys()),
        ] {
            if let Some(bad) = values.iter().find(|value| log && **value <= 0.0) {
                let problem =
                    format!("{bad} is not allowed on a logarithmic axis, use numbers above 0");
                return Err(Error::Data { what, problem });
            }
        }
        Chart::new(&self.title, self.describe(), |svg, size| {
            self.paint(svg, size).map_err(undrawable)
        })
    }

    fn xs(&self) -> Vec<f64> {
        let points = self.series.iter().flat_map(|(_, points)| points);
        points.map(|(x, _)| *x).collect()
    }

    /// All heights: of points, of the ends of their whiskers, and of the reference line.
    fn ys(&self) -> Vec<f64> {
        let points = self.series.iter().flat_map(|(_, points)| points);
        let ends = points.flat_map(|(_, y)| [y.value, y.low, y.high]);
        ends.chain(self.reference.iter().map(|(_, y)| *y)).collect()
    }

    fn paint(&self, svg: &mut String, size: Size) -> Result<(), Box<dyn std::error::Error + '_>> {
        let xs = self.xs();
        let x = match (self.log_x, self.whole_x) {
            (true, _) => Axis::log10(xs.into_iter(), false)?,
            (false, true) => Axis::integers_around(xs.into_iter())?,
            (false, false) => Axis::tight(xs.into_iter())?,
        };
        let ys = self.ys();
        let y = match self.log_y {
            true => Axis::log10(ys.into_iter(), true)?,
            false => Axis::with_margin(ys.into_iter())?,
        };
        let names = self.series.iter().enumerate().map(|(k, (name, _))| {
            let stroke = Stroke::of_series(k, self.markers);
            let key = match k < self.dots {
                true => Key::Marker(k),
                false => Key::Line(stroke, self.markers.then_some(k)),
            };
            (name.as_str(), key)
        });
        let level = self.reference.as_ref();
        let level = level.map(|(name, _)| (name.as_str(), Key::Line(Stroke::reference(), None)));
        let entries: Vec<(&str, Key)> = names.chain(level).collect();
        let (root, area) = style::background(svg, size, &self.title, &entries)?;
        let chart = frame(&area, (&x, &y), (&self.x, &self.y))?;
        let pixel = |at: &(f64, f64)| chart.plotting_area().map_coordinate(at);
        let at = |at: f64, height: f64| pixel(&(x.fraction(at), y.fraction(height)));
        for (k, (_, points)) in self.series.iter().enumerate() {
            let pixels: Vec<(i32, i32)> = points.iter().map(|(x, y)| at(*x, y.value)).collect();
            if k >= self.dots {
                Stroke::of_series(k, self.markers).draw(&root, pixels.clone())?;
            }
            for (x, y) in points {
                series::whisker(&root, [at(*x, y.low), at(*x, y.high)])?;
            }
            if self.markers || k < self.dots {
                pixels
                    .iter()
                    .try_for_each(|at| series::marker(&root, *at, k))?;
            }
        }
        // Drawn last: a series at the same height shows between the dashes.
        if let Some((_, level)) = self.reference {
            let level = y.fraction(level);
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
            words += &format!(" Level line {name} at {}.", format_number(*y));
        }
        for (k, (name, points)) in self.series.iter().enumerate() {
            let dots = if k < self.dots { ", points only" } else { "" };
            let ys = points.iter().map(|(_, y)| y.value);
            let (low, high) = (
                ys.clone().fold(f64::INFINITY, f64::min),
                ys.fold(f64::NEG_INFINITY, f64::max),
            );
            let ends =
                [points.first(), points.last()].map(|p| p.copied().unwrap_or((0.0, 0.0.into())));
            let [(x0, y0), (x1, y1)] =
                ends.map(|(x, y)| (format_number(x), interval_words(y, format_number)));
            let (low, high) = (format_number(low), format_number(high));
            let n = points.len();
            words += &format!(
                " {name}{dots}: {n} points from ({x0}, {y0}) to ({x1}, {y1}), lowest {low}, highest {high}."
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
    fn an_empty_series_and_a_reference_without_a_height_are_refused() {
        let chart = || LineChart::new("t").series("full", [(0.0, 1.0)]);
        assert!(chart().series("empty", [(0.0, 0.0); 0]).draw().is_err());
        for height in [f64::NAN, f64::INFINITY] {
            assert!(chart().reference("level", height).draw().is_err());
            assert!(chart().log_y().reference("level", height).draw().is_err());
        }
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
        let error = zero.series("s", [(1.0, 1.0)]).draw().unwrap_err();
        assert_eq!(
            error.to_string(),
            "vertical axis: 0 is not allowed on a logarithmic axis, use numbers above 0"
        );
    }

    #[test]
    fn threads_are_whole_numbers() {
        let labels = |points: &[(f64, f64)]| {
            let chart = LineChart::new("t").x("threads").whole_x();
            let chart = chart.series("s", points.iter().copied()).draw().unwrap();
            [1, 2, 3].map(|n| chart.svg().contains(&format!("\n{n}\n")))
        };
        assert_eq!(labels(&[(1.0, 70.0), (2.0, 90.0)]), [true, true, false]);
        assert_eq!(labels(&[(1.0, 70.0)]), [true, false, false]);
        let chart = LineChart::new("t")
            .whole_x()
            .series("s", [(1.0, 7.0), (2.0, 9.0)]);
        assert!(!chart.draw().unwrap().svg().contains("\n1.5\n"));
    }

    #[test]
    fn one_point_and_one_level_can_be_drawn() {
        assert!(LineChart::new("t").series("s", [(1.0, 0.0)]).draw().is_ok());
        assert!(
            LineChart::new("t")
                .markers()
                .log_x()
                .series("s", [(1.0, 7.0)])
                .draw()
                .is_ok()
        );
    }
}
