//! The results in the repository: the page of the benchmarks, the scoreboard, the charts, the raw lines.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::prelude::{BASE64_STANDARD, Engine};
use kernel::files;

use crate::level::Level;
use crate::notebook_times::{self, NotebookTimes};
use crate::report;
use crate::results::Results;

/// The folder of the full measurements, below the checkout: a file per processor and level.
const FOLDER: &str = "crates/speedup-bench/results";

/// The chart.
const CHART: &str = ".github/ratios.svg";

/// The chart of growing work.
const GROWTH: &str = ".github/growth.svg";

/// The page that shows the tables of all levels and the chart.
const BENCHMARKS: &str = ".github/BENCHMARKS.md";

/// The page of the handouts that sets them beside their sources.
const SCOREBOARD: &str = "notebooks/scoreboard.md";

/// The lines between which they stand in both.
const MARKS: (&str, &str) = ("<!-- ratios -->", "<!-- /ratios -->");

/// The words for readers who do not see the chart. The chart itself has its numbers in words.
const ALT: &str = "Bar chart: how many times as long as ours the source's way, the fastest Python and C take, \
                   for each example; the numbers are in the table";

/// The same for the chart of growing work.
const GROWTH_ALT: &str = "Line chart: time per number against the memory that kernels write, with the sizes of the caches";

/// How much was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All workloads.
    Full,
    /// Some workloads: they replace those of this processor and day.
    Some,
    /// Too few rounds to be kept.
    Quick,
}

/// Checks all values, and writes the results and what shows them into the repository.
///
/// Quick results are only shown on the screen.
///
/// # Errors
///
/// If a value is wrong, or if a file cannot be read or written.
pub fn publish(results: &Results, extent: Extent) -> Result<()> {
    results
        .check_values()
        .context("the results are not accepted")?;
    for level in results.levels() {
        println!("\n{}", report::markdown(results, level));
    }
    let folder = Path::new(FOLDER);
    match extent {
        Extent::Full => keep(results, folder)?,
        Extent::Some if keep_some(results, folder)? => {}
        Extent::Some | Extent::Quick => {
            println!("a part only, so {BENCHMARKS} keeps its tables");
            return Ok(());
        }
    }
    pages()
}

/// Puts the results of some workloads into files of this processor and day; whether all levels have such a file.
fn keep_some(results: &Results, folder: &Path) -> Result<bool> {
    let mut all = Vec::new();
    for level in results.levels() {
        let path = folder.join(results.file_name(level));
        if !path.is_file() {
            return Ok(false);
        }
        let old = Results::read(&read(&path)?).with_context(|| path.display().to_string())?;
        if old.head != results.head {
            return Ok(false);
        }
        all.push(old.with(&results.at(level)));
    }
    all.iter().try_for_each(|of_level| keep(of_level, folder))?;
    Ok(true)
}

/// Writes the results into a folder: a file for each level. Those of other processors and levels stay.
fn keep(results: &Results, folder: &Path) -> Result<()> {
    for level in results.levels() {
        let path = folder.join(results.file_name(level));
        files::write(&path, results.at(level).text()?.as_bytes())?;
        println!("written: {}", path.display());
    }
    Ok(())
}

/// Writes the pages and the charts from the results in the repository.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn pages() -> Result<()> {
    let newest = newest(Path::new(FOLDER))?;
    let (results, level) = shown(&newest)?;
    let svg = report::chart(results, level)?;
    let svg = svg.svg();
    let notebooks = NotebookTimes::newest(Path::new(notebook_times::FOLDER))?;
    let block = page_block(&newest, notebooks.as_ref());
    let page = between_marks(&read(Path::new(BENCHMARKS))?, &block)
        .with_context(|| format!("{BENCHMARKS} has no marks for the ratios"))?;
    let scoreboard = between_marks(
        &read(Path::new(SCOREBOARD))?,
        &scoreboard(svg, results, level),
    )
    .with_context(|| format!("{SCOREBOARD} has no marks for the ratios"))?;
    let growth = match newest.iter().find(|(results, _)| results.grows()) {
        Some((results, level)) => Some(report::growth_chart(results, *level)?),
        None => None,
    };
    let growth = growth.iter().map(|chart| (GROWTH, chart.svg()));
    let files = [(CHART, svg), (BENCHMARKS, &page), (SCOREBOARD, &scoreboard)];
    for (path, text) in files.into_iter().chain(growth) {
        files::write_if_changed(Path::new(path), text.as_bytes())?;
        println!("written: {path}");
    }
    Ok(())
}

/// The newest results at each level, the widest level first.
fn newest(folder: &Path) -> Result<Vec<(Results, Level)>> {
    let mut all = Vec::new();
    for path in files::list(folder)?
        .into_iter()
        .filter(|path| path.is_file())
    {
        let results = Results::read(&read(&path)?).with_context(|| path.display().to_string())?;
        let levels = results.levels();
        all.extend(levels.into_iter().map(|level| (results.clone(), level)));
    }
    let levels = Level::ALL.into_iter().rev();
    let of_level = levels.filter_map(|level| {
        let there = all.iter().filter(|(_, of)| *of == level);
        there.max_by_key(|(results, _)| &results.head.date).cloned()
    });
    Ok(of_level.collect())
}

