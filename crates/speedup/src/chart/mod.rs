//! Charts as values: a notebook cell ends with one, and the page shows it.
//!
//! A chart is an SVG picture on a white ground, which JupyterLab shows without trust
//! and which stays crisp in HTML and on paper, with a title and a description in
//! words as its text alternative. Colours are those of Okabe and Ito, which people
//! with any kind of colour vision can tell apart; dashes, marks and shading differ as well.

mod axis;
mod bar;
#[cfg(test)]
mod geometry;
mod legend;
mod line;
mod load;
mod series;
mod speedup;
mod style;
mod timeline;

pub use bar::BarChart;
pub use line::LineChart;
pub use speedup::SpeedupChart;
pub use timeline::TimelineChart;

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::Error;
use crate::escape::html as escape;

/// A finished chart: a picture, and the same in words.
///
/// # Examples
///
/// ```
/// use speedup::chart::LineChart;
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
    description: String,
}

impl Chart {
    /// Gives plotters' picture a title, a description and a role, so that it can be read aloud.
    fn new(svg: &str, title: &str, description: String) -> Self {
        let (title, words) = (escape(title), escape(&description));
        // Charts on one page have names of their own, as long as their contents differ.
        let mut hasher = DefaultHasher::new();
        (svg, &words).hash(&mut hasher);
        let id = format!("chart-{:016x}", hasher.finish());
        let head = format!("<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" ");
        let svg = svg.replacen("<svg ", &head, 1).replacen(
            ">\n",
            &format!(
                ">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{words}</desc>\n"
            ),
            1,
        );
        let [svg, description] = [svg, description].map(readable);
        Self { svg, description }
    }

    /// The picture, as an SVG document.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// let chart = speedup::chart::LineChart::new("t").series("s", data).draw()?;
    /// assert!(chart.svg().contains(">t</title>"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The chart in words: what it shows, its axes, each series with its range.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// let chart = speedup::chart::LineChart::new("t").series("s", data).draw()?;
    /// assert!(chart.description().contains("s: 2 points"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Shows the chart as a notebook cell's result, the description beside it.
    ///
    /// # Examples
    ///
    /// ```
    /// # let data = [(0.0, 1.0), (1.0, 2.0)];
    /// speedup::chart::LineChart::new("t").series("s", data).draw()?.evcxr_display();
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn evcxr_display(&self) {
        crate::notebook::show("image/svg+xml", &self.svg);
        crate::notebook::show("text/html", &self.img());
        crate::notebook::show("text/plain", &self.description);
    }

    /// The picture as an HTML image: of a notebook that is not trusted JupyterLab shows no SVG as such.
    fn img(&self) -> String {
        let data = BASE64_STANDARD.encode(&self.svg);
        let words = escape(&self.description);
        format!("<img alt=\"{words}\" src=\"data:image/svg+xml;base64,{data}\">")
    }
}

/// A text without the characters that no XML document may have.
fn readable(mut text: String) -> String {
    text.retain(|c| {
        c == '\n' || c == '\t' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
    });
    text
}

/// Refuses data that has no place on an axis.
fn check_series(what: &'static str, values: &[f64]) -> Result<(), Error> {
    let problem = match values.iter().find(|value| !value.is_finite()) {
        Some(bad) => format!("{bad} has no place on an axis, use finite numbers"),
        None if values.is_empty() => "there are no points, give at least one".to_owned(),
        None => return Ok(()),
    };
    Err(Error::Chart { what, problem })
}

fn undrawable(problem: impl std::fmt::Display) -> Error {
    Error::Chart {
        what: "drawing",
        problem: problem.to_string(),
    }
}
