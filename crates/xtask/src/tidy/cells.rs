//! The code cells of a notebook, each as the kernel reads it: commands, then Rust.

use crate::tools::notebook::{self, Cell};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// A notebook's code cells, in order.
pub struct Notebook {
    /// Its file.
    pub path: PathBuf,
    /// Its cells of code; other cells are only counted.
    pub cells: Vec<Cell>,
    /// Whether it is the edition without the blocks of *Going further*.
    pub is_spine: bool,
}

impl Notebook {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Notebook> {
        let mut cells = notebook::read(path)?;
        cells.retain(|cell| cell.is_code);
        Ok(Notebook {
            path: path.to_owned(),
            cells,
            is_spine: false,
        })
    }

    /// The edition without the blocks of *Going further*, if it has any.
    pub fn spine(&self) -> Option<Notebook> {
        let cells = self.cells.iter().filter(|cell| !cell.has_tag("further"));
        let cells: Vec<Cell> = cells.cloned().collect();
        (cells.len() < self.cells.len()).then(|| Notebook {
            path: self.path.clone(),
            cells,
            is_spine: true,
        })
    }
}

/// Whether a cell is there to fail, so that it need not be valid Rust.
pub fn fails(cell: &Cell) -> bool {
    cell.has_tag("raises-exception")
}

/// The kernel's commands and the Rust after them.
///
/// The kernel takes commands only before the first line of Rust; blank lines and
/// comments may stand between them. A comment after the last command belongs to
/// the Rust.
pub fn parts(cell: &Cell) -> (&str, &str) {
    let mut end = 0;
    let mut position = 0;
    for line in cell.source.split_inclusive('\n') {
        position += line.len();
        if is_command(line) {
            end = position;
        } else if !line.starts_with("//") && !line.trim().is_empty() {
            break;
        }
    }
    cell.source.split_at(end)
}

/// Whether the kernel takes a line before the Rust as a command (`:dep`, `!ls`).
fn is_command(line: &str) -> bool {
    line.starts_with('!') || line.trim_start_matches(' ').starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_end_where_rust_begins() {
        let parts = |source| {
            let cell = Cell::of_test(source);
            let (commands, rust) = super::parts(&cell);
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
