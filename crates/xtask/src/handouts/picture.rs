//! The chart that README shows: the output of the cell tagged `readme-picture`.

use crate::tools::notebook::Cell;

/// Where README finds it.
pub const FILE: &str = ".github/speed-up.svg";

/// The picture of an executed notebook, if one of its cells is tagged.
pub fn of_cells(cells: &[Cell]) -> Option<&str> {
    let tagged = cells.iter().filter(|cell| cell.has_tag("readme-picture"));
    tagged
        .flat_map(|cell| &cell.charts)
        .next()
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::notebook;
    use serde_json::json;

    #[test]
    fn only_the_tagged_cell_counts() {
        let output = |svg: &str| json!([{"data": {"image/svg+xml": [svg, "\n"]}}]);
        let tags = json!({"tags": ["readme-picture"]});
        let cells = json!({"cells": [
            {"metadata": {}, "outputs": output("<svg 1>")},
            {"metadata": tags, "outputs": output("<svg 2>")},
        ]});
        let cells = notebook::parse(cells.to_string().as_bytes()).unwrap();
        assert_eq!(of_cells(&cells), Some("<svg 2>\n"));
        assert_eq!(of_cells(&[]), None);
    }
}
