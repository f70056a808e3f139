//! A measurement: the times of one implementation.

use serde::{Deserialize, Serialize};
use speedup::kernels::median::median;

use crate::level::Level;

/// The times of one implementation at one number of threads, over several runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The kernel.
    pub workload: String,
    /// The name of the implementation.
    pub implementation: String,
    /// `notebook` or `release` for ours; `python`, `c`, or `machine` for measures of the machine.
    pub build: String,
    /// The instruction set; `None` if the program chooses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The amount of work in times that of the handouts, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// The most memory of the program in bytes, where the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// The number of threads.
    pub threads: usize,
    /// Median of the times, in seconds.
    pub median_s: f64,
    /// Shortest of the times, in seconds.
    pub min_s: f64,
    /// The number of times.
    pub repeats: usize,
    /// The times in seconds, one for each round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times_s: Vec<f64>,
    /// The value on which all implementations agree.
    pub value: f64,
}

/// The median of times; NaN for no times.
pub fn median_of(times: &[f64]) -> f64 {
    median(&mut times.to_vec()).unwrap_or(f64::NAN)
}
