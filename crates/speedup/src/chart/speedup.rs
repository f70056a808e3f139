//! Speed-up chart: measured points, the ideal line, and an Amdahl curve.

use plotters::prelude::*;

use super::axis::{self, Axis};
use super::legend::Key;
use super::series::{self, Stroke};
use super::style;
use super::{Chart, check_series, undrawable};
use crate::{Error, Threads, law};

/// With more threads than this the axes are logarithmic.
const MANY: usize = 32;

/// A speed-up chart in the making: speed-up against the number of threads.
///
/// The ideal line rises with the threads as far as there are cores and is level
/// from there. The Amdahl curve, level likewise, has the serial fraction that the
/// Karp–Flatt metric gives for the measurement with the most threads that have a
/// core each.
///
/// # Examples
///
/// ```
/// use speedup::chart::SpeedupChart;
/// use speedup::Threads;
///
/// let seconds = [(Threads::new(1)?, 6.9), (Threads::new(2)?, 3.6), (Threads::new(4)?, 3.6)];
/// let chart = SpeedupChart::new("Wealth", 2, 6.9, seconds).draw()?;
/// assert!(chart.description().contains("2 threads 1.92"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedupChart {
    title: String,
    cores: usize,
    points: Vec<(usize, f64)>,
}

impl SpeedupChart {
    /// A chart of the speed-ups that follow from the serial time and the times of some counts of threads.
    ///
    /// All times in one unit; `cores` is the number of threads that can run at the same time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{Threads, chart::SpeedupChart};
    /// let chart = SpeedupChart::new("t", 2, 1.0, [(Threads::new(2)?, 0.5)]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn new(
        title: &str,
        cores: usize,
        serial: f64,
        times: impl IntoIterator<Item = (Threads, f64)>,
    ) -> Self {
        let point = |(threads, time): (Threads, f64)| (threads.count(), law::speedup(serial, time));
        let points = times.into_iter().map(point).collect();
        Self {
            title: title.to_owned(),
            cores: cores.max(1),
            points,
        }
    }

    /// The speed-ups: number of threads, serial time over its time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{Threads, chart::SpeedupChart};
    /// let chart = SpeedupChart::new("t", 2, 1.0, [(Threads::new(2)?, 0.5)]);
    /// assert_eq!(chart.points(), [(2, 2.0)]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn points(&self) -> &[(usize, f64)] {
        &self.points
    }

    /// The serial fraction that the measurement implies, 0 to 1; `None` without a
    /// measurement for 2 threads to `cores`, or where more threads were slower.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{Threads, chart::SpeedupChart};
    /// let chart = SpeedupChart::new("t", 2, 1.0, [(Threads::new(2)?, 0.75)]);
    /// assert_eq!(chart.serial_fraction(), Some(0.5));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn serial_fraction(&self) -> Option<f64> {
        let with_cores = self
            .points
            .iter()
            .filter(|(threads, _)| *threads <= self.cores);
        let (threads, speedup) = with_cores.max_by_key(|(threads, _)| *threads)?;
        law::karp_flatt(*speedup, *threads)
            .filter(|serial| *serial <= 1.0)
            .map(|serial| serial.max(0.0))
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] for no points or times that are zero, negative or not finite.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::{Threads, chart::SpeedupChart};
    /// assert!(SpeedupChart::new("t", 2, 1.0, [(Threads::new(2)?, 0.0)]).draw().is_err());
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        let values: Vec<f64> = self.points.iter().map(|(_, speedup)| *speedup).collect();
        check_series("speed-ups", &values)?;
        if let Some(bad) = values.iter().find(|speedup| **speedup <= 0.0) {
            let problem = format!("{bad} is no speed-up, times must be positive");
            return Err(Error::Chart {
                what: "speed-ups",
                problem,
            });
        }
        let mut svg = String::new();
        self.paint(&mut svg).map_err(undrawable)?;
        Ok(Chart::new(&svg, &self.title, self.describe()))
    }

    fn paint(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error + '_>> {
        let most = self
            .points
            .iter()
            .map(|(threads, _)| *threads)
            .max()
            .unwrap_or(1)
            .max(2);
        let best = self
            .points
            .iter()
            .map(|(_, speedup)| *speedup)
            .fold(0.0, f64::max);
        let top = 1.15 * best.max(self.cores.min(most) as f64);
        // Of many threads the first counts would lie on each other.
        let (x, y) = if most > MANY {
            (Axis::doublings(most as f64), Axis::doublings(top))
        } else {
            (Axis::whole(0.8, most as f64 + 0.2), Axis::exact(0.0, top))
        };
        let serial = self.serial_fraction();
        let amdahl = serial.map(|serial| format!("Amdahl, {:.1} % serial", 100.0 * serial));
        let fitted = Stroke::of_series(1, true);
        let ideal = match self.cores < most {
            true => format!("ideal, level from {} cores on", self.cores),
            false => "ideal".to_owned(),
        };
        let mut entries = vec![
            ("measured", Key::Mark(0)),
            (ideal.as_str(), Key::Line(Stroke::reference(), None)),
        ];
        entries.extend(
            amdahl
                .iter()
                .map(|name| (name.as_str(), Key::Line(fitted, None))),
        );
        let (root, area) = style::card(svg, style::SIZE, &self.title, &entries)?;
        let titles = ("threads", "speed-up (serial time / time)");
        let chart = axis::frame(&area, (&x, &y), titles)?;
        let pixel = |n: usize, speedup: f64| {
            let place = (x.place(n as f64), y.place(speedup));
            chart.plotting_area().map_coordinate(&place)
        };
        let curve = |serial: f64| {
            let at = |n: usize| pixel(n, law::amdahl(serial, n.min(self.cores)));
            (1..=most).map(at).collect()
        };
        if let Some(serial) = serial {
            fitted.draw(&root, curve(serial))?;
        }
        // On top, so that a curve that is ideal is seen between its dashes.
        Stroke::reference().draw(&root, curve(0.0))?;
        if self.cores < most {
            let ends = [0.0, 1.0].map(|end| {
                let place = (x.place(self.cores as f64), end);
                chart.plotting_area().map_coordinate(&place)
            });
            root.draw(&PathElement::new(ends, style::GREY))?;
        }
        for (n, speedup) in &self.points {
            series::mark(&root, pixel(*n, *speedup), 0)?;
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let points: Vec<String> = self
            .points
            .iter()
            .map(|(n, speedup)| {
                let plural = if *n == 1 { "" } else { "s" };
                format!(
                    "{n} thread{plural} {}",
                    crate::timing::significant(*speedup, 3)
                )
            })
            .collect();
        let mut words = format!(
            "Speed-up chart: {}. Horizontal axis: threads. Vertical axis: speed-up. Measured on {} cores: {}.",
            self.title,
            self.cores,
            points.join(", ")
        );
        if self.points.iter().any(|(threads, _)| *threads > self.cores) {
            words += &format!(" The ideal line is level from {} threads on.", self.cores);
        }
        if let Some(serial) = self.serial_fraction() {
            words += &format!(" Amdahl curve with {:.1} % serial.", 100.0 * serial);
        }
        words
    }
}
