"""Blocks of *Going further*: cells tagged `further`, each block with a heading of its own.

Cells are dictionaries, as in the file or as nbformat reads them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

TAG = "further"
START = "#### Going further:"
# The minutes, and the anchor that a heading may bring along.
HEADING = re.compile(r'#### Going further: \S.*\((\d+) minutes\)(?: <a id="[^"]+"></a>)?')
# JupyterLab's note on a heading under which it has folded all cells.
FOLDED = "jp-MarkdownHeadingCollapsed"

Cell = dict[str, Any]


def tags(cell: Cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def is_part(cell: Cell) -> bool:
    """Whether a cell is one of a block."""
    return TAG in tags(cell)


def is_heading(cell: Cell) -> bool:
    """Whether a cell is the heading of a block."""
    is_text = cell["cell_type"] == "markdown" and cell["source"].startswith(START)
    return is_text and is_part(cell)


def begins_at(cells: Sequence[Cell], index: int) -> bool:
    """Whether a block begins with the cell at this place."""
    cell = cells[index]
    return is_heading(cell) or (is_part(cell) and (index == 0 or not is_part(cells[index - 1])))


def ends_at(cells: Sequence[Cell], index: int) -> bool:
    """Whether a block ends with the cell at this place."""
    is_last = index + 1 == len(cells) or begins_at(cells, index + 1)
    return is_part(cells[index]) and (is_last or not is_part(cells[index + 1]))


def blocks(cells: Sequence[Cell]) -> list[range]:
    """The places of each block's cells."""
    found = []
    for index in range(len(cells)):
        if begins_at(cells, index):
            first = index
        if ends_at(cells, index):
            found.append(range(first, index + 1))
    return found


def minutes(cell: Cell) -> int | None:
    """The minutes that a block's heading states; none when it has another form."""
    heading = HEADING.fullmatch(cell["source"].partition("\n")[0])
    return int(heading[1]) if heading else None
