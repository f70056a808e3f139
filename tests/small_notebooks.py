"""Small notebooks that tests write, and a notebook's crates named by absolute paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import further
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"display_name": "Rust", "language": "rust", "name": "rust"}


def write(path: Path, code: list[str]) -> Path:
    """Writes a notebook with a heading before each of the code cells."""
    cells = []
    for number, source in enumerate(code, start=1):
        cells += [new_markdown_cell(f"# Cell {number}"), new_code_cell(source)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


def dep_line(root: Path) -> str:
    """The lines that ask for the helper crates of this checkout."""
    names = ("speedup", "speedup-notebook")
    return "\n".join(f':dep {name} = {{ path = "{root}/crates/{name}" }}' for name in names)


def with_absolute_paths(source: str, root: Path) -> str:
    """A cell's source whose `:dep` lines work in any folder."""
    return re.sub(r'(?m)^(:dep .*path = ")\.\./', rf"\g<1>{root}/", source)


def every_tag() -> NotebookNode:
    """A notebook with a cell of each tag, and with two blocks of *Going further*."""
    hidden = {"jupyter": {"source_hidden": True, "outputs_hidden": True}}
    folded = {further.FOLDED: True}
    # For each cell its tags, what else is in its metadata, and its text; code has no heading.
    parts: list[tuple[str, dict[str, Any], str]] = [
        ("", {}, "# A small handout\n\n**Minutes:** 10, with *Going further* 18."),
        ("teaching-note", hidden, "**Teaching note: the plan**"),
        ("", {}, "## Numbers\n\nMore is in [the kernel](#kernel), [the reason](#why)."),
        ("code", {}, "1 + 1"),
        ("further", folded, '#### Going further: A `kernel` (5 minutes) <a id="kernel"></a>\n\nA.'),
        ("further code", {}, 'println!("in the block: {}", 6 * 7);'),
        ("further", {}, '##### Why <a id="why"></a>\n\nThe reason.'),
        ("further solution", hidden, "**In words.** <a id='words'></a>"),
        ("further solution code", hidden, "2 + 2"),
        ("further teaching-note", hidden, "**Teaching note: 1 minute**"),
        ("further", folded, "#### Going further: Another (3 minutes)"),
        ("further code", {}, "3 + 3"),
        ("", {}, "### Exercise"),
        (
            "exercise solution code",
            {"stub": "0"} | hidden,
            "// BEGIN SOLUTION\n42\n// END SOLUTION",
        ),
        ("solution", hidden, "**Note.**"),
        ("", {}, "The check:"),
        ("check code", {}, 'println!("right: 42");'),
        ("", {}, "## Key points"),
    ]
    cells = []
    for words, metadata, source in parts:
        tags = [word for word in words.split() if word != "code"]
        make = new_code_cell if "code" in words else new_markdown_cell
        cells.append(make(source, metadata=metadata | ({"tags": tags} if tags else {})))
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def write_every_tag(folder: Path) -> Path:
    """Writes that notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "every-tag.ipynb"
    nbformat.write(every_tag(), path)
    return path
