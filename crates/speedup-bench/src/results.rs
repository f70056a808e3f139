//! Measurements with the processor and the day they are of, as lines of JSON.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use kernel::programs;
use serde::{Deserialize, Serialize};
use speedup_notebook::notebook;

use crate::level::Level;
use crate::machine;
use crate::measurement::Measurement;
use crate::workloads;

/// What stands in the first line of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The processor's name, with its design.
    pub processor: String,
    /// The day, as `2026-11-29`.
    pub date: String,
    /// The sizes of the caches of data in bytes, the first level first, where the system tells them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<f64>,
}

/// Measurements of one machine on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// The machine and the day.
    pub head: Head,
    /// The measurements.
    pub measurements: Vec<Measurement>,
}

impl Head {
    /// This machine today.
    ///
    /// # Errors
    ///
    /// If the system does not tell the date.
    pub fn of_today() -> Result<Self> {
        let date = programs::output(Command::new("date").arg("+%Y-%m-%d"))?;
        let mut processor = notebook::machine().processor;
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        if let Some(design) = design(&cpuinfo) {
            processor += &format!(" ({design})");
        }
        Ok(Self {
            processor,
            date: date.trim().to_owned(),
            caches: caches(),
        })
    }

    /// The processor's name as a part of a file's name, such as `amd-epyc-zen-4`.
    pub fn file_stem(&self) -> String {
        let name = self.processor.to_lowercase();
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.join("-")
    }
}

fn caches() -> Vec<f64> {
    let folder = Path::new("/sys/devices/system/cpu/cpu0/cache");
    let read = |index: usize, name: &str| {
        let path = folder.join(format!("index{index}")).join(name);
        fs::read_to_string(path).ok()
    };
    let indices =
        (0..8).filter(|&k| read(k, "type").is_some_and(|kind| kind.trim() != "Instruction"));
    let size = |k| {
        Some(
            1024.0
                * read(k, "size")?
                    .trim()
                    .strip_suffix('K')?
                    .parse::<f64>()
                    .ok()?,
        )
    };
    indices.filter_map(size).collect()
}

/// A processor's design by the numbers in Linux's `/proc/cpuinfo`: clouds call all of AMD's `AMD EPYC`.
fn design(cpuinfo: &str) -> Option<String> {
    let field = |name: &str| {
        let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
        let found = fields.find(|(key, _)| key.trim() == name);
        found.map(|(_, value)| value.trim())
    };
    let number = |name| field(name)?.parse::<u32>().ok();
    let (family, model) = (number("cpu family")?, number("model")?);
    let zen = match (field("vendor_id")?, family, model) {
        ("AuthenticAMD", 23, ..48) => "Zen",
        ("AuthenticAMD", 23, _) => "Zen 2",
        ("AuthenticAMD", 25, 16..32 | 96..128 | 160..176) => "Zen 4",
        ("AuthenticAMD", 25, _) => "Zen 3",
        ("AuthenticAMD", 26, _) => "Zen 5",
        _ => return Some(format!("family {family}, model {model}")),
    };
    Some(zen.to_owned())
}

impl Results {
    /// Reads results: the head, then one measurement per line.
    ///
    /// # Errors
    ///
    /// The number of the first line that is not what it has to be, and why.
    pub fn read(text: &str) -> Result<Self> {
        let at = |k: usize| format!("line {}", k + 1);
        let mut lines = text.lines().enumerate();
        let (k, head) = lines.next().context("no results")?;
        let head = serde_json::from_str(head).with_context(|| at(k))?;
        let measurements = lines
            .map(|(k, line)| serde_json::from_str(line).with_context(|| at(k)))
            .collect::<Result<_>>()?;
        Ok(Self { head, measurements })
    }

    /// The results as [`Results::read`] reads them.
    ///
    /// # Errors
    ///
    /// Those of serde_json.
    pub fn text(&self) -> Result<String> {
        let mut text = serde_json::to_string(&self.head)? + "\n";
        for measurement in &self.measurements {
            text += &(serde_json::to_string(measurement)? + "\n");
        }
        Ok(text)
    }

    /// The levels of the measurements.
    pub fn levels(&self) -> Vec<Level> {
        let mut levels: Vec<Level> = self.measurements.iter().filter_map(|m| m.level).collect();
        levels.sort();
        levels.dedup();
        levels
    }

    /// Whether less and more than the handouts' work was measured.
    pub fn grows(&self) -> bool {
        self.measurements.iter().any(|m| m.scale.is_some())
    }

    /// The part that belongs to a level: what was measured at it, and what has no level.
    pub fn at(&self, level: Level) -> Self {
        let mut part = self.clone();
        part.measurements
            .retain(|m| m.level.is_none_or(|of| of == level));
        part
    }

    /// These results, with those of some workloads in place of the old ones. The machine's rates stay.
    #[must_use]
    pub fn with(mut self, newer: &Self) -> Self {
        let is_new = |workload: &str| {
            let mut found = newer.measurements.iter();
            workload != machine::NAME && found.any(|m| m.workload == workload)
        };
        self.measurements.retain(|m| !is_new(&m.workload));
        let of_kernels = newer.measurements.iter().filter(|m| is_new(&m.workload));
        self.measurements.extend(of_kernels.cloned());
        self
    }

    /// The name of the file of this processor and level, such as `amd-epyc-zen-4-avx2.jsonl`.
    pub fn file_name(&self, level: Level) -> String {
        format!("{}-{level}.jsonl", self.head.file_stem())
    }

