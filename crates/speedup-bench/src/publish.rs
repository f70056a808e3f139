//! The results in the repository: the page of the benchmarks, a notebook, the chart, the raw lines.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::prelude::{BASE64_STANDARD, Engine};
use kernel::files;

use crate::measurement::{self, Measurement};
use crate::report;
use crate::workloads;

/// The folder of the last full measurement, below the checkout.
const FOLDER: &str = "crates/speedup-bench/results";

/// The full table, in that folder.
const RATIOS: &str = "ratios.md";

/// The table as the notebook shows it, beside the full one.
const SHORT: &str = "short.md";

/// The chart.
const CHART: &str = ".github/ratios.svg";

/// The page that shows the full table and the chart.
const BENCHMARKS: &str = ".github/BENCHMARKS.md";

/// The notebook that explains the ratios. It shows the short table and the chart.
const NOTEBOOK: &str = "notebooks/04-wealth.ipynb";

/// The lines between which they stand in both.
const MARKS: (&str, &str) = ("<!-- ratios -->", "<!-- /ratios -->");

/// The words for readers who do not see the chart. The chart itself has its numbers in words.
const ALT: &str = "Bar chart: how many times as long as ours the fastest Python and C take, \
                   for each kernel; the numbers are in the table";

/// Refuses measurements that are not those of a full run with peers.
///
/// # Errors
///
/// The first workload that was not measured in full.
pub fn check_complete(results: &Path) -> Result<()> {
    let text = read(results).context("nothing was measured")?;
    let all = measurement::read(&text)?;
    let full = |m: &Measurement| m.build == "python" && m.repeats >= 5;
    let measured = |name: &str| all.iter().any(|m| m.workload == name && full(m));
    match workloads::names().into_iter().find(|name| !measured(name)) {
        None => Ok(()),
        Some(name) => bail!("the last run has no {name} in full: cargo xtask bench --peers"),
    }
}

/// Checks all values, and writes the ratios, the raw lines and the chart into the repository.
///
/// Partial results are only shown on the screen, and their tables and chart written beside them.
///
/// # Errors
///
/// If a value is wrong, or if a file cannot be read or written.
pub fn publish(results: &Path, partial: bool) -> Result<()> {
    let lines = read(results)?;
    let measurements = measurement::read(&lines)
        .and_then(|all| measurement::check_values(&all).map(|()| all))
        .context("the results are not accepted")?;
    let ratios = report::markdown(&measurements);
    let short = report::short(&measurements);
    let chart = report::chart(&measurements)?;
    let chart = chart.svg();
    println!("\n{ratios}");
    let (folder, picture) = match partial {
        true => (
            results.with_file_name(""),
            results.with_file_name("ratios.svg"),
        ),
        false => (PathBuf::from(FOLDER), PathBuf::from(CHART)),
    };
    files::write(&folder.join(RATIOS), ratios.as_bytes())?;
    files::write(&folder.join(SHORT), short.as_bytes())?;
    files::write(&picture, chart.as_bytes())?;
    if partial {
        println!("a part only, so {BENCHMARKS} keeps its table");
        return Ok(());
    }
    files::write(&folder.join("results.jsonl"), lines.as_bytes())?;
    let page = between_marks(&read(Path::new(BENCHMARKS))?, &page_block(&ratios))
        .with_context(|| format!("{BENCHMARKS} has no marks for the ratios"))?;
    files::write_if_changed(Path::new(BENCHMARKS), page.as_bytes())?;
    let block = notebook_block(chart.as_bytes(), &short);
    let notebook = between_marked_lines(&read(Path::new(NOTEBOOK))?, &block)
        .with_context(|| format!("{NOTEBOOK} has no marks for the ratios"))?;
    files::write_if_changed(Path::new(NOTEBOOK), notebook.as_bytes())?;
    println!("written: {}", folder.join(RATIOS).display());
    for path in [CHART, BENCHMARKS, NOTEBOOK] {
        println!("written: {path}");
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// What the page of the benchmarks shows.
fn page_block(table: &str) -> String {
    format!("![{ALT}](ratios.svg)\n\n{table}")
}

/// What the notebook shows. The chart is part of the text, so that the file can be handed out alone.
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

    /// Nobody has edited what the command wrote.
    #[test]
    fn tables_page_and_notebook_show_the_committed_results() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
        let results = |name: &str| read(&format!("{FOLDER}/{name}"));
        let all = measurement::read(&results("results.jsonl")).unwrap();
        assert_eq!(report::markdown(&all), results(RATIOS));
        assert_eq!(report::short(&all), results(SHORT));
        let page = read(BENCHMARKS);
        let block = page_block(&results(RATIOS));
        assert_eq!(between_marks(&page, &block), Some(page));
        let notebook = read(NOTEBOOK);
        let svg = read(CHART);
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
}
