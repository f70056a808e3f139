//! Speed-up chart: measured points, the ideal line, and an Amdahl curve.

use super::axis::Axis;
use super::frame::frame;
use super::legend::Key;
use super::series::{self, Stroke};
use super::style::{self, Size};
use super::{Chart, check_series, interval_words, undrawable};
use crate::measure::compare::Interval;
use crate::measure::format::significant;
use crate::measure::scaling_laws;
use speedup::Error;
use speedup::Threads;
use speedup::error::check_count;

/// A chart of more threads than this has logarithmic axes.
const MANY: usize = 32;
/// The highest speed-up of a chart. The vertical axis ends a little above it.
const HIGHEST: f64 = 1e300;

/// The fewest numbers of threads from 2 to the CPUs through which Amdahl's law is drawn.
const USABLE: usize = 3;

/// The data of a speed-up chart: speed-up over the number of threads. [`SpeedupChart::draw`] draws it.
///
/// The ideal line is the number of threads, or the number of CPUs if that is lower; a vertical line
/// marks the CPUs. Amdahl's law is drawn if at least 3 numbers of threads from 2 to the CPUs were
/// measured, and otherwise the chart's description says that the serial share cannot be told.
///
/// # Examples
///
/// ```
/// use speedup::Threads;
/// use speedup_notebook::display::chart::SpeedupChart;
///
/// let gains = [(Threads::new(1)?, 1.0), (Threads::new(2)?, 1.92), (Threads::new(4)?, 1.9)];
/// let chart = SpeedupChart::new("Wealth", 2, gains).draw()?;
/// assert!(chart.description().contains("2 threads 1.92"));
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedupChart {
    title: String,
    cpus: usize,
    points: Vec<(usize, Interval)>,
}

