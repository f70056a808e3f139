//! A measurement, as one line of JSON.

use serde::{Deserialize, Serialize};

use crate::workload::Failure;

/// What one implementation took at one number of threads, over several runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The kernel.
    pub workload: String,
    /// Whose implementation of it.
    pub implementation: String,
    /// `notebook` or `release` for ours; `python`, `c`, or `machine` for what the machine can do.
    pub build: String,
    /// How many threads.
    pub threads: usize,
    /// Middle of the times, in seconds.
    pub median_s: f64,
    /// Shortest of the times, in seconds.
    pub min_s: f64,
    /// How many times.
    pub repeats: usize,
    /// What all implementations agree on.
    pub value: f64,
}

/// Reads measurements, one a line.
///
/// # Errors
///
/// The number of the first line that is none, and why.
///
/// # Examples
///
/// ```
/// let line = r#"{"workload":"pi","implementation":"speedup","build":"release","threads":2,
///     "median_s":0.01,"min_s":0.009,"repeats":5,"value":3.14}"#.replace('\n', "");
/// assert_eq!(speedup_bench::measurement::read(&line)?[0].threads, 2);
/// # Ok::<(), speedup_bench::workload::Failure>(())
/// ```
pub fn read(text: &str) -> Result<Vec<Measurement>, Failure> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(k, line)| {
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", k + 1).into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"workload":"pi","implementation":"speedup","build":"notebook","threads":1,"median_s":0.5,"min_s":0.25,"repeats":5,"value":3.25}"#;

    #[test]
    fn a_line_has_exactly_these_fields() {
        let read = read(LINE).unwrap();
        assert_eq!(serde_json::to_string(&read[0]).unwrap(), LINE);
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = format!("{LINE}\n{}", LINE.replace("threads", "thread"));
        let error = read(&bad).unwrap_err().to_string();
        assert!(
            error.contains("line 2") && error.contains("thread"),
            "{error}"
        );
    }
}
