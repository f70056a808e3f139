"""Makes one edition of a notebook: edition.py student|lecturer|spine SOURCE OUT.

The tags are those of .github/EDITIONS.md. Exit status 1, with a report on
standard error, when a tag and what the cell holds do not agree.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import quick  # noqa: F401 (first)

# isort: split
import expect
import further
import nbformat
from further import tags
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from readers import BEGIN, END, NOT_FOR_STUDENTS

# A heading over a stub.
OVER_STUBS = re.compile(r"(?m)^(#+ .*?)\bSolution")


class Failure(Exception):
    """What is wrong with a cell, as a text for the person who wrote it."""


def cleared(source: str, stub: str) -> str:
    """The source with its marked region replaced by the stub, as nbgrader's ClearSolutions does."""
    lines: list[str] = []
    regions, inside = 0, False
    for line in source.split("\n"):
        if BEGIN in line:
            if inside:
                raise Failure(f"{BEGIN} twice without {END}")
            regions, inside = regions + 1, True
            indent = re.match(r"\s*", line)[0]
            lines += [indent + stub_line for stub_line in stub.split("\n")]
        elif END in line:
            if not inside:
                raise Failure(f"{END} without {BEGIN}")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise Failure(f"{BEGIN} without {END}")
    if regions != 1:
        raise Failure(f"{regions} regions from {BEGIN} to {END}, there must be one")
    return "\n".join(lines)


def unfold(cell: NotebookNode) -> None:
    cell.metadata.pop("jupyter", None)


def without(notebook: NotebookNode, unwanted: set[str]) -> NotebookNode:
    """The notebook without the cells that have one of these tags."""
    remove = TagRemovePreprocessor(enabled=True, remove_cell_tags=unwanted)
    return remove.preprocess(notebook, {})[0]


def clear_exercise(cell: NotebookNode) -> None:
    """Puts the stub in place of the answer, where a student sees it."""
    if "stub" not in cell.metadata:
        raise Failure("the cell is tagged exercise, but its metadata has no stub")
    cell.source = cleared(cell.source, cell.metadata.pop("stub"))
    cell.metadata.tags = [tag for tag in tags(cell) if tag != "solution"]
    cell.metadata.pop(expect.KEY, None)
    unfold(cell)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.source = OVER_STUBS.sub(r"\1Your solution", cell.source)


def student(notebook: NotebookNode) -> NotebookNode:
    """Stubs in place of answers; neither solutions nor teaching notes."""
    for number, cell in enumerate(notebook.cells, start=1):
        try:
            if "exercise" in tags(cell):
                clear_exercise(cell)
            elif BEGIN in cell.source:
                raise Failure(f"{BEGIN} in a cell that is not tagged exercise")
        except Failure as failure:
            raise Failure(f"cell {number} (id {cell.get('id', '-')}): {failure}") from failure
    return without(notebook, NOT_FOR_STUDENTS)


def lecturer(notebook: NotebookNode) -> NotebookNode:
    """All there is, and nothing folded."""
    for cell in notebook.cells:
        cell.metadata.pop(further.FOLDED, None)
        if NOT_FOR_STUDENTS & set(tags(cell)):
            unfold(cell)
    return notebook


def spine(notebook: NotebookNode) -> NotebookNode:
    """All but the blocks of *Going further*."""
    return without(notebook, {further.TAG})


EDITIONS = {"student": student, "lecturer": lecturer, "spine": spine}


def main() -> int:
    """Reads the command line and does what it says."""
    edition, source, out = sys.argv[1:]
    notebook = nbformat.read(source, as_version=4)
    try:
        notebook = EDITIONS[edition](notebook)
    except Failure as failure:
        print(f"{Path(source).name}, {failure}", file=sys.stderr)
        return 1
    nbformat.write(notebook, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
