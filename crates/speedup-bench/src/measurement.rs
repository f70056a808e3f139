//! A measurement, as one line of JSON.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use speedup::kernels::median::median;

use crate::machine;
use crate::workloads;

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
    /// The number of threads.
    pub threads: usize,
    /// Median of the times, in seconds.
    pub median_s: f64,
    /// Shortest of the times, in seconds.
    pub min_s: f64,
    /// The number of times.
    pub repeats: usize,
    /// The value on which all implementations agree.
    pub value: f64,
}

impl Measurement {
    /// The measurement as a line, with its end.
    ///
    /// # Errors
    ///
    /// Those of serde_json.
    pub fn line(&self) -> Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }
}

/// The median of times; NaN for no times.
pub fn median_of(times: &[f64]) -> f64 {
    median(&mut times.to_vec()).unwrap_or(f64::NAN)
}

/// Reads measurements, one per line.
///
/// # Errors
///
/// The number of the first line that is no measurement, and why.
///
/// # Examples
///
/// ```
/// let line = r#"{"workload":"pi","implementation":"speedup","build":"release","threads":2,
///     "median_s":0.01,"min_s":0.009,"repeats":5,"value":3.14}"#.replace('\n', "");
/// assert_eq!(speedup_bench::measurement::read(&line)?[0].threads, 2);
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn read(text: &str) -> Result<Vec<Measurement>> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(k, line)| serde_json::from_str(line).with_context(|| format!("line {}", k + 1)))
        .collect()
}

/// Checks the value of every measurement, except those of the machine.
///
/// # Errors
///
/// The first implementation whose value is not the expected one, or that belongs to no workload.
pub fn check_values(measurements: &[Measurement]) -> Result<()> {
    for m in measurements.iter().filter(|m| m.build != machine::NAME) {
        let name = || format!("{}: {} {}", m.workload, m.build, m.implementation);
        workloads::find(&m.workload, &m.implementation)
            .context("no such workload")
            .and_then(|workload| workload.expected.check(m.value))
            .with_context(name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::planted;

    const LINE: &str = r#"{"workload":"pi","implementation":"a \"b\"","build":"c","threads":2,"median_s":0.5,"min_s":1e-7,"repeats":5,"value":3000000000000.0}"#;

    #[test]
    fn a_line_has_exactly_these_fields() {
        let read = read(LINE).unwrap();
        assert_eq!(read[0].line().unwrap(), format!("{LINE}\n"));
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = format!("{LINE}\n{}", LINE.replace("threads", "thread"));
        let error = format!("{:#}", read(&bad).unwrap_err());
        assert!(
            error.contains("line 2") && error.contains("thread"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_is_named() {
        let mut all = planted();
        for m in all.iter_mut().filter(|m| m.build != machine::NAME) {
            let workload = workloads::find(&m.workload, &m.implementation).unwrap();
            m.value = workload.expected.value;
        }
        check_values(&all).unwrap();
        all[5].value = 1.9;
        let error = format!("{:#}", check_values(&all).unwrap_err());
        assert_eq!(error, "wealth: c c: the value 1.9 is not 1.83524 (± 0.04)");
        all[5].value = f64::NAN;
        assert!(check_values(&all).is_err());
        all[5].workload = "luck".to_owned();
        let error = format!("{:#}", check_values(&all).unwrap_err());
        assert_eq!(error, "luck: c c: no such workload");
    }
}
