//! The table on the screen, the ratios and the chart in the repository.

use super::measurement::Measurement;
use super::{Request, WORKLOADS};
use crate::files;
use crate::tools::child;
use crate::tools::paths::Paths;
use anyhow::{Context, Result, bail};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The page that shows the table and the chart.
const BENCHMARKS: &str = ".github/BENCHMARKS.md";

/// The lines between which they stand.
const MARKS: (&str, &str) = ("<!-- ratios -->", "<!-- /ratios -->");

/// What a reader is told who does not see the chart; the chart itself has its numbers in words.
const ALT: &str = "Bar chart: how many times as long as ours the fastest Python and C take, \
                   for each kernel; the numbers are in the table";

/// The notebook that explains the ratios, between the same marks.
const NOTEBOOK: &str = "notebooks/04-wealth.ipynb";

/// The table as the notebook shows it, beside the full one.
const SHORT: &str = "short.md";

/// What `--quick` leaves out: alone, and with peers.
pub const QUICK: [&str; 2] = [
    "--quick: fewer runs; eigenvalues of 4 matrices 300 × 300 in place of 20 of 1000 × 1000",
    "--quick: one run of each that counts, after one to warm up",
];

/// All measurements, for the screen.
pub fn table(measurements: &[Measurement]) -> String {
    let mut text = format!(
        "{:<13} {:<20} {:<9} {:>7} {:>11} {:>11} {:>8}  {}\n",
        "workload", "implementation", "build", "threads", "median", "shortest", "repeats", "value"
    );
    for m in measurements {
        let (median, shortest) = (time(m.median_s), time(m.min_s));
        text += &format!(
            "{:<13} {:<20} {:<9} {:>7} {median:>11} {shortest:>11} {:>8}  {}\n",
            m.workload, m.implementation, m.build, m.threads, m.repeats, m.value
        );
    }
    text
}

fn time(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{seconds:.3} s")
    } else if seconds >= 1e-3 {
        format!("{:.3} ms", seconds * 1e3)
    } else {
        format!("{:.1} µs", seconds * 1e6)
    }
}

/// Refuses measurements that are not those of a full run with peers.
pub fn check_complete(results: &Path) -> Result<()> {
    let text = fs::read_to_string(results)
        .with_context(|| format!("cannot read {}: nothing was measured", results.display()))?;
    let counts = |workload: &str| {
        text.lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|m| m["workload"] == workload && m["build"] == "python")
            .any(|m| m["repeats"].as_u64() >= Some(5))
    };
    match WORKLOADS.into_iter().find(|workload| !counts(workload)) {
        None => Ok(()),
        Some(workload) => {
            bail!("the last run has no {workload} in full: cargo xtask bench --peers")
        }
    }
}

/// Checks all values, and writes the ratios, the raw lines and the chart into the repository.
///
/// Only a full run of all workloads does; another one is shown on the screen.
pub fn publish(paths: &Paths, request: &Request, results: &Path) -> Result<()> {
    let folder = paths.root.join("crates/speedup-bench/results");
    let partial = request.quick || request.workloads().len() < WORKLOADS.len();
    let (ratios, chart) = if partial {
        let beside = |name: &str| results.with_file_name(name);
        (beside("ratios.md"), beside("ratios.svg"))
    } else {
        (
            folder.join("ratios.md"),
            paths.root.join(".github/ratios.svg"),
        )
    };
    files::make_folder(&folder)?;
    let mut command = Command::new(paths.target.join("release/speedup-bench"));
    command.arg("report").arg(results).arg(&ratios).arg(&chart);
    child::output(&mut command).context("the results are not accepted")?;
    let text =
        fs::read_to_string(&ratios).with_context(|| format!("cannot read {}", ratios.display()))?;
    println!("\n{text}");
    if partial {
        println!("a part only, so {BENCHMARKS} keeps its table");
        return Ok(());
    }
    let lines = fs::read(results).with_context(|| format!("cannot read {}", results.display()))?;
    files::write(&folder.join("results.jsonl"), &lines)?;
    let page = paths.root.join(BENCHMARKS);
    let old = fs::read_to_string(&page).with_context(|| format!("cannot read {BENCHMARKS}"))?;
    let new = between_marks(&old, &page_block(&text))
        .with_context(|| format!("{BENCHMARKS} has no marks for the ratios"))?;
    files::write_if_changed(&page, new.as_bytes())?;
    let notebook = paths.root.join(NOTEBOOK);
    let old = fs::read_to_string(&notebook).with_context(|| format!("cannot read {NOTEBOOK}"))?;
    let short = fs::read_to_string(ratios.with_file_name(SHORT)).context("no short table")?;
    let svg = fs::read(&chart).context("no chart")?;
    let new = between_marked_lines(&old, &notebook_block(&svg, &short))
        .with_context(|| format!("{NOTEBOOK} has no marks for the ratios"))?;
    files::write_if_changed(&notebook, new.as_bytes())?;
    for path in [&ratios, &chart, &page, &notebook] {
        println!("written: {}", paths.show(path));
    }
    Ok(())
}

