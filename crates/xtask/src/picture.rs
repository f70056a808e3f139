//! The chart that README shows: the output of the cell tagged `readme-picture`.

use crate::dep_lines;
use anyhow::{Context, Result};
use serde_json::Value;

/// Where README finds it.
pub const FILE: &str = ".github/speed-up.svg";

/// The picture of an executed notebook, if one of its cells is tagged.
pub fn of_notebook(json: &[u8]) -> Result<Option<String>> {
    let notebook: Value = serde_json::from_slice(json).context("not a notebook")?;
    let cells = notebook["cells"].as_array().into_iter().flatten();
    let tagged = |cell: &&Value| {
        let mut tags = cell["metadata"]["tags"].as_array().into_iter().flatten();
        tags.any(|tag| tag == "readme-picture")
    };
    let outputs = cells
        .filter(tagged)
        .filter_map(|cell| cell["outputs"].as_array());
    Ok(outputs
        .flatten()
        .map(|output| dep_lines::source(&output["data"]["image/svg+xml"]))
        .find(|svg| !svg.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_tagged_cell_counts() {
        let output = |svg: &str| json!([{"data": {"image/svg+xml": [svg, "\n"]}}]);
        let tags = json!({"tags": ["readme-picture"]});
        let cells = json!({"cells": [
            {"metadata": {}, "outputs": output("<svg 1>")},
            {"metadata": tags, "outputs": output("<svg 2>")},
        ]});
        let found = of_notebook(cells.to_string().as_bytes()).unwrap();
        assert_eq!(found.as_deref(), Some("<svg 2>\n"));
        assert_eq!(of_notebook(b"{}").unwrap(), None);
    }
}
