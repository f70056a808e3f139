//! `cargo xtask tidy`: notebooks in canonical form, their Rust formatted and linted.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cells`] | a notebook's code cells: the kernel's commands and the Rust |
//! | [`format`] | the Rust of each cell by rustfmt |
//! | [`statements`] | a cell's last statement, whose value the notebook shows |
//! | [`strings`] | strings of many lines, whose blanks stay |
//! | [`comments`] | the comments that rustfmt would lose |
//! | [`marks`] | lines that the text form of a notebook takes for the begin of a cell |
//! | [`form`] | the rest of the file, by `python/canonical.py` |
//! | [`lint_crate`], [`lint`] | a crate made of each notebook, and clippy on it |

mod cells;
mod comments;
mod form;
mod format;
#[cfg(test)]
mod fuzz;
mod lint;
mod lint_crate;
mod marks;
mod statements;
mod strings;

use crate::lock;
use crate::tools::notebook::Cell;
use crate::tools::paths::Paths;
use crate::tools::python::{Needs, PythonEnv};
use crate::tools::step::{Outcome, Steps};
use anyhow::{Result, bail};
use cells::Notebook;
use std::path::{Path, PathBuf};

/// How many steps this has, after the Python environment is there.
pub const STEPS: usize = 2;

/// The Python packages that are needed.
pub const NEEDS: Needs = Needs::These(&["nbformat"]);

/// Tidies the notebooks; with `check` it changes none and fails when one would change.
pub fn run(
    paths: &Paths,
    steps: &mut Steps,
    python: &PythonEnv,
    notebooks: &[PathBuf],
    check: bool,
) -> Result<()> {
    let _lock = lock::exclusive(&paths.work.join("tidy.lock"), "its work on notebooks")?;
    let mut problems = Vec::new();
    let untidy = steps.run("Notebooks: form and Rust format", || {
        let formatted = format::all(paths, &read(notebooks)?)?;
        let tidy = form::run(paths, python, notebooks, &formatted.sources, check)?;
        problems.extend(formatted.problems);
        problems.extend(marks::all(notebooks)?);
        Ok(Outcome::Done(!tidy))
    })?;
    show(paths, &problems);
    let lints = steps.run("Notebooks: Rust lints", || {
        lint::all(paths, &read(notebooks)?).map(Outcome::Done)
    })?;
    show(paths, &lints);
    match (untidy, problems.len() + lints.len()) {
        (false, 0) => Ok(()),
        (true, 0) => bail!("notebooks are not in canonical form"),
        (_, many) => bail!("{many} problems in the Rust of notebooks"),
    }
}

fn read(notebooks: &[PathBuf]) -> Result<Vec<Notebook>> {
    notebooks.iter().map(|path| Notebook::read(path)).collect()
}

/// What is wrong with the Rust of one cell.
pub struct Problem {
    notebook: PathBuf,
    cell: String,
    text: String,
}

impl Problem {
    fn new(notebook: &Path, cell: &Cell, text: String) -> Problem {
        Problem {
            notebook: notebook.to_owned(),
            cell: cell.label(),
            text,
        }
    }
}

fn show(paths: &Paths, problems: &[Problem]) {
    for problem in problems {
        let text = problem.text.trim_end().replace('\n', "\n      ");
        let notebook = paths.show(&problem.notebook);
        eprintln!("{notebook}, {}:\n      {text}", problem.cell);
    }
}