impl SpeedupChart {
    /// A chart from the speed-up of each number of threads. A speed-up that is an [`Interval`] has a
    /// whisker from its lower to its upper end.
    ///
    /// `cpus` is the number of threads that can run at the same time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// # use speedup_notebook::display::chart::SpeedupChart;
    /// let chart = SpeedupChart::new("t", 2, [(Threads::new(2)?, 2.0)]);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn new(
        title: &str,
        cpus: usize,
        speed_ups: impl IntoIterator<Item = (Threads, impl Into<Interval>)>,
    ) -> Self {
        let speed_ups = speed_ups.into_iter();
        let points = speed_ups.map(|(threads, gain)| (threads.count(), gain.into()));
        Self {
            title: title.to_owned(),
            cpus: cpus.max(1),
            points: points.collect(),
        }
    }

    /// The serial share of the work after Amdahl's law, 0 to 1, with its interval.
    ///
    /// It is `None` if fewer than 3 numbers of threads from 2 to `cpus` were measured, or if no share
    /// up to 1 fits. The ends of the interval are the shares that fit the upper and the lower ends of
    /// all speed-ups.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// # use speedup_notebook::display::chart::SpeedupChart;
    /// # use speedup_notebook::measure::scaling_laws::amdahl;
    /// let all: Vec<_> = [2, 4, 8].map(|n| (Threads::new(n).unwrap(), amdahl(0.1, n))).into();
    /// let share = SpeedupChart::new("t", 8, all.clone()).serial_share().unwrap();
    /// assert!((share.value - 0.1).abs() < 1e-12);
    /// assert_eq!(SpeedupChart::new("t", 4, all).serial_share(), None);
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn serial_share(&self) -> Option<Interval> {
        let usable = self.points.iter();
        let usable: Vec<_> = usable
            .filter(|(n, _)| (2..=self.cpus).contains(n))
            .collect();
        if usable.len() < USABLE {
            return None;
        }
        let share = |part: fn(&Interval) -> f64| {
            let gains = usable.iter().map(|(n, gain)| (*n, part(gain)));
            scaling_laws::amdahl_fit(&gains.collect::<Vec<_>>())
        };
        let value = share(|gain| gain.value).filter(|share| *share <= 1.0)?;
        Some(Interval {
            value: value.max(0.0),
            low: share(|gain| gain.high)?.clamp(0.0, 1.0),
            high: share(|gain| gain.low)?.clamp(0.0, 1.0),
        })
    }

    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for no points, and for speed-ups that are zero, negative, not finite or above
    /// 1e300; [`Error::Count`] for more than [`Threads::MAX`] CPUs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use speedup::Threads;
    /// # use speedup_notebook::display::chart::SpeedupChart;
    /// for bad in [0.0, f64::NAN, 1e301] {
    ///     assert!(SpeedupChart::new("t", 2, [(Threads::new(2)?, bad)]).draw().is_err());
    /// }
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn draw(&self) -> Result<Chart, Error> {
        let values = self
            .points
            .iter()
            .flat_map(|(_, gain)| [gain.value, gain.low, gain.high]);
        let values: Vec<f64> = values.collect();
        check_series("speed-ups", &values)?;
        check_count("CPUs", self.cpus, 1, Threads::MAX as u64)?;
        if let Some(bad) = values.iter().find(|s| **s <= 0.0 || **s > HIGHEST) {
            let problem = match *bad <= 0.0 {
                true => format!("a speed-up of {bad} is not allowed, use numbers above 0"),
                false => format!("a speed-up of {bad:e} is not allowed, use at most {HIGHEST:e}"),
            };
            return Err(Error::Data {
                what: "speed-ups",
                problem,
            });
        }
        Chart::new(&self.title, self.describe(), |svg, size| {
            self.paint(svg, size).map_err(undrawable)
        })
    }

    fn paint(&self, svg: &mut String, size: Size) -> Result<(), Box<dyn std::error::Error + '_>> {
        let most = self
            .points
            .iter()
            .map(|(threads, _)| *threads)
            .max()
            .unwrap_or(1)
            .max(self.cpus)
            .max(2);
        let best = self
            .points
            .iter()
            .map(|(_, gain)| gain.high)
            .fold(0.0, f64::max);
        let top = 1.15 * best.max(self.cpus.min(most) as f64);
        // On linear axes the points of few threads would overlap.
        let (x, y) = if most > MANY {
            (Axis::log2(most as f64)?, Axis::log2(top)?)
        } else {
            (
                Axis::integers(0.8, most as f64 + 0.2)?,
                Axis::linear(0.0, top)?,
            )
        };
        let serial = self.serial_share();
        let amdahl =
            serial.map(|serial| format!("Amdahl's law, serial share {} %", percent(serial)));
        let fitted = Stroke::of_series(1, true);
        let cpus = match self.cpus {
            1 => "the CPU".to_owned(),
            cpus => format!("the {cpus} CPUs"),
        };
        let mut entries = vec![
            ("measured", Key::Marker(0)),
            ("ideal", Key::Line(Stroke::reference(), None)),
            (cpus.as_str(), Key::Line(Stroke::thin(), None)),
        ];
        entries.extend(
            amdahl
                .iter()
                .map(|name| (name.as_str(), Key::Line(fitted, None))),
        );
        let (root, area) = style::background(svg, size, &self.title, &entries)?;
        let titles = ("threads", "speed-up (serial time / time)");
        let chart = frame(&area, (&x, &y), titles)?;
        let pixel = |n: usize, speedup: f64| {
            let point = (x.fraction(n as f64), y.fraction(speedup));
            chart.plotting_area().map_coordinate(&point)
        };
        let curve = |serial: f64| {
            let at = |n: usize| pixel(n, scaling_laws::amdahl(serial, n.min(self.cpus)));
            (1..=most).map(at).collect()
        };
        if let Some(serial) = serial {
            fitted.draw(&root, curve(serial.value))?;
        }
        // Drawn last: an ideal curve shows between the dashes.
        Stroke::reference().draw(&root, curve(0.0))?;
        let ends = [0.0, 1.0].map(|end| {
            let point = (x.fraction(self.cpus as f64), end);
            chart.plotting_area().map_coordinate(&point)
        });
        Stroke::thin().draw(&root, ends.into())?;
        for (n, gain) in &self.points {
            series::marker(&root, pixel(*n, gain.value), 0)?;
            series::whisker(&root, [gain.low, gain.high].map(|end| pixel(*n, end)))?;
        }
        root.present()?;
        Ok(())
    }

    fn describe(&self) -> String {
        let points: Vec<String> = self
            .points
            .iter()
            .map(|(n, gain)| {
                let plural = if *n == 1 { "" } else { "s" };
                let gain = interval_words(*gain, |end| significant(end, 3));
                format!("{n} thread{plural} {gain}")
            })
            .collect();
        let mut words = format!(
            "Speed-up chart: {}. Horizontal axis: threads. Vertical axis: speed-up. Measured on {} CPU{}: {}.",
            self.title,
            self.cpus,
            if self.cpus == 1 { "" } else { "s" },
            points.join(", ")
        );
        if self.points.iter().any(|(threads, _)| *threads > self.cpus) {
            let plural = if self.cpus == 1 { "" } else { "s" };
            words += &format!(
                " The ideal line is level from {} thread{plural} on.",
                self.cpus
            );
        }
        words
            + &match self.serial_share() {
                Some(serial) => format!(
                    " Amdahl's law with a serial share of {} %.",
                    percent(serial)
                ),
                None => {
                    " The serial share cannot be told from these numbers of threads.".to_owned()
                }
            }
    }
}

/// A share in per cent, as text.
fn percent(share: Interval) -> String {
    format!("{:.1}", share.map(|share| 100.0 * share))
}
