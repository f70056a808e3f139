//! The code cells of a notebook, each as the kernel reads it: commands, then Rust.

use crate::dep_lines;
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A notebook's code cells, in order.
pub struct Notebook {
    /// Its file.
    pub path: PathBuf,
    /// Its cells of code; other cells are only counted.
    pub cells: Vec<Cell>,
}

/// A cell of code.
pub struct Cell {
    /// Its place among all cells, from 0.
    pub index: usize,
    /// Its name in the file; empty when it has none yet.
    pub id: String,
    /// Its text.
    pub source: String,
    /// Whether it is there to fail, so that it need not be valid Rust.
    pub fails: bool,
}

impl Notebook {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Notebook> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let json: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a notebook", path.display()))?;
        let cells = json["cells"].as_array().into_iter().flatten().enumerate();
        let code = cells.filter(|(_, cell)| cell["cell_type"] == "code");
        Ok(Notebook {
            path: path.to_owned(),
            cells: code.map(|(index, cell)| Cell::of(index, cell)).collect(),
        })
    }
}

impl Cell {
    fn of(index: usize, cell: &Value) -> Cell {
        let mut tags = cell["metadata"]["tags"].as_array().into_iter().flatten();
        Cell {
            index,
            id: cell["id"].as_str().unwrap_or_default().to_owned(),
            source: dep_lines::source(&cell["source"]),
            fails: tags.any(|tag| tag == "raises-exception"),
        }
    }

    /// A name for reports.
    pub fn label(&self) -> String {
        let id = if self.id.is_empty() { "none" } else { &self.id };
        format!("cell {} (id {id})", self.index + 1)
    }

    /// The kernel's commands and the Rust after them.
    ///
    /// The kernel takes commands only before the first line of Rust; blank lines and
    /// comments may stand between them. A comment after the last command belongs to
    /// the Rust.
    pub fn parts(&self) -> (&str, &str) {
        let mut end = 0;
        let mut position = 0;
        for line in self.source.split_inclusive('\n') {
            position += line.len();
            if is_command(line) {
                end = position;
            } else if !line.starts_with("//") && !line.trim().is_empty() {
                break;
            }
        }
        self.source.split_at(end)
    }
}

/// Whether the kernel takes a line before the Rust as a command (`:dep`, `!ls`).
fn is_command(line: &str) -> bool {
    line.starts_with('!') || line.trim_start_matches(' ').starts_with(':')
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A cell of this text, for tests.
    pub fn cell(source: &str) -> Cell {
        Cell {
            index: 0,
            id: "a".to_owned(),
            source: source.to_owned(),
            fails: false,
        }
    }

    #[test]
    fn commands_end_where_rust_begins() {
        let parts = |source| {
            let cell = cell(source);
            let (commands, rust) = cell.parts();
            (commands.to_owned(), rust.to_owned())
        };
        let both = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parts("let a = 1;"), both("", "let a = 1;"));
        assert_eq!(
            parts(":dep a = \"1\"\n\n// why\n!ls\n// a\nlet a = 1;\n:no"),
            both(":dep a = \"1\"\n\n// why\n!ls\n", "// a\nlet a = 1;\n:no")
        );
        assert_eq!(parts(":version"), both(":version", ""));
    }
}
