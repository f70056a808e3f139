//! Targets of fuzzing: measurements in files, and the answers of programs. `tests/fuzz` gives them inputs without end;
//! here are some.

use crate::level::Level;
use crate::process;
use crate::results::Results;

#[cfg(test)]
#[path = "../../speedup/tests/support/mod.rs"]
mod support;

/// Results: refused with the line that is wrong, or read so that they come back when they are written again.
pub fn results(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Results::read(&text) {
        Ok(results) => {
            assert_eq!(Results::read(&results.text().unwrap()).unwrap(), results);
            for level in results.levels() {
                let (name, part) = (results.file_name(level), results.at(level));
                assert!(name.ends_with(&format!("{level}.jsonl")) && !name.contains('/'));
                assert!(part.measurements.len() <= results.measurements.len());
            }
            assert_eq!(results.clone().with(&results).head, results.head);
            let _ = results.check_values();
        }
        Err(error) => {
            let message = format!("{error:#}");
            assert!(message == "no results" || message.starts_with("line "));
        }
    }
    if let Some(sample) = process::parse(&text) {
        let line = format!("{:?} {:?}", sample.seconds, sample.value);
        let again = process::parse(&line).unwrap();
        let bits = |x: f64, y: f64| (x.to_bits(), y.to_bits());
        if !sample.value.is_nan() {
            let (new, old) = (again, sample);
            assert_eq!(bits(new.seconds, new.value), bits(old.seconds, old.value));
        }
    }
}

/// Right texts to begin with.
pub fn texts() -> Vec<Vec<u8>> {
    let lines = [
        r#"{"processor":"Core (TM) 7","date":"2026-11-29","caches":[32768.0,1048576.0]}"#
            .to_owned(),
        format!(
            r#"{{"workload":"pi","implementation":"speedup","build":"c","level":"{}","scale":0.1,"peak_bytes":7,"threads":2,"median_s":0.5,"min_s":1e-7,"repeats":5,"times_s":[0.1,0.30000000000000004],"value":3.14}}"#,
            Level::Avx2
        ),
    ];
    [lines.join("\n"), "0.25 3.141592653589793".to_owned()]
        .map(String::into_bytes)
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_near_right_ones() {
        support::survives(2_000, texts(), results);
    }
}
