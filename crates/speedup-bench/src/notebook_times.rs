//! How long the notebooks take: the start of the Jupyter kernel, the first chart, Run All.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use kernel::files;
use serde::{Deserialize, Serialize};
use speedup_notebook::measure::format::format_duration;

use crate::publish::read;
use crate::results::Head;

/// The folder of these results, below the checkout: a file per processor.
pub const FOLDER: &str = "crates/speedup-bench/results/notebooks";

/// One run of a notebook, in seconds, as `cargo xtask handouts` writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The day in words.
    date: String,
    /// Until the kernel answers.
    kernel_ready: f64,
    /// Until the first chart, where there is one.
    first_chart: Option<f64>,
    /// The cells that ran until that chart.
    cells_to_chart: u32,
    /// All of the run.
    total: f64,
    /// The cells that ran.
    cells: u32,
    /// The cell that took the shortest time.
    shortest_cell: f64,
}

/// Runs of all notebooks, by their names: the first with nothing kept, the others with all kept.
type Runs = Vec<BTreeMap<String, Times>>;

/// The runs on one machine on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotebookTimes {
    head: Head,
    runs: Runs,
}

impl Times {
    /// The time that is left for a program, if its kernel's start and the shortest cell's time for each cell are
    /// taken away.
    fn limit(&self, until: f64, cells: u32) -> f64 {
        (until - self.kernel_ready - f64::from(cells) * self.shortest_cell).max(0.0)
    }
}

impl NotebookTimes {
    /// The runs in a file of `cargo xtask bench --notebooks`, measured on this machine today.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has fewer than two runs, or a run lacks a notebook of the first.
    pub fn measured(path: &Path) -> Result<Self> {
        let runs: Runs =
            serde_json::from_str(&read(path)?).with_context(|| path.display().to_string())?;
        let times = Self {
            head: Head::of_today()?,
            runs,
        };
        times
            .check()
            .with_context(|| path.display().to_string())
            .map(|()| times)
    }

    /// The newest file in a folder, if there is one.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or is not what it has to be.
    pub fn newest(folder: &Path) -> Result<Option<Self>> {
        let read = |path: &Path| -> Result<Self> {
            let times: Self = serde_json::from_str(&read(path)?)?;
            times.check().map(|()| times)
        };
        let all = files::list(folder)?
            .into_iter()
            .map(|path| read(&path).with_context(|| path.display().to_string()))
            .collect::<Result<Vec<_>>>()?;
        Ok(all.into_iter().max_by_key(|times| times.head.date.clone()))
    }

    /// Writes the runs into a folder, in the file of their processor.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        let path = folder.join(self.head.file_stem() + ".json");
        let text = serde_json::to_string_pretty(self)? + "\n";
        files::write(&path, text.as_bytes())?;
        println!("written: {}", path.display());
        Ok(())
    }

    fn check(&self) -> Result<()> {
        ensure!(
            self.runs.len() >= 2,
            "{} runs; 2 or more are needed",
            self.runs.len()
        );
        let names = |run: &BTreeMap<String, Times>| run.keys().cloned().collect::<Vec<_>>();
        let first = names(&self.runs[0]);
        ensure!(
            self.runs.iter().all(|run| names(run) == first),
            "the runs are of different notebooks"
        );
        Ok(())
    }

    /// The times as a table.
    pub fn markdown(&self) -> String {
        let Head {
            processor, date, ..
        } = &self.head;
        let mut text = format!(
            "### Notebooks: {processor}, {date}\n\n\
             | notebook | kernel answers | first chart: new | kept | cells compute | share | \
             Run All: new | kept | cells | shortest cell | cells compute | share |\n|{}\n",
            " --- |".repeat(12)
        );
        for (name, new) in &self.runs[0] {
            let kept = self.runs[1..].iter().map(|run| &run[name]);
            let Some(kept) = kept.min_by(|a, b| a.total.total_cmp(&b.total)) else {
                continue;
            };
            let time = |seconds: Option<f64>| seconds.map_or("–".to_owned(), format_duration);
            let share = |limit: f64, all: f64| format!("{:.0} %", 100.0 * limit / all);
            let to_chart = kept.first_chart.map(|at| {
                let limit = kept.limit(at, kept.cells_to_chart);
                (limit, share(limit, at))
            });
            let limit = kept.limit(kept.total, kept.cells);
            let cells = [
                format!("`{name}`"),
                format_duration(kept.kernel_ready),
                time(new.first_chart),
                time(kept.first_chart),
                time(to_chart.as_ref().map(|(limit, _)| *limit)),
                to_chart.map_or("–".to_owned(), |(_, share)| share),
                format_duration(new.total),
                format_duration(kept.total),
                kept.cells.to_string(),
                format_duration(kept.shortest_cell),
                format_duration(limit),
                share(limit, kept.total),
            ];
            text += &format!("| {} |\n", cells.join(" | "));
        }
        text + "\nTimes count from the start of the kernel. *New*: no compiled cell is kept. *Kept*: all are, and of the runs \
                the shortest counts. *Cells compute* is the time with all kept, without the start of the kernel and \
                without the shortest cell's time for each cell; no kernel can take less. *Share* is its part of the time.\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(total: f64, chart: Option<f64>) -> Times {
        Times {
            date: "1 May 2026".to_owned(),
            kernel_ready: 0.5,
            first_chart: chart,
            cells_to_chart: 3,
            total,
            cells: 50,
            shortest_cell: 0.01,
        }
    }

    fn planted() -> NotebookTimes {
        let run = |total| BTreeMap::from([("01-a".to_owned(), times(total, Some(1.53)))]);
        NotebookTimes {
            head: crate::results::planted().head,
            runs: vec![run(30.0), run(11.0), run(10.0)],
        }
    }

    #[test]
    fn the_limit_is_what_the_cells_compute() {
        let text = planted().markdown();
        let row = "| `01-a` | 500 ms | 1.53 s | 1.53 s | 1 s | 65 % | 30 s | 10 s | 50 | 10 ms | 9 s | 90 % |";
        assert!(text.contains(row), "{text}");
        assert_eq!(times(1.0, None).limit(0.1, 3), 0.0);
    }

    #[test]
    fn the_newest_day_is_shown_and_a_bad_file_is_named() {
        let folder = std::env::temp_dir().join(format!("speedup-times-{}", std::process::id()));
        assert_eq!(NotebookTimes::newest(&folder).unwrap(), None);
        let mut other = planted();
        other.head.processor = "Xeon".to_owned();
        other.head.date = "2027-01-01".to_owned();
        planted().keep(&folder).unwrap();
        other.keep(&folder).unwrap();
        assert_eq!(NotebookTimes::newest(&folder).unwrap(), Some(other.clone()));
        other.runs[1].clear();
        other.keep(&folder).unwrap();
        let error = format!("{:#}", NotebookTimes::newest(&folder).unwrap_err());
        assert!(
            error.contains("xeon.json: the runs are of different notebooks"),
            "{error}"
        );
        files::remove(&folder).unwrap();
    }
}
