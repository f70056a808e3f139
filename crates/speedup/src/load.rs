//! How busy each core is while a block runs.
//!
//! The figures are the operating system's own, of the whole machine: other
//! programs that run meanwhile are in them.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use sysinfo::{CpuRefreshKind, RefreshKind, System};

use crate::Error;

/// One reading of all cores.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Seconds since the block began; the reading is about the time since the one before.
    pub seconds: f64,
    /// Busy share of each core in percent.
    pub percent: Vec<f64>,
}

/// What a block returned, and the load of each core while it ran.
///
/// # Examples
///
/// ```
/// use speedup::load::record_load;
///
/// let nap = std::time::Duration::from_millis(300);
/// let run = record_load(|| std::thread::sleep(nap))?;
/// assert!(!run.samples.is_empty());
/// assert_eq!(run.mean().len(), run.samples[0].percent.len());
/// # Ok::<(), speedup::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Load<T> {
    /// What the block returned.
    pub value: T,
    /// The readings in the order of time.
    pub samples: Vec<Sample>,
}

impl<T> Load<T> {
    /// Mean load of each core in percent, over the block's whole time.
    ///
    /// # Examples
    ///
    /// ```
    /// use speedup::load::{Load, Sample};
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

/// Runs a block and reads the load of each core five times a second meanwhile.
///
/// A block shorter than the system's shortest reading (0.2 s on Linux) is followed
/// by idle waiting until one reading is possible; give it longer work.
///
/// # Errors
///
/// [`Error::System`] if the operating system does not tell the load.
///
/// # Panics
///
/// Only if the block does.
///
/// # Examples
///
/// ```
/// # use speedup::load::record_load;
/// assert_eq!(record_load(|| 6 * 7)?.value, 42);
/// # Ok::<(), speedup::Error>(())
/// ```
pub fn record_load<T>(block: impl FnOnce() -> T) -> Result<Load<T>, Error> {
    let kind = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing().with_usage());
    // This is the first reading, with which the next one is compared.
    let mut system = System::new_with_specifics(kind).map_err(refused)?;
    let interval = sysinfo::MINIMUM_CPU_UPDATE_INTERVAL.max(Duration::from_millis(200));

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
                system.refresh_cpu_usage();
                last = Instant::now();
                samples.push(Sample {
                    seconds: (last - start).as_secs_f64(),
                    percent: system
                        .cpus()
                        .iter()
                        .map(|cpu| f64::from(cpu.usage()))
                        .collect(),
                });
                if ended {
                    return samples;
                }
            }
        });
        let value = block();
        drop(done);
        let samples = sampler
            .join()
            .map_err(|_| refused("the sampling thread died"))?;
        Ok(Load { value, samples })
    })
}

fn refused(problem: impl std::fmt::Debug) -> Error {
    Error::System {
        what: "processor load",
        problem: format!("{problem:?}"),
    }
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
        assert!(run.value > 0 && run.samples.len() >= 3);
        assert!(run.samples.is_sorted_by(|a, b| a.seconds < b.seconds));
        for percent in run.samples.iter().flat_map(|sample| &sample.percent) {
            assert!((0.0..=100.5).contains(percent), "{percent}");
        }
        // One thread that spins keeps one core's worth busy, less what is lost at the edges.
        assert!(run.mean().iter().sum::<f64>() > 50.0, "{:?}", run.mean());
    }
}
