//! The Rust of each cell, formatted by the toolchain's rustfmt.
//!
//! A cell is statements, items and perhaps a last expression: what the body of a
//! function may be. So it is formatted as one, and the body's indent is taken away.

use super::Problem;
use super::cells::{Cell, Notebook};
use crate::files;
use crate::paths::Paths;
use anyhow::{Context, Result, bail, ensure};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The longest line in a cell, in letters: what the pages' column has room for.
const WIDTH: usize = 88;
/// How far rustfmt indents a function's body.
const INDENT: &str = "    ";
const HEAD: &str = "fn cell() {";
const TAIL: &str = "}";

/// What came of the cells.
#[derive(Default)]
pub struct Formatted {
    /// The text of every cell that could be formatted, by notebook and place.
    pub sources: BTreeMap<PathBuf, BTreeMap<usize, String>>,
    /// Cells that rustfmt could not read, unless they are there to fail.
    pub problems: Vec<Problem>,
}

/// Formats the cells of all notebooks in one run of rustfmt.
pub fn all(paths: &Paths, notebooks: &[Notebook]) -> Result<Formatted> {
    let folder = paths.work.join("tidy");
    files::remove(&folder)?;
    files::make_folder(&folder)?;
    // In the folder itself, so that no file of the user's applies.
    let options = format!(
        "edition = \"2024\"\nstyle_edition = \"2024\"\nmax_width = {}\n",
        WIDTH + INDENT.len()
    );
    files::write(&folder.join("rustfmt.toml"), options.as_bytes())?;
    let mut cells = Vec::new();
    for (number, notebook) in notebooks.iter().enumerate() {
        for cell in &notebook.cells {
            let (_, rust) = cell.parts();
            if !rust.trim().is_empty() {
                let file = folder.join(format!("{number}-{}.rs", cell.index));
                let text = format!("{HEAD}\n{}\n{TAIL}\n", rust.trim_end());
                files::write(&file, text.as_bytes())?;
                cells.push((notebook, cell, file));
            }
        }
    }
    let said = rustfmt(paths, cells.iter().map(|(.., file)| file.as_path()))?;
    let mut all = Formatted::default();
    for (notebook, cell, file) in cells {
        match said.get(&file) {
            Some(_) if cell.fails => {}
            Some(text) => all
                .problems
                .push(Problem::new(&notebook.path, cell, text.clone())),
            None => {
                let of_notebook = all.sources.entry(notebook.path.clone()).or_default();
                of_notebook.insert(cell.index, assemble(cell, &file)?);
            }
        }
    }
    Ok(all)
}

/// Formats the files in place; returns what rustfmt said of those that it could not.
fn rustfmt<'a>(
    paths: &Paths,
    cells: impl Iterator<Item = &'a Path>,
) -> Result<BTreeMap<PathBuf, String>> {
    let mut cells = cells.peekable();
    if cells.peek().is_none() {
        return Ok(BTreeMap::new());
    }
    let mut command = Command::new("rustfmt");
    let output = command
        .args(["--color", "never"])
        .args(cells)
        .current_dir(&paths.root)
        .stdin(Stdio::null())
        .output()
        .context("cannot run rustfmt (rustup component add rustfmt)")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let said = by_file(&text);
    if !output.status.success() && said.is_empty() {
        bail!("rustfmt failed ({}): {}", output.status, text.trim());
    }
    Ok(said)
}

/// Sorts rustfmt's messages by the file that each names, in words for a cell.
fn by_file(messages: &str) -> BTreeMap<PathBuf, String> {
    let mut found: BTreeMap<PathBuf, String> = BTreeMap::new();
    for message in messages.split("\n\n") {
        let place = message.lines().find_map(|line| {
            let (path, line_and_column) =
                line.trim_start().strip_prefix("--> ")?.split_once(".rs:")?;
            let line = line_and_column.split(':').next()?.parse::<usize>().ok()?;
            Some((PathBuf::from(format!("{path}.rs")), line))
        });
        let title = message.lines().find(|line| line.starts_with("error"));
        if let (Some((file, line)), Some(title)) = (place, title) {
            let text = found.entry(file).or_default();
            // The function's head is line 1.
            *text += &format!("rustfmt, Rust line {}: {title}\n", line.saturating_sub(1));
        }
    }
    found
}

/// The cell with its formatted Rust.
fn assemble(cell: &Cell, file: &Path) -> Result<String> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (commands, rust) = cell.parts();
    // Of blank lines between the commands and the Rust, one stays.
    let blank = if !commands.is_empty() && rust.starts_with('\n') {
        "\n"
    } else {
        ""
    };
    Ok(format!("{commands}{blank}{}", unwrap(&text)?))
}

/// The body of the only function of `text`, without its indent.
fn unwrap(text: &str) -> Result<String> {
    let body = text
        .trim_end()
        .strip_prefix(HEAD)
        .and_then(|rest| rest.strip_suffix(TAIL))
        .context("rustfmt moved the function around a cell")?;
    let inside = lines_inside_strings(text)?;
    let mut lines = Vec::new();
    // The head's line is number 1, and what follows it there is nothing.
    for (number, line) in (1..).zip(body.split('\n')) {
        lines.push(if inside.contains(&number) {
            line
        } else {
            line.strip_prefix(INDENT).unwrap_or(line.trim_start())
        });
    }
    ensure!(lines.len() > 2, "rustfmt left nothing of a cell");
    Ok(lines[1..lines.len() - 1].join("\n"))
}

/// The lines, from 1, that begin inside a string: their blanks are the string's.
fn lines_inside_strings(text: &str) -> Result<BTreeSet<usize>> {
    let tokens: TokenStream = text
        .parse()
        .map_err(|error| anyhow::anyhow!("cannot read a formatted cell: {error}"))?;
    let lines: Vec<&str> = text.lines().collect();
    let mut inside = BTreeSet::new();
    let mut stack: Vec<TokenTree> = tokens.into_iter().collect();
    while let Some(token) = stack.pop() {
        match token {
            TokenTree::Group(group) => stack.extend(group.stream()),
            TokenTree::Literal(literal) => {
                let (start, end) = (literal.span().start(), literal.span().end());
                let first = lines
                    .get(start.line - 1)
                    .and_then(|l| l.chars().nth(start.column));
                // A comment for documentation is a literal too, but begins with a slash.
                if first != Some('/') {
                    inside.extend(start.line + 1..=end.line);
                }
            }
            _ => {}
        }
    }
    Ok(inside)
}
