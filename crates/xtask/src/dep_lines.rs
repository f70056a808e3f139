//! The crates that notebooks ask for: their `:dep` lines.

use crate::files;
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The notebooks of a folder, in order of name.
pub fn notebooks(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = files::list(folder)?;
    found.retain(|path| path.extension().is_some_and(|ext| ext == "ipynb") && path.is_file());
    Ok(found)
}

/// The `:dep` lines of a notebook's code cells, in order.
pub fn of_notebook(path: &Path) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let notebook: Value = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a notebook", path.display()))?;
    Ok(of_json(&notebook))
}

fn of_json(notebook: &Value) -> Vec<String> {
    let cells = notebook["cells"].as_array();
    let code = cells
        .into_iter()
        .flatten()
        .filter(|cell| cell["cell_type"] == "code")
        .map(|cell| source(&cell["source"]));
    code.flat_map(|text| {
        let lines = text.lines().map(str::trim_end);
        lines
            .filter(|line| line.starts_with(":dep "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    })
    .collect()
}

/// A text as notebooks store it: whole, or as a list of lines.
pub fn source(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_dep_lines_of_code_cells_count() {
        let notebook = json!({"cells": [
            {"cell_type": "markdown", "source": ":dep not = \"1\""},
            {"cell_type": "code", "source": [":dep a = \"1\"\n", "let x = 1;\n"]},
            {"cell_type": "code", "source": "// :dep no\n:dep b = { path = \"../b\" }"},
        ]});
        assert_eq!(
            of_json(&notebook),
            [":dep a = \"1\"", ":dep b = { path = \"../b\" }"]
        );
    }
}
