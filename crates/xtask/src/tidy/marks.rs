//! Lines that the text form of a notebook, jupytext's `rs:percent`, takes for the begin of a cell.

use super::Problem;
use crate::tools::notebook::{self, Cell};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// The cells that the text form would split in two.
pub fn all(notebooks: &[PathBuf]) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in notebooks {
        for cell in notebook::read(path)? {
            problems.extend(of_cell(path, &cell));
        }
    }
    Ok(problems)
}

pub(super) fn of_cell<'a>(
    path: &'a Path,
    cell: &'a Cell,
) -> impl Iterator<Item = Problem> + use<'a> {
    let lines = (1..).zip(cell.source.lines());
    let marks = lines.filter(|(_, line)| is_mark(line, cell.is_code));
    marks.map(|(number, line)| {
        let text = format!(
            "line {number}: `{}` begins a new cell in the notebook's text form (jupytext's \
             rs:percent), which would split this one: write it in another way",
            line.trim()
        );
        Problem::new(path, cell, text)
    })
}

/// In the text form each line of text stands behind `//`, and code as it is.
fn is_mark(line: &str, is_code: bool) -> bool {
    let line = line.trim_start();
    let comment = match is_code {
        true => line.strip_prefix("//").map(str::trim_start),
        false => Some(line),
    };
    let Some(comment) = comment else {
        return false;
    };
    let after = comment.trim_start_matches('%');
    let is_percent = comment.len() >= after.len() + 2;
    let is_alone = after.is_empty() || after.starts_with(char::is_whitespace);
    let others = ["In[", "<codecell>", "<markdowncell>"];
    is_percent && is_alone || others.iter().any(|other| comment.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_splits_a_cell_is_told_from_what_does_not() {
        for mark in [
            "// %%",
            "  //%% a",
            "// %%%% x",
            "//   %% [markdown]",
            "// In[3]:",
        ] {
            assert!(is_mark(mark, true), "{mark}");
        }
        for line in [
            "/// %%",
            "// %%x",
            "let a = 1; // %%",
            "%%",
            "// 5 %",
            "a %% b",
        ] {
            assert!(!is_mark(line, true), "{line}");
        }
        assert!(is_mark("%% x", false) && !is_mark("%%math", false));
    }

    #[test]
    fn the_cell_and_the_line_are_named() {
        let cell = Cell::of_test("let a = 1;\n// %% b");
        let problems: Vec<_> = of_cell(Path::new("a.ipynb"), &cell).collect();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].text.contains("line 2: `// %% b`"));
    }
}
