//! Load chart: one band for each CPU (hardware thread), filled as far as it was busy.

use plotters::prelude::*;

use super::axis::{self, Axis};
use super::style::{self, colour};
use super::{Chart, check_series, undrawable};
use crate::Error;
use crate::load::Load;

impl<T> Load<T> {
    /// Draws the load of each core over time, as a system monitor does.
    ///
    /// # Errors
    ///
    /// [`Error::Chart`] if there are no readings.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::load::{Load, Sample};
    ///
    /// let sample = Sample { seconds: 0.2, percent: vec![100.0, 3.0] };
    /// let chart = Load { value: (), samples: vec![sample] }.chart("Busy and idle")?;
    /// assert!(chart.description().contains("CPU 0 100 %, CPU 1 3 %"));
    /// # Ok::<(), speedup::Error>(())
    /// ```
    pub fn chart(&self, title: &str) -> Result<Chart, Error> {
        let percents: Vec<f64> = self
            .samples
            .iter()
            .flat_map(|sample| sample.percent.clone())
            .collect();
        check_series("load", &percents)?;
        let mut svg = String::new();
        self.paint(title, &mut svg).map_err(undrawable)?;
        let mean: Vec<String> = self
            .mean()
            .iter()
            .enumerate()
            .map(|(core, percent)| format!("CPU {core} {percent:.0} %"))
            .collect();
        let words = format!(
            "Load chart: {title}. Horizontal axis: time in seconds, {} readings. Vertical axis: \
             one band a CPU, filled from 0 to 100 % busy. Mean load: {}.",
            self.samples.len(),
            mean.join(", ")
        );
        Ok(Chart::new(&svg, title, words))
    }

    fn paint<'a>(
        &self,
        title: &'a str,
        svg: &'a mut String,
    ) -> Result<(), Box<dyn std::error::Error + 'a>> {
        let cores = self
            .samples
            .first()
            .map_or(0, |sample| sample.percent.len());
        let end = self.samples.last().map_or(0.0, |sample| sample.seconds);
        let (root, area) = style::card(svg, style::SIZE, title, &[])?;
        let x = Axis::exact(0.0, end.max(1e-6));
        let y = Axis::rows(cores, |core| format!("CPU {core}"));
        let titles = ("time [s]", "load, 0 to 100 % a band");
        let mut chart = axis::frame(&area, (&x, &y), titles)?;
        let band = |core: usize| (cores - 1 - core) as f64;
        let place = |(time, height): (f64, f64)| (x.place(time), y.place(height));
        for core in 0..cores {
            let fill = colour(core % 2 * 2).filled();
            let starts = std::iter::once(0.0).chain(self.samples.iter().map(|s| s.seconds));
            let bars = self.samples.iter().zip(starts).map(|(sample, start)| {
                let height = 0.92 * (sample.percent[core] / 100.0).clamp(0.0, 1.0);
                let corners = [(start, band(core)), (sample.seconds, band(core) + height)];
                Rectangle::new(corners.map(place), fill)
            });
            chart.draw_series(bars)?;
            let floor = [(0.0, band(core)), (end, band(core))];
            chart.draw_series([PathElement::new(floor.map(place), style::GREY)])?;
        }
        root.present()?;
        Ok(())
    }
}