    /// Checks the value of every measurement, except those of the machine and of work of another size.
    ///
    /// # Errors
    ///
    /// The first implementation whose value is not the expected one, or that belongs to no workload.
    pub fn check_values(&self) -> Result<()> {
        let all = self.measurements.iter();
        for m in all.filter(|m| m.build != machine::NAME && m.scale.is_none()) {
            let name = || format!("{}: {} {}", m.workload, m.build, m.implementation);
            workloads::find(&m.workload, &m.implementation)
                .context("no such workload")
                .and_then(|workload| workload.expected.check(m.value))
                .with_context(name)?;
        }
        Ok(())
    }
}

/// Results for tests.
#[cfg(test)]
pub fn planted() -> Results {
    use Level::{Avx2, Avx512};
    let lines = [
        ("wealth", "speedup", "notebook", 2, 0.05, Some(Avx2)),
        ("wealth", "speedup", "release", 2, 0.04, Some(Avx2)),
        ("wealth", "numpy-threads", "python", 2, 0.6, None),
        ("wealth", "numba-handout", "python", 2, 1.5, None),
        ("wealth", "jax-single", "python", 2, 0.3, None),
        ("wealth", "c", "c", 2, 0.1, Some(Avx2)),
        ("wealth", "c", "c", 1, 0.2, Some(Avx2)),
        (
            "fill_squares",
            "speedup-new",
            "notebook",
            2,
            0.02,
            Some(Avx2),
        ),
        (
            "fill_squares",
            "speedup-old",
            "notebook",
            2,
            0.008,
            Some(Avx2),
        ),
        ("fill_squares", "c-new", "c", 2, 0.01, Some(Avx2)),
        ("fill_squares", "c-old", "c", 2, 0.004, Some(Avx2)),
        ("machine", "write-200MB", "machine", 2, 0.01, Some(Avx2)),
        ("machine", "products", "machine", 2, 0.01, Some(Avx2)),
        ("wealth", "speedup", "notebook", 2, 0.03, Some(Avx512)),
    ];
    let measured = lines.map(
        |(workload, implementation, build, threads, seconds, level)| Measurement {
            workload: workload.to_owned(),
            implementation: implementation.to_owned(),
            build: build.to_owned(),
            level,
            scale: None,
            peak_bytes: None,
            threads,
            median_s: seconds,
            min_s: seconds,
            repeats: 6,
            times_s: vec![seconds; 6],
            value: 50e9,
        },
    );
    Results {
        head: Head {
            processor: "Core (TM) 7, haswell".to_owned(),
            date: "2026-11-29".to_owned(),
            caches: vec![],
        },
        measurements: measured.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"processor":"Core","date":"2026-11-29"}
{"workload":"pi","implementation":"a \"b\"","build":"c","level":"avx2","threads":2,"median_s":0.5,"min_s":1e-7,"repeats":5,"value":3000000000000.0}
{"workload":"pi","implementation":"numba","build":"python","threads":2,"median_s":0.5,"min_s":1e-7,"repeats":5,"value":3.0}
"#;

    #[test]
    fn results_have_exactly_these_fields() {
        assert_eq!(Results::read(TEXT).unwrap().text().unwrap(), TEXT);
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = |from, to| {
            format!(
                "{:#}",
                Results::read(&TEXT.replacen(from, to, 1)).unwrap_err()
            )
        };
        let bad = error("threads", "thread");
        assert!(bad.contains("line 2") && bad.contains("thread"), "{bad}");
        assert!(error("date", "day").contains("line 1"));
    }

    #[test]
    fn what_has_no_level_belongs_to_each() {
        let all = planted();
        assert_eq!(all.levels(), [Level::Avx2, Level::Avx512]);
        assert_eq!(all.at(Level::Avx2).measurements.len(), 13);
        assert_eq!(all.at(Level::Avx512).measurements.len(), 4);
        assert_eq!(all.at(Level::Baseline).measurements.len(), 3);
    }

    #[test]
    fn a_file_is_of_a_processor_and_a_level() {
        assert_eq!(
            planted().file_name(Level::Avx2),
            "core-tm-7-haswell-avx2.jsonl"
        );
    }

    #[test]
    fn processors_of_one_name_are_told_apart() {
        let cpuinfo = |vendor: &str, model: u32| {
            format!(
                "vendor_id\t: {vendor}\ncpu family\t: 25\nmodel\t\t: {model}\nmodel name\t: X\n"
            )
        };
        let design = |vendor, model| design(&cpuinfo(vendor, model)).unwrap();
        assert_eq!(design("AuthenticAMD", 1), "Zen 3");
        assert_eq!(design("AuthenticAMD", 17), "Zen 4");
        assert_eq!(design("GenuineIntel", 3), "family 25, model 3");
    }

    #[test]
    fn a_wrong_value_is_named() {
        let mut all = planted();
        for m in all
            .measurements
            .iter_mut()
            .filter(|m| m.build != machine::NAME)
        {
            let workload = workloads::find(&m.workload, &m.implementation).unwrap();
            m.value = workload.expected.value;
        }
        all.check_values().unwrap();
        all.measurements[5].value = 1.9;
        let error = format!("{:#}", all.check_values().unwrap_err());
        assert_eq!(error, "wealth: c c: the value 1.9 is not 1.83524 (± 0.04)");
        all.measurements[5].value = f64::NAN;
        assert!(all.check_values().is_err());
        all.measurements[5].workload = "luck".to_owned();
        let error = format!("{:#}", all.check_values().unwrap_err());
        assert_eq!(error, "luck: c c: no such workload");
    }
}
