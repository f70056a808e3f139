//! Load chart: one band per CPU (hardware thread), filled to the share of time that it was busy.

use plotters::prelude::*;

use super::axis::Axis;
use super::frame::frame;
use super::style::{self, Size, colour};
use super::{Chart, check_series, undrawable};
use crate::measure::load::Load;
use speedup::Error;

impl<T> Load<T> {
    /// Draws the load of each CPU over time, as a system monitor does.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if there are no readings, if a number is not finite, if the readings differ
    /// in their number of CPUs, or if their seconds do not rise from a number above 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::measure::load::{Load, Sample};
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
        let seconds: Vec<f64> = self.samples.iter().map(|sample| sample.seconds).collect();
        check_series("seconds of the readings", &seconds)?;
        let before = std::iter::once(0.0).chain(seconds.iter().copied());
        if let Some((_, bad)) = before.zip(&seconds).find(|(before, s)| *s <= before) {
            return Err(Error::Data {
                what: "seconds of the readings",
                problem: format!("{bad} is not allowed, use numbers that rise from above 0"),
            });
        }
        let cores = self.samples[0].percent.len();
        let counts = self.samples.iter().map(|sample| sample.percent.len());
        if let Some(other) = counts.into_iter().find(|count| *count != cores) {
            return Err(Error::Data {
                what: "load",
                problem: format!(
                    "{other} CPUs in a reading are not allowed, use {cores} as in the first"
                ),
            });
        }
        let words = format!(
            "Load chart: {title}. Horizontal axis: time in seconds, {} readings. Vertical axis: \
             one band per CPU, filled from 0 to 100 % busy. Mean load: {}. {}",
            self.samples.len(),
            loads(&self.mean()),
            self.by_quarter()
        );
        Chart::new(title, words, |svg, size| {
            self.paint(title, svg, size).map_err(undrawable)
        })
    }

    /// The mean load in each quarter of the time, in words; empty for fewer than 4 readings.
    fn by_quarter(&self) -> String {
        let readings = self.samples.len();
        let quarters = ["first", "second", "third", "last"].iter().enumerate();
        let words = quarters.filter_map(|(k, name)| {
            let part = &self.samples[k * readings / 4..(k + 1) * readings / 4];
            let sum = part.iter().map(|sample| sample.percent.as_slice());
            let sum = sum.fold(Vec::new(), |mut sum: Vec<f64>, percent| {
                sum.resize(percent.len(), 0.0);
                sum.iter_mut()
                    .zip(percent)
                    .for_each(|(sum, p)| *sum += p / part.len() as f64);
                sum
            });
            (!part.is_empty() && readings >= 4).then(|| format!("{name} quarter: {}", loads(&sum)))
        });
        let words: Vec<String> = words.collect();
        match words.is_empty() {
            true => String::new(),
            false => format!("By quarters of the time: {}.", words.join("; ")),
        }
    }

    fn paint<'a>(
        &self,
        title: &'a str,
        svg: &'a mut String,
        size: Size,
    ) -> Result<(), Box<dyn std::error::Error + 'a>> {
        let cores = self
            .samples
            .first()
            .map_or(0, |sample| sample.percent.len());
        let end = self.samples.last().map_or(0.0, |sample| sample.seconds);
        let (root, area) = style::background(svg, size, title, &[])?;
        let x = Axis::linear(0.0, end.max(1e-6))?;
        let y = Axis::rows(cores, |core| format!("CPU {core}"));
        let titles = ("time [s]", "load, 0 to 100 % per band");
        let mut chart = frame(&area, (&x, &y), titles)?;
        let band = |core: usize| (cores - 1 - core) as f64;
        let fractions = |(time, height): (f64, f64)| (x.fraction(time), y.fraction(height));
        for core in 0..cores {
            let fill = colour(core % 2 * 2).filled();
            let starts = std::iter::once(0.0).chain(self.samples.iter().map(|s| s.seconds));
            let bars = self.samples.iter().zip(starts).map(|(sample, start)| {
                let height = 0.92 * (sample.percent[core] / 100.0).clamp(0.0, 1.0);
                let corners = [(start, band(core)), (sample.seconds, band(core) + height)];
                Rectangle::new(corners.map(fractions), fill)
            });
            chart.draw_series(bars)?;
            let floor = [(0.0, band(core)), (end, band(core))];
            chart.draw_series([PathElement::new(floor.map(fractions), style::GREY)])?;
        }
        root.present()?;
        Ok(())
    }
}

/// The load of each CPU in words.
fn loads(percents: &[f64]) -> String {
    let cpus = percents.iter().enumerate();
    let words: Vec<String> = cpus
        .map(|(cpu, percent)| format!("CPU {cpu} {percent:.0} %"))
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::load::Sample;

    #[test]
    fn the_words_tell_when_the_load_changes() {
        let reading = |k: u32| Sample {
            seconds: 0.1 * f64::from(k + 1),
            percent: vec![100.0, if k < 4 { 0.0 } else { 90.0 }],
        };
        let samples: Vec<Sample> = (0..8).map(reading).collect();
        let chart = Load { value: (), samples }.chart("t").unwrap();
        let words =
            "second quarter: CPU 0 100 %, CPU 1 0 %; third quarter: CPU 0 100 %, CPU 1 90 %";
        assert!(
            chart.description().contains(words),
            "{}",
            chart.description()
        );
    }

    #[test]
    fn readings_that_do_not_fit_are_refused() {
        let reading = |seconds: f64, percent: &[f64]| Sample {
            seconds,
            percent: percent.to_vec(),
        };
        let first = reading(0.1, &[1.0, 2.0]);
        for other in [
            reading(f64::INFINITY, &[1.0, 2.0]),
            reading(0.2, &[1.0]),
            reading(0.2, &[1.0, f64::NAN]),
        ] {
            let samples = vec![first.clone(), other];
            assert!(Load { value: (), samples }.chart("t").is_err());
        }
    }
}
