//! A notebook as a crate that clippy can read.
//!
//! A cell may use what the cells before it made, and make it anew under the same name.
//! So each cell is a block inside the block of the one before:
//! `{ first cell { second cell { … } } }`. Each line of a cell keeps its line, so that
//! what clippy says of a line can be said of the cell.

use super::cells::{self, Notebook};
use super::statements;
use crate::tools::notebook::Cell;
use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::path::Path;

/// Lints that do not fit code in this form, each with the reason.
const ALLOWED: [(&str, &str); 2] = [
    (
        "clippy::useless_conversion",
        "`into_iter` on a range is there to become `into_par_iter`, in one word",
    ),
    (
        "clippy::type_complexity",
        "a type is written where it is used: a cell is read alone",
    ),
];

/// The source of a notebook's crate.
pub struct Source {
    /// The file's text.
    pub text: String,
    /// For each of its lines, from 0: the cell (by place among the code cells) and the
    /// line in that cell, from 1.
    pub lines: Vec<Option<(usize, usize)>>,
}

impl Source {
    fn add(&mut self, line: &str, origin: Option<(usize, usize)>) {
        self.text += line;
        self.text.push('\n');
        self.lines.push(origin);
    }
}

/// The crate's source, without the cells that are there to fail; or the cell that does
/// not parse.
pub fn source(notebook: &Notebook) -> std::result::Result<Source, &Cell> {
    let mut source = Source {
        text: String::new(),
        lines: Vec::new(),
    };
    if notebook.is_spine {
        // The whole notebook is linted, too.
        source.add("#![allow(warnings)]", None);
    }
    for (lint, reason) in ALLOWED {
        source.add(&format!("#![allow({lint}, reason = {reason:?})]"), None);
    }
    // A cell may end early with `?`.
    source.add(
        "pub fn notebook() -> Result<(), Box<dyn std::error::Error>> {",
        None,
    );
    let mut depth = 0;
    for (place, cell) in notebook.cells.iter().enumerate() {
        let (commands, rust) = cells::parts(cell);
        if cells::fails(cell) || rust.trim().is_empty() {
            continue;
        }
        let rust = statements::last_expression_bound(rust).map_err(|_| cell)?;
        source.add("{", None);
        depth += 1;
        let first = commands.lines().count() + 1;
        for (line, text) in (first..).zip(rust.lines()) {
            source.add(text, Some((place, line)));
        }
    }
    source.add(&"}".repeat(depth), None);
    source.add("Ok(()) }", None);
    Ok(source)
}

/// The crate's manifest.
pub fn manifest(notebook: &Notebook, name: &str) -> Result<String> {
    let folder = notebook
        .path
        .parent()
        .context("a notebook is in a folder")?;
    let mut dependencies = BTreeMap::new();
    for cell in &notebook.cells {
        for line in cells::parts(cell).0.lines() {
            if let Some(dependency) = line.trim_start().strip_prefix(":dep ") {
                let (name, value) = dependency.split_once('=').unwrap_or((dependency, "\"*\""));
                dependencies.insert(name.trim(), absolute(value.trim(), folder)?);
            }
        }
    }
    let lines: String = dependencies
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"))
        .collect();
    Ok(format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [lints.rust]\nunsafe_code = \"deny\"\n\n[dependencies]\n{lines}"
    ))
}

/// A dependency whose path, if it has one, is absolute.
fn absolute(value: &str, folder: &Path) -> Result<String> {
    let Some((before, rest)) = value.split_once("path") else {
        return Ok(value.to_owned());
    };
    let mut parts = rest.splitn(3, '"');
    let (between, path, after) = (parts.next(), parts.next(), parts.next());
    match (between.map(str::trim), path, after) {
        (Some("="), Some(path), Some(after)) => {
            let path = folder.join(path);
            // JSON's texts are TOML's too; Rust's way to write letters that combine is not.
            let path = serde_json::Value::from(path.to_string_lossy());
            Ok(format!("{before}path = {path}{after}"))
        }
        _ => Err(anyhow!("cannot read the path in `{value}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notebook(cells: &[&str]) -> Notebook {
        Notebook {
            path: "/n/a.ipynb".into(),
            cells: cells.iter().map(|source| Cell::of_test(source)).collect(),
            is_spine: false,
        }
    }

    #[test]
    fn each_line_knows_its_cell() {
        let notebook = notebook(&[":dep a = \"1\"\nuse a::b;", ":version", "let x = 1;\nx"]);
        let source = source(&notebook).map_err(Cell::label).unwrap();
        let at = |text: &str| source.text.lines().position(|line| line == text).unwrap();
        assert_eq!(source.lines[at("use a::b;")], Some((0, 2)));
        assert_eq!(source.lines[at("let x = 1;")], Some((2, 1)));
        assert_eq!(source.lines[at("let _ = x;")], Some((2, 2)));
        assert_eq!(source.lines.len(), source.text.lines().count());
    }

    #[test]
    fn cells_that_are_there_to_fail_are_left_out() {
        let mut notebook = notebook(&["let = 1;", "let a = 1;"]);
        assert_eq!(source(&notebook).err().map(|cell| cell.index), Some(0));
        notebook.cells[0] = Cell::of_test("let = 1;").tagged("raises-exception");
        let source = source(&notebook).map_err(Cell::label).unwrap();
        assert!(!source.text.contains("let = 1") && source.text.contains("let a = 1"));
    }

    #[test]
    fn dependencies_are_named_once_by_absolute_paths() {
        let umlaut = absolute("{ path = \"ko\u{308}rper\" }", Path::new("/my course")).unwrap();
        assert_eq!(umlaut, "{ path = \"/my course/ko\u{308}rper\" }");
        let first = ":dep a = { path = \"../a\", features = [\"b\"] }\n:dep c = \"=1.0.0\"\n:dep d";
        let text = manifest(&notebook(&[first, ":dep c = \"=1.0.0\""]), "n").unwrap();
        let (_, dependencies) = text.split_once("[dependencies]\n").unwrap();
        assert_eq!(
            dependencies,
            "a = { path = \"/n/../a\", features = [\"b\"] }\nc = \"=1.0.0\"\nd = \"*\"\n"
        );
    }
}
