//! Charts as values: a notebook cell ends with one, and the page shows it.
//!
//! A chart is an SVG picture with a white background. It stays sharp in HTML and on paper, and
//! JupyterLab shows it also in a notebook that is not trusted. Its text alternative is a title and
//! a description in words. The colours are those of Okabe and Ito, which people with any kind of
//! colour vision can tell apart. Dashes, markers and shading differ as well.

mod axis;
mod bar;
mod bar_labels;
mod frame;
#[cfg(test)]
mod geometry;
mod histogram;
mod legend;
mod line;
mod load;
mod numbers;
mod series;
mod speedups;
mod style;
mod text;
mod ticks;
mod timeline;

pub use bar::BarChart;
pub use histogram::Histogram;
pub use line::LineChart;
pub use speedups::SpeedupChart;
pub use timeline::TimelineChart;

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::display::escape::html as escape;
use crate::measure::compare::Interval;
use speedup::Error;

/// A number in a description, with its interval if it has one.
fn interval_words(interval: Interval, number: impl Fn(f64) -> String) -> String {
    let Interval { value, low, high } = interval;
    match low == high {
        true => number(value),
        false => format!("{} ({} to {})", number(value), number(low), number(high)),
    }
}

/// A finished chart: a picture and its description in words.
///
/// # Examples
///
/// ```
/// use speedup_notebook::display::chart::LineChart;
///
/// let chart = LineChart::new("Squares")
///     .x("number")
///     .y("its square")
///     .series("n²", (0..10).map(|n| (f64::from(n), f64::from(n * n))))
///     .draw()?;
/// assert!(chart.svg().starts_with("<svg"));
/// assert!(chart.description().contains("Squares"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    svg: String,
    narrow: String,
    description: String,
}

/// Under this type a notebook's output has the drawing for narrow windows.
const NARROW: &str = "application/vnd.speedup.narrow+svg";

impl Chart {
    /// The chart that `paint` draws in two sizes.
    fn new(
        title: &str,
        description: String,
        paint: impl Fn(&mut String, style::Size) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let drawn = |size| {
            let mut svg = String::new();
            paint(&mut svg, size)?;
            Ok(described(&svg, title, &description))
        };
        Ok(Self {
            svg: drawn(style::WIDE)?,
            narrow: drawn(style::NARROW)?,
            description: without_control_characters(description.clone()),
        })
    }

    /// The picture, as an SVG document.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").series("s", data).draw()?;
    /// assert!(chart.svg().contains(">t</title>"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture for a narrow window, as an SVG document.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").series("s", data).draw()?;
    /// assert!(chart.narrow_svg().contains("viewBox=\"0 0 370 "));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn narrow_svg(&self) -> &str {
        &self.narrow
    }

    /// The chart in words: what it shows, its axes, each series with its range.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// let chart = speedup_notebook::display::chart::LineChart::new("t").series("s", data).draw()?;
    /// assert!(chart.description().contains("s: 2 points"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Shows the chart as a notebook cell's result, with the description as its text form.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// speedup_notebook::display::chart::LineChart::new("t").series("s", data).draw()?.evcxr_display();
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn evcxr_display(&self) {
        crate::jupyter::show("image/svg+xml", &self.svg);
        crate::jupyter::show(NARROW, &self.narrow);
        crate::jupyter::show("text/html", &self.img());
        crate::jupyter::show("text/plain", &self.description);
    }

    /// The picture as an HTML image. JupyterLab shows it in a notebook that is not trusted, where it
    /// does not show SVG.
    fn img(&self) -> String {
        let data = BASE64_STANDARD.encode(&self.svg);
        let words = escape(&self.description);
        format!("<img alt=\"{words}\" src=\"data:image/svg+xml;base64,{data}\">")
    }
}

/// A picture with a title, a description and a role, for screen readers.
fn described(svg: &str, title: &str, description: &str) -> String {
    let (title, words) = (escape(title), escape(description));
    // Two charts on one page have different identifiers unless their contents are the same.
    let mut hasher = DefaultHasher::new();
    (svg, &words).hash(&mut hasher);
    let id = format!("chart-{:016x}", hasher.finish());
    let head = format!("<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" ");
    let names = format!(
        ">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{words}</desc>\n"
    );
    let svg = svg.replacen("<svg ", &head, 1).replacen(">\n", &names, 1);
    without_control_characters(svg)
}

/// A text without the characters that XML documents must not contain.
fn without_control_characters(mut text: String) -> String {
    text.retain(|c| {
        c == '\n' || c == '\t' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    });
    text
}

/// Refuses numbers that are not finite, and no numbers at all.
fn check_series(what: &'static str, values: &[f64]) -> Result<(), Error> {
    let problem = match values.iter().find(|value| !value.is_finite()) {
        Some(bad) => format!("{bad} is not allowed, use finite numbers"),
        None if values.is_empty() => "there are no points, give at least one".to_owned(),
        None => return Ok(()),
    };
    Err(Error::Data { what, problem })
}

fn undrawable(problem: impl std::fmt::Display) -> Error {
    Error::Data {
        what: "drawing",
        problem: problem.to_string(),
    }
}
