//! A measurement, as one line of JSON.

use serde_json::json;

/// What one implementation took at one number of threads, over several runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The kernel.
    pub workload: String,
    /// Whose implementation of it.
    pub implementation: String,
    /// `notebook` or `release` for ours; `python`, `c` or `machine`.
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

impl Measurement {
    /// The measurement as a line, with its end.
    pub fn line(&self) -> String {
        let text = |text: &str| json!(text).to_string();
        format!(
            "{{\"workload\":{},\"implementation\":{},\"build\":{},\"threads\":{},\
             \"median_s\":{},\"min_s\":{},\"repeats\":{},\"value\":{}}}\n",
            text(&self.workload),
            text(&self.implementation),
            text(&self.build),
            self.threads,
            json!(self.median_s),
            json!(self.min_s),
            self.repeats,
            json!(self.value),
        )
    }
}

/// The middle of some times, or the mean of the two in the middle; 0 for none.
pub fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => 0.0,
        (n, half) if n % 2 == 1 => sorted[half],
        (_, half) => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

/// The shortest of some times.
pub fn shortest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_fields_of_the_schema_in_their_order() {
        let line = Measurement {
            workload: "pi".to_owned(),
            implementation: "a \"b\"".to_owned(),
            build: "c".to_owned(),
            threads: 2,
            median_s: 0.5,
            min_s: 1e-7,
            repeats: 5,
            value: 3e12,
        }
        .line();
        assert_eq!(
            line,
            "{\"workload\":\"pi\",\"implementation\":\"a \\\"b\\\"\",\"build\":\"c\",\
             \"threads\":2,\"median_s\":0.5,\"min_s\":1e-7,\"repeats\":5,\"value\":3000000000000.0}\n"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }

    #[test]
    fn medians_and_minima() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(shortest(&[3.0, 1.0, 2.0]), 1.0);
    }
}
