"""What plain nbconvert leaves out for readers, and how it cuts a notebook into slides."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import further
from further import tags
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

# nbgrader's marks; in whatever comment the cell's language has.
BEGIN = "BEGIN SOLUTION"
END = "END SOLUTION"
MARKS = re.compile(rf"(?m)^.*\b(?:{BEGIN}|{END})\b.*\n?")
# What students do not get, and readers only when they want it.
NOT_FOR_STUDENTS = {"solution", "teaching-note"}
HEADING = re.compile(r"(?m)^(?=#{1,4} )")


def without_marks(source: str) -> str:
    """A cell's source without the marks of the editions."""
    return MARKS.sub("", source)


def is_folded(cell: NotebookNode) -> bool:
    """Whether a reader opens the cell only when it is wanted."""
    hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    return bool(hidden and NOT_FOR_STUDENTS & {*tags(cell)})


class ForReaders(Preprocessor):
    """Leaves out what is folded for readers: solutions and teaching notes."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        notebook = deepcopy(notebook)
        notebook.cells = [cell for cell in notebook.cells if not is_folded(cell)]
        for cell in notebook.cells:
            cell.source = without_marks(cell.source)
        return notebook, resources


class AsSlides(ForReaders):
    """A slide for each heading and for each cell of code, without checks and what goes further."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        notebook, resources = super().preprocess(notebook, resources)
        cells: list[NotebookNode] = []
        for cell in notebook.cells:
            if {"check", further.TAG} & {*tags(cell)}:
                continue
            if cell.cell_type == "code":
                cells.append(as_slide(cell, cell.source, "subslide"))
                continue
            for part in filter(str.strip, HEADING.split(cell.source)):
                after_code = bool(cells) and cells[-1].cell_type == "code"
                kind = "slide" if HEADING.match(part) or after_code else "-"
                cells.append(as_slide(cell, part, kind))
        for number, cell in enumerate(cells):
            cell.id = f"slide-{number}"
        notebook.cells = cells
        return notebook, resources


def as_slide(cell: NotebookNode, source: str, kind: str) -> NotebookNode:
    """A copy of a cell, or of a part of its text, as a slide of the kind."""
    slide = deepcopy(cell)
    slide.source = source
    slide.metadata["slideshow"] = {"slide_type": kind}
    return slide
