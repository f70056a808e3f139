//! The load of each CPU (hardware thread) while a closure runs.
//!
//! The operating system reports the load of the whole machine, so it includes other programs.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use sysinfo::{CpuRefreshKind, RefreshKind, System};

use speedup::Error;

use crate::measure::cpu_ticks::{self, Ticks};

/// One reading of all CPUs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Seconds since the closure began. The reading is the mean since the reading before.
    pub seconds: f64,
    /// The share of time that each CPU was busy, in percent.
    pub percent: Vec<f64>,
}

/// The result of a closure, and the load of each CPU while it ran.
///
/// # Examples
///
/// ```
/// use speedup_notebook::measure::load::record_load;
///
/// let nap = std::time::Duration::from_millis(300);
/// let run = record_load(|| std::thread::sleep(nap))?;
/// assert!(!run.samples.is_empty());
/// assert_eq!(run.mean().len(), run.samples[0].percent.len());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Load<T> {
    /// The result of the closure.
    pub value: T,
    /// The readings in chronological order.
    pub samples: Vec<Sample>,
}

impl<T> Load<T> {
    /// The mean load of each CPU in percent, over all readings.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup_notebook::measure::load::{Load, Sample};
    ///
    /// let first = Sample { seconds: 1.0, percent: vec![100.0, 0.0] };
    /// let second = Sample { seconds: 2.0, percent: vec![50.0, 0.0] };
    /// let load = Load { value: (), samples: vec![first, second] };
    /// assert_eq!(load.mean(), [75.0, 0.0]);
    /// ```
    pub fn mean(&self) -> Vec<f64> {
        let cores = self
            .samples
            .first()
            .map_or(0, |sample| sample.percent.len());
        let mut sums = vec![0.0; cores];
        let mut before = 0.0;
        for sample in &self.samples {
            for (sum, percent) in sums.iter_mut().zip(&sample.percent) {
                *sum += percent * (sample.seconds - before);
            }
            before = sample.seconds;
        }
        sums.into_iter().map(|sum| sum / before).collect()
    }
}

/// Runs a closure, and reads the load of each CPU ten times per second while it runs.
///
/// Linux counts the load in ticks of 10 ms, so a reading has a resolution of 10 %. Other systems are
/// read five times per second. After a closure that takes less time than one reading the function waits
/// until this is complete, and the waiting counts as idle time.
///
/// # Errors
///
/// [`Error::System`] if the operating system does not report the load.
///
/// # Panics
///
/// Only if the closure does.
///
/// # Examples
///
/// ```
/// # use speedup_notebook::measure::load::record_load;
/// assert_eq!(record_load(|| 6 * 7)?.value, 42);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn record_load<T>(closure: impl FnOnce() -> T) -> Result<Load<T>, Error> {
    // The first reading, to which the next one is compared.
    let mut reader = Reader::new()?;
    let interval = reader.interval();

    let start = Instant::now();
    let (done, finished) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let sampler = scope.spawn(move || {
            let mut samples = Vec::new();
            let mut last = start;
            loop {
                let ended = finished.recv_timeout(interval) != Err(RecvTimeoutError::Timeout);
                if ended && !samples.is_empty() && last.elapsed() < interval {
                    return samples;
                }
                std::thread::sleep(interval.saturating_sub(last.elapsed()));
                let percent = reader.percent();
                last = Instant::now();
                samples.push(Sample {
                    seconds: (last - start).as_secs_f64(),
                    percent,
                });
                if ended {
                    return samples;
                }
            }
        });
        let value = closure();
        drop(done);
        let samples = sampler
            .join()
            .map_err(|_| unknown_load("the sampling thread panicked"))?;
        Ok(Load { value, samples })
    })
}

/// What reports the load of each CPU.
enum Reader {
    /// Linux's ticks, as they were at the last reading.
    Ticks(Vec<Ticks>),
    /// Any other system.
    Other(Box<System>),
}

impl Reader {
    fn new() -> Result<Self, Error> {
        if let Some(ticks) = cpu_ticks::read() {
            return Ok(Self::Ticks(ticks));
        }
        let kind = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing().with_usage());
        let system = System::new_with_specifics(kind).map_err(unknown_load)?;
        Ok(Self::Other(Box::new(system)))
    }

    /// The time from one reading to the next.
    fn interval(&self) -> Duration {
        match self {
            Self::Ticks(_) => Duration::from_millis(100),
            Self::Other(_) => sysinfo::MINIMUM_CPU_UPDATE_INTERVAL.max(Duration::from_millis(200)),
        }
    }

    /// The load of each CPU since the last reading.
    fn percent(&mut self) -> Vec<f64> {
        match self {
            Self::Ticks(last) => {
                let now = cpu_ticks::read().unwrap_or_else(|| last.clone());
                let load = last.iter().map(|before| {
                    // A CPU that was switched off meanwhile is idle.
                    let after = now.iter().find(|after| after.cpu == before.cpu);
                    let after = after.unwrap_or(before);
                    let all = (after.all - before.all).max(1.0);
                    (100.0 * (after.busy - before.busy) / all).clamp(0.0, 100.0)
                });
                let load = load.collect();
                last.iter_mut().for_each(|before| {
                    let after = now.iter().find(|after| after.cpu == before.cpu);
                    *before = *after.unwrap_or(before);
                });
                load
            }
            Self::Other(system) => {
                system.refresh_cpu_usage();
                let cpus = system.cpus().iter();
                cpus.map(|cpu| f64::from(cpu.usage())).collect()
            }
        }
    }
}

fn unknown_load(problem: impl std::fmt::Debug) -> Error {
    Error::system("processor load", format!("{problem:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_thread_shows_as_load() {
        let spin = || {
            let start = Instant::now();
            let mut turns = 0_u64;
            while start.elapsed() < Duration::from_millis(900) {
                turns += 1;
            }
            turns
        };
        let run = record_load(spin).unwrap();
        assert!(run.value > 0 && run.samples.len() >= 4);
        assert!(run.samples.is_sorted_by(|a, b| a.seconds < b.seconds));
        for percent in run.samples.iter().flat_map(|sample| &sample.percent) {
            assert!((0.0..=100.5).contains(percent), "{percent}");
        }
        // One thread that spins keeps one core's worth busy, less what is lost at the edges.
        assert!(run.mean().iter().sum::<f64>() > 50.0, "{:?}", run.mean());
    }
}