/// The results of the scoreboard and the chart: the newest ones, at the widest level of their processor.
fn shown(newest: &[(Results, Level)]) -> Result<(&Results, Level)> {
    let by_date = |(results, level): &&(Results, Level)| (results.head.date.clone(), *level);
    let found = newest.iter().max_by_key(by_date);
    let (results, level) = found.context("nothing was measured: cargo xtask bench --peers")?;
    Ok((results, *level))
}

/// A text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// What the page of the benchmarks shows.
fn page_block(newest: &[(Results, Level)], notebooks: Option<&NotebookTimes>) -> String {
    let tables = newest
        .iter()
        .map(|(results, level)| report::markdown(results, *level));
    let tables = tables.collect::<Vec<_>>().join("\n");
    let growth = match newest.iter().any(|(results, _)| results.grows()) {
        true => format!("\n![{GROWTH_ALT}](growth.svg)\n"),
        false => String::new(),
    };
    let notebooks = notebooks.map_or(String::new(), NotebookTimes::markdown);
    format!(
        "![{ALT}](ratios.svg)\n\n{tables}{growth}\n{}\n{notebooks}",
        report::legend()
    )
}

/// What the scoreboard shows. The chart is part of the text, so that the page can be handed out alone.
fn scoreboard(svg: &str, results: &Results, level: Level) -> String {
    let data = BASE64_STANDARD.encode(svg);
    let table = report::scoreboard(results, level);
    format!("![{ALT}](data:image/svg+xml;base64,{data})\n\n{table}")
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
    use crate::ratio::rows;
    use crate::results::planted;

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
    fn both_pages_show_the_committed_results() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
        let newest = newest(&root.join(FOLDER)).unwrap();
        let (results, level) = shown(&newest).unwrap();
        let notebooks = NotebookTimes::newest(&root.join(notebook_times::FOLDER)).unwrap();
        let page = page_block(&newest, notebooks.as_ref());
        let block = scoreboard(&read(CHART), results, level);
        for (path, block) in [(BENCHMARKS, page), (SCOREBOARD, block)] {
            let text = read(path);
            let is_written = between_marks(&text, &block) == Some(text);
            assert!(is_written, "{path} is old: cargo xtask bench --report");
        }
    }

    /// A share above 1 shows a wrong limit.
    #[test]
    fn no_kernel_is_faster_than_its_limit() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
        for (results, level) in newest(&folder).unwrap() {
            for row in rows(&results, level) {
                let (name, threads) = (row.workload.label, row.threads);
                let share = row.share().unwrap_or_default();
                assert!(share <= 1.0, "{level}: {name}, {threads} threads: {share}");
            }
        }
    }

    #[test]
    fn some_workloads_replace_those_of_the_same_processor_and_day() {
        let folder = std::env::temp_dir().join(format!("speedup-some-{}", std::process::id()));
        let all = planted();
        let mut some = all.at(Level::Avx2);
        some.measurements.retain(|m| m.implementation == "c-new");
        some.measurements[0].median_s = 7.0;
        assert!(!keep_some(&some, &folder).unwrap());
        keep(&all, &folder).unwrap();
        assert!(keep_some(&some, &folder).unwrap());
        let path = folder.join(all.file_name(Level::Avx2));
        let new = Results::read(&fs::read_to_string(path).unwrap()).unwrap();
        let of = |name: &str| {
            new.measurements
                .iter()
                .filter(|m| m.workload == name)
                .count()
        };
        assert_eq!((of("fill_squares"), of("wealth"), of("machine")), (1, 7, 2));
        assert!(new.measurements.iter().any(|m| m.median_s == 7.0));
        some.head.date = "2026-11-30".to_owned();
        assert!(!keep_some(&some, &folder).unwrap());
        files::remove(&folder).unwrap();
    }

    #[test]
    fn results_of_other_processors_and_levels_stay() {
        let folder = std::env::temp_dir().join(format!("speedup-bench-{}", std::process::id()));
        let mut all = planted();
        keep(&all, &folder).unwrap();
        all.head.processor = "Xeon".to_owned();
        all.head.date = "2026-12-01".to_owned();
        keep(&all.at(Level::Avx2), &folder).unwrap();
        let newest = newest(&folder).unwrap();
        let names: Vec<_> = newest
            .iter()
            .map(|(results, level)| (results.head.processor.as_str(), *level))
            .collect();
        let old = "Core (TM) 7, haswell";
        assert_eq!(names, [(old, Level::Avx512), ("Xeon", Level::Avx2)]);
        assert_eq!(shown(&newest).unwrap().1, Level::Avx2);
        assert_eq!(files::list(&folder).unwrap().len(), 3);
        files::remove(&folder).unwrap();
        assert!(shown(&[]).is_err());
    }
}
