//! Reading what the harness wrote: criterion's samples, and the values beside them.

use super::measurement::{Measurement, median, shortest};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The measurements of one build.
pub fn read(values: &Path, folder: &Path, build: &str) -> Result<Vec<Measurement>> {
    let text =
        fs::read_to_string(values).with_context(|| format!("cannot read {}", values.display()))?;
    text.lines()
        .map(|line| {
            measurement(line, folder, build)
                .with_context(|| format!("of the harness's line `{line}`"))
        })
        .collect()
}

/// Of a line `WORKLOAD IMPLEMENTATION THREADS VALUE`.
fn measurement(line: &str, folder: &Path, build: &str) -> Result<Measurement> {
    let fields: Vec<&str> = line.split(' ').collect();
    let [workload, implementation, threads, value] = fields[..] else {
        anyhow::bail!("it has not four fields");
    };
    let file = folder
        .join(workload)
        .join(implementation)
        .join(threads)
        .join("new/sample.json");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let times = times(&text).context("criterion's sample is not as expected")?;
    Ok(Measurement {
        workload: workload.to_owned(),
        implementation: implementation.to_owned(),
        build: build.to_owned(),
        threads: threads.parse()?,
        median_s: median(&times),
        min_s: shortest(&times),
        repeats: times.len(),
        value: value.parse()?,
    })
}

/// Seconds an iteration, of each of criterion's samples (which are in nanoseconds).
fn times(sample: &str) -> Option<Vec<f64>> {
    let sample: Value = serde_json::from_str(sample).ok()?;
    let numbers = |name: &str| sample.get(name)?.as_array().cloned();
    let (iterations, times) = (numbers("iters")?, numbers("times")?);
    let each = iterations.iter().zip(&times);
    each.map(|(n, time)| Some(time.as_f64()? / n.as_f64()? * 1e-9))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{TestFolder, write};

    #[test]
    fn samples_are_times_an_iteration() {
        let folder = TestFolder::new("harness");
        let sample = r#"{"sampling_mode":"Flat","iters":[2.0,2.0],"times":[4e9,8e9]}"#;
        write(
            &folder.0.join("pi/speedup/2/new/sample.json"),
            sample.as_bytes(),
        )
        .unwrap();
        let values = folder.0.join("values");
        write(&values, b"pi speedup 2 3.25\n").unwrap();
        let found = &read(&values, &folder.0, "release").unwrap()[0];
        assert_eq!((found.median_s, found.min_s, found.repeats), (3.0, 2.0, 2));
        assert_eq!((found.threads, found.value), (2, 3.25));
        write(&values, b"pi speedup 4 3.25\n").unwrap();
        let error = format!("{:#}", read(&values, &folder.0, "release").unwrap_err());
        assert!(
            error.contains("pi speedup 4") && error.contains("sample.json"),
            "{error}"
        );
    }
}
