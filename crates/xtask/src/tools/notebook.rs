//! Notebook files: which there are, and what is in them.

use super::paths::Paths;
use crate::files;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A cell of a notebook.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub struct Cell {
    /// Its place among all cells, from 0.
    pub index: usize,
    /// Its name in the file; empty when it has none yet.
    pub id: String,
    /// Whether the kernel runs it.
    pub is_code: bool,
    /// Its text.
    pub source: String,
    /// Its charts as SVG, in order.
    pub charts: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl Cell {
    fn of(index: usize, cell: &Value) -> Cell {
        let tags = cell["metadata"]["tags"].as_array().into_iter().flatten();
        let outputs = cell["outputs"].as_array().into_iter().flatten();
        let charts = outputs.map(|output| text(&output["data"]["image/svg+xml"]));
        Cell {
            index,
            id: cell["id"].as_str().unwrap_or_default().to_owned(),
            is_code: cell["cell_type"] == "code",
            source: text(&cell["source"]),
            charts: charts.filter(|svg| !svg.is_empty()).collect(),
            tags: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// A cell of code with this text, for tests.
    #[cfg(test)]
    pub fn of_test(source: &str) -> Cell {
        let json = serde_json::json!({"cell_type": "code", "id": "a", "source": source});
        Cell::of(0, &json)
    }

    /// The same with one tag, for tests.
    #[cfg(test)]
    pub fn tagged(mut self, tag: &str) -> Cell {
        self.tags = vec![tag.to_owned()];
        self
    }

    /// Whether it has a tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Its name for reports.
    pub fn label(&self) -> String {
        let id = if self.id.is_empty() { "none" } else { &self.id };
        format!("cell {} (id {id})", self.index + 1)
    }
}

/// The cells of the notebook at `path`.
pub fn read(path: &Path) -> Result<Vec<Cell>> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&content).with_context(|| format!("{} is not a notebook", path.display()))
}

/// The cells of a notebook's text.
pub fn parse(json: &[u8]) -> Result<Vec<Cell>> {
    let notebook: Value = serde_json::from_slice(json)?;
    let cells = notebook["cells"].as_array().into_iter().flatten();
    Ok(cells
        .enumerate()
        .map(|(index, cell)| Cell::of(index, cell))
        .collect())
}

/// A text as notebooks store it: whole, or as a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// The `:dep` lines of a notebook's code cells, in order.
pub fn of_notebook(path: &Path) -> Result<Vec<String>> {
    Ok(dep_lines(&read(path)?))
}

fn dep_lines(cells: &[Cell]) -> Vec<String> {
    let code = cells.iter().filter(|cell| cell.is_code);
    let lines = code.flat_map(|cell| cell.source.lines().map(str::trim_end));
    lines
        .filter(|line| line.starts_with(":dep "))
        .map(str::to_owned)
        .collect()
}

/// The notebooks of a folder, in order of name.
pub fn notebooks(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = files::list(folder)?;
    found.retain(|path| path.extension().is_some_and(|ext| ext == "ipynb") && path.is_file());
    Ok(found)
}

/// The notebooks of these names, absolute; all of the checkout when there are none.
pub fn find(named: &[PathBuf], paths: &Paths) -> Result<Vec<PathBuf>> {
    if named.is_empty() {
        let all = notebooks(&paths.notebooks)?;
        ensure!(
            !all.is_empty(),
            "there is nothing to execute: no notebook in {}",
            paths.show(&paths.notebooks)
        );
        return Ok(all);
    }
    let mut names = BTreeSet::new();
    named
        .iter()
        .map(|path| {
            let found = path
                .canonicalize()
                .with_context(|| format!("no notebook {}", path.display()))?;
            ensure!(
                found.extension().is_some_and(|ext| ext == "ipynb"),
                "{} is not a notebook (.ipynb)",
                path.display()
            );
            ensure!(
                names.insert(found.file_name().map(ToOwned::to_owned)),
                "two notebooks are named {}",
                path.display()
            );
            Ok(found)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::TestFolder;
    use serde_json::json;

    #[test]
    fn only_dep_lines_of_code_cells_count() {
        let notebook = json!({"cells": [
            {"cell_type": "markdown", "source": ":dep not = \"1\""},
            {"cell_type": "code", "source": [":dep a = \"1\"\n", "let x = 1;\n"]},
            {"cell_type": "code", "source": "// :dep no\n:dep b = { path = \"../b\" }"},
        ]});
        let cells = parse(notebook.to_string().as_bytes()).unwrap();
        assert_eq!(
            dep_lines(&cells),
            [":dep a = \"1\"", ":dep b = { path = \"../b\" }"]
        );
    }

    #[test]
    fn without_notebooks_there_is_nothing_to_execute() {
        let folder = TestFolder::new("no-notebooks");
        let error = find(&[], &Paths::of(&folder.0)).unwrap_err().to_string();
        assert!(error.contains("nothing to execute"), "{error}");
    }

    #[test]
    fn named_notebooks_must_exist_and_have_different_names() {
        let folder = TestFolder::new("named");
        let paths = Paths::of(&folder.0);
        let (a, b) = (folder.0.join("a/x.ipynb"), folder.0.join("b/x.ipynb"));
        files::write(&a, b"{}").unwrap();
        files::write(&b, b"{}").unwrap();
        assert!(find(std::slice::from_ref(&a), &paths).is_ok());
        assert!(find(&[a, b], &paths).is_err());
        assert!(find(&["/none.ipynb".into()], &paths).is_err());
    }
}