/// What the page of the benchmarks shows.
fn page_block(table: &str) -> String {
    format!("![{ALT}](ratios.svg)\n\n{table}")
}

/// What the notebook shows; the chart is part of the text, so that the file can be handed out alone.
fn notebook_block(svg: &[u8], table: &str) -> String {
    let data = BASE64_STANDARD.encode(svg);
    format!("![{ALT}](data:image/svg+xml;base64,{data})\n\n{table}")
}

/// The same as [`between_marks`] in a notebook, where each line of a text is a line of JSON.
fn between_marked_lines(notebook: &str, block: &str) -> Option<String> {
    let lines: Vec<&str> = notebook.lines().collect();
    let at = |mark: &str| {
        lines
            .iter()
            .position(|line| line.trim_start().starts_with(&format!("\"{mark}")))
    };
    let (first, last) = (at(MARKS.0)?, at(MARKS.1)?);
    let indent = &lines[first][..lines[first].len() - lines[first].trim_start().len()];
    let mut new: Vec<String> = lines[..=first].iter().map(ToString::to_string).collect();
    for line in block.trim().lines() {
        new.push(format!(
            "{indent}{},",
            serde_json::json!(format!("{line}\n"))
        ));
    }
    new.extend(lines.get(last..)?.iter().map(ToString::to_string));
    Some(new.join("\n") + "\n")
}

/// The text with what stands between the marks replaced.
fn between_marks(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    let (first, last) = MARKS;
    Some(format!("{before}{first}\n{}\n{last}{after}", block.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_is_replaced() {
        let text = "a\n<!-- ratios -->\nold\n<!-- /ratios -->\nb\n";
        let new = between_marks(text, "| new |\n").unwrap();
        assert_eq!(new, "a\n<!-- ratios -->\n| new |\n<!-- /ratios -->\nb\n");
        assert_eq!(between_marks(&new, "| new |").unwrap(), new);
        assert_eq!(between_marks("no marks", "x"), None);
    }

    /// Nobody has edited what the command wrote, in one place or the other.
    #[test]
    fn the_page_and_the_notebook_show_the_committed_results() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
        let results = |name: &str| read(&format!("crates/speedup-bench/results/{name}"));
        let page = read(BENCHMARKS);
        let block = page_block(&results("ratios.md"));
        assert_eq!(between_marks(&page, &block), Some(page));
        let notebook = read(NOTEBOOK);
        let svg = read(".github/ratios.svg");
        let block = notebook_block(svg.as_bytes(), &results(SHORT));
        assert_eq!(between_marked_lines(&notebook, &block), Some(notebook));
    }

    #[test]
    fn a_notebook_stays_json() {
        let cell = serde_json::json!({"cells": [{"source": ["a\n", "<!-- ratios -->\n", "old\n", "<!-- /ratios -->\n", "b"]}]});
        let text = format!("{cell:#}\n");
        let new = between_marked_lines(&text, "\"new\"\n| é |\n").unwrap();
        let read: serde_json::Value = serde_json::from_str(&new).unwrap();
        let source = serde_json::json!([
            "a\n",
            "<!-- ratios -->\n",
            "\"new\"\n",
            "| é |\n",
            "<!-- /ratios -->\n",
            "b"
        ]);
        assert_eq!(read["cells"][0]["source"], source);
        assert_eq!(between_marked_lines(&new, "\"new\"\n| é |").unwrap(), new);
    }

    #[test]
    fn times_have_a_fitting_unit() {
        assert_eq!(time(2.5), "2.500 s");
        assert_eq!(time(0.0025), "2.500 ms");
        assert_eq!(time(2.5e-6), "2.5 µs");
    }
}
