//! Notebooks near right ones. Not a target in `tests/fuzz`: in a build for fuzzing proc-macro2 gives no places.

use super::{cells, comments, marks, statements, strings};
use crate::tools::notebook::{self, Cell};
use serde_json::{Value, json};
use std::path::Path;

#[path = "../../../speedup/tests/support/mod.rs"]
mod support;

/// A notebook: refused, or cells that come back when they are written again, and whose Rust can be looked at.
fn notebook(bytes: &[u8]) {
    let Ok(cells) = notebook::parse(bytes) else {
        return;
    };
    let written: Vec<Value> = cells.iter().map(written).collect();
    let again = notebook::parse(json!({"cells": written}).to_string().as_bytes()).unwrap();
    assert_eq!(cells, again);
    for cell in &cells {
        let (commands, rust) = cells::parts(cell);
        assert_eq!(commands.to_owned() + rust, cell.source);
        marks::of_cell(Path::new("a.ipynb"), cell).for_each(drop);
        of_rust(rust);
    }
    // The places of all that was read are kept otherwise.
    proc_macro2::extra::invalidate_current_thread_spans();
}

fn of_rust(rust: &str) {
    let is_rust = rust.parse::<proc_macro2::TokenStream>().is_ok();
    assert_eq!(comments::are_kept(rust, rust), is_rust);
    let lines = strings::lines_inside(rust);
    assert_eq!(lines.is_ok(), is_rust);
    assert!(
        lines
            .into_iter()
            .flatten()
            .all(|line| line <= rust.lines().count() + 1)
    );
    if let Ok(bound) = statements::last_expression_bound(rust) {
        assert_eq!(statements::last_expression_bound(&bound).unwrap(), bound);
        assert_eq!(statements::last_semicolon_kept(rust, rust).unwrap(), rust);
    }
}

fn written(cell: &Cell) -> Value {
    let kind = if cell.is_code { "code" } else { "markdown" };
    let chart = |svg: &String| json!({"data": {"image/svg+xml": [svg]}});
    json!({
        "id": cell.id, "cell_type": kind, "source": cell.source, "metadata": {"tags": cell.tags},
        "outputs": cell.charts.iter().map(chart).collect::<Vec<_>>(),
    })
}

/// Right notebooks to begin with.
fn notebooks() -> Vec<Vec<u8>> {
    let code = |source: &str| json!({"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": source});
    let whole = json!({
        "cells": [
            {"cell_type": "markdown", "id": "b", "metadata": {"tags": ["further"]}, "source": ["# Ä\n", "%% b"]},
            {"cell_type": "code", "id": "c", "metadata": {"source": ["002:imports"]}, "source": [
                ":dep a = \"1\"\n", "// why\n", "let x /* d */ = \"y\n z\"; // %% e\n", "match x { _ => f(x) }"],
             "outputs": [{"data": {"image/svg+xml": ["<svg>", "</svg>"], "text/plain": "a"}}]},
        ],
        "metadata": {"kernelspec": {"name": "rust"}}, "nbformat": 4, "nbformat_minor": 5,
    });
    let rust = json!({"cells": [
        code("#![allow(unused)]\nif a { b } else { c }"),
        code("fn f<T>(x: &[T]) -> impl Iterator { x.iter().map(|y| y + 1) }\nmatch a { 1..=2 => {} _ => {} };"),
        code("!ls\nlet s = r#\"\n\"#; vec![1; 2]"),
    ]});
    [whole, rust]
        .map(|notebook| notebook.to_string().into_bytes())
        .to_vec()
}

#[test]
fn notebooks_near_right_ones() {
    support::survives(2_000, notebooks(), notebook);
}
