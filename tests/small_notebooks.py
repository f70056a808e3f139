"""Small notebooks that tests write, and a notebook's crates named by absolute paths."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def write(path: Path, code: list[str]) -> Path:
    """Writes a notebook with a heading before each of the code cells."""
    cells = []
    for number, source in enumerate(code, start=1):
        cells += [new_markdown_cell(f"# Cell {number}"), new_code_cell(source)]
    kernel = {"display_name": "Rust", "language": "rust", "name": "rust"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def dep_line(root: Path) -> str:
    """The line that asks for the helper crate of this checkout."""
    return f':dep speedup = {{ path = "{root}/crates/speedup" }}'


def with_absolute_paths(source: str, root: Path) -> str:
    """A cell's source whose `:dep` lines work in any folder."""
    return re.sub(r'(?m)^(:dep .*path = ")\.\./', rf"\g<1>{root}/", source)
