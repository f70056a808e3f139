//! Histogram: how many of some values lie in each of some bins of equal width.

use plotters::prelude::*;

use super::axis::Axis;
use super::frame::frame;
use super::legend::Key;
use super::numbers::format_number;
use super::series::Stroke;
use super::style::{self, Size, colour};
use super::{Chart, check_series, undrawable};
use speedup::Error;

/// The most bins, so that each is at least a pixel wide.
const MOST: usize = 400;

/// The data and settings of a histogram; [`Histogram::draw`] draws it.
///
/// The heights of the bars are densities: the share of the values in a bin, divided by the width of
/// the bin.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::chart::Histogram;
///
/// let values = [0.5, 1.5, 1.6, 7.0];
/// let chart = Histogram::new("Four values", &values).bins(3, 0.0, 3.0).x("value").draw()?;
/// assert!(chart.description().contains("3 bins from 0 to 3"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram<'a> {
    title: String,
    x: String,
    values: &'a [f64],
    bins: usize,
    ends: (f64, f64),
    curve: Option<(String, Vec<(f64, f64)>)>,
}

impl<'a> Histogram<'a> {
    /// A histogram of these values with 40 bins from the lowest value to the highest.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(speedup_notebook::display::chart::Histogram::new("none", &[]).draw().is_err());
    /// ```
    pub fn new(title: &str, values: &'a [f64]) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self {
            title: title.to_owned(),
            x: String::new(),
            values,
            bins: 40,
            ends: (low, high),
            curve: None,
        }
    }

    /// Sets the number of bins and the two ends. Values outside are not drawn; the description says how
    /// many they are.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::Histogram;
    /// assert!(Histogram::new("t", &[1.0]).bins(0, 0.0, 2.0).draw().is_err());
    /// ```
    #[must_use]
    pub fn bins(mut self, bins: usize, low: f64, high: f64) -> Self {
        self.bins = bins;
        self.ends = (low, high);
        self
    }

    /// Labels the horizontal axis, with its unit.
    ///
    /// # Examples
    ///
    /// ```
    /// let chart = speedup_notebook::display::chart::Histogram::new("t", &[1.0, 2.0]).x("wealth");
    /// ```
    #[must_use]
    pub fn x(mut self, label: &str) -> Self {
        label.clone_into(&mut self.x);
        self
    }

    /// Adds a curve, such as the density that the values should have.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::Histogram;
    /// let chart = Histogram::new("t", &[0.5]).bins(1, 0.0, 1.0).curve("uniform", |_| 1.0).draw()?;
    /// assert!(chart.description().contains("Curve uniform"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    #[must_use]
    pub fn curve(mut self, name: &str, density: impl Fn(f64) -> f64) -> Self {
        let (low, high) = self.ends;
        let distance = high - low;
        let at = |k: u32| match (300.0 * distance).is_finite() {
            true => low + distance * f64::from(k) / 300.0,
            false => low + distance / 300.0 * f64::from(k),
        };
        let points = (0..=300).map(|k| (at(k), density(at(k))));
        let points = points.filter(|(_, height)| height.is_finite());
        self.curve = Some((name.to_owned(), points.collect()));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for no values, for values or ends that are not finite, for a lower end that is
    /// not below the upper, and for 0 bins or more than 400.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup_notebook::display::chart::Histogram;
    /// assert!(Histogram::new("t", &[1.0, f64::NAN]).bins(10, 0.0, 2.0).draw().is_err());
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        check_series("values", self.values)?;
        let (low, high) = self.ends;
        check_series("ends of the bins", &[low, high, high - low])?;
        let what = "bins";
        if low >= high {
            let problem = format!(
                "bins from {low} to {high} are not allowed, use a lower end below the upper"
            );
            return Err(Error::Data { what, problem });
        }
        if !(1..=MOST).contains(&self.bins) {
            let problem = format!("{} bins are not allowed, use 1 to {MOST}", self.bins);
            return Err(Error::Data { what, problem });
        }
        Chart::new(&self.title, self.describe(), |svg, size| {
            self.paint(svg, size).map_err(undrawable)
        })
    }

    /// The number of values in each bin. A value at an inner edge belongs to the bin above it.
    fn counts(&self) -> Vec<usize> {
        let (low, high) = self.ends;
        let mut counts = vec![0; self.bins];
        for value in self.values.iter().filter(|v| (low..=high).contains(*v)) {
            let bin = (value - low) / (high - low) * self.bins as f64;
            counts[(bin as usize).min(self.bins - 1)] += 1;
        }
        counts
    }

    fn width(&self) -> f64 {
        (self.ends.1 - self.ends.0) / self.bins as f64
    }

    fn densities(&self) -> Vec<f64> {
        let unit = self.values.len() as f64 * self.width();
        self.counts()
            .into_iter()
            .map(|count| count as f64 / unit)
            .collect()
    }

    fn paint(&self, svg: &mut String, size: Size) -> Result<(), Box<dyn std::error::Error + '_>> {
        let densities = self.densities();
        let curve = self.curve.iter().flat_map(|(_, points)| points);
        let heights = densities
            .iter()
            .copied()
            .chain(curve.map(|(_, height)| *height));
        let top = heights.fold(0.0, f64::max);
        let x = Axis::linear(self.ends.0, self.ends.1)?;
        let y = Axis::linear(0.0, if top > 0.0 { 1.05 * top } else { 1.0 })?;
        let line = Stroke::of_series(1, false);
        let mut entries = vec![("values", Key::Bar(0))];
        entries.extend(
            self.curve
                .iter()
                .map(|(name, _)| (name.as_str(), Key::Line(line, None))),
        );
        let (root, area) = style::background(svg, size, &self.title, &entries)?;
        let chart = frame(
            &area,
            (&x, &y),
            (&self.x, "density (share of values per unit)"),
        )?;
        let pixel = |at: f64, height: f64| {
            chart
                .plotting_area()
                .map_coordinate(&(x.fraction(at), y.fraction(height)))
        };
        for (k, density) in densities.iter().enumerate() {
            let left = self.ends.0 + k as f64 * self.width();
            let corners = [pixel(left, *density), pixel(left + self.width(), 0.0)];
            root.draw(&Rectangle::new(corners, style::light(0).filled()))?;
            root.draw(&Rectangle::new(corners, colour(0).stroke_width(1)))?;
        }
        if let Some((_, points)) = &self.curve {
            line.draw(
                &root,
                points
                    .iter()
                    .map(|(at, height)| pixel(*at, *height))
                    .collect(),
            )?;
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let counts = self.counts();
        let inside: usize = counts.iter().sum();
        let highest = counts.iter().enumerate().max_by_key(|(_, count)| **count);
        let (bin, count) = highest.map_or((0, 0), |(bin, count)| (bin, *count));
        let edge = |k: usize| format_number(self.ends.0 + k as f64 * self.width());
        let mut words = format!(
            "Histogram: {}. Horizontal axis: {}. Vertical axis: density. {} values in {} bins from {} \
             to {}; {} values lie outside. The highest bin is from {} to {} with {:.1} % of the values.",
            self.title,
            self.x,
            self.values.len(),
            self.bins,
            edge(0),
            edge(self.bins),
            self.values.len() - inside,
            edge(bin),
            edge(bin + 1),
            100.0 * count as f64 / self.values.len() as f64,
        );
        if let Some((name, points)) = &self.curve {
            let top =
                points.iter().copied().fold(
                    (0.0, 0.0),
                    |top: (f64, f64), point| {
                        if point.1 > top.1 { point } else { top }
                    },
                );
            let (at, height) = (format_number(top.0), format_number(top.1));
            words += &format!(" Curve {name}: highest {height} at {at}.");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_once_and_the_upper_end_belongs_to_the_last_bin() {
        let values = [0.0, 0.99, 1.0, 1.5, 2.0, 3.0, -1.0, 9.0];
        let histogram = Histogram::new("t", &values).bins(3, 0.0, 3.0);
        assert_eq!(histogram.counts(), [2, 2, 2]);
        let area: f64 = histogram.densities().iter().sum::<f64>() * histogram.width();
        assert!((area - 6.0 / 8.0).abs() < 1e-12);
        assert!(
            histogram
                .draw()
                .unwrap()
                .description()
                .contains("2 values lie outside")
        );
    }

    #[test]
    fn equal_values_and_ends_without_a_distance_are_refused_with_the_rule() {
        let error = Histogram::new("t", &[1.0, 1.0]).draw().unwrap_err();
        assert_eq!(
            error.to_string(),
            "bins: bins from 1 to 1 are not allowed, use a lower end below the upper"
        );
        let wide = Histogram::new("t", &[0.0]).bins(2, -f64::MAX, f64::MAX);
        assert!(wide.draw().is_err());
    }

    #[test]
    fn bars_stand_side_by_side() {
        let values: Vec<f64> = (0..1000).map(|k| f64::from(k % 100)).collect();
        let chart = Histogram::new("t", &values)
            .bins(20, 0.0, 100.0)
            .draw()
            .unwrap();
        assert_eq!(chart.svg().matches("<rect").count(), 2 * 20 + 1);
    }
}
