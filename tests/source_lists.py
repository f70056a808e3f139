"""The lists of source cells, the handout that each belongs to, and the pages of the collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "source_cells"
NOTEBOOKS = {
    "003": "01-first-steps",
    "002": "02-lists-matrices-grids",
    "000": "03-optimizers",
    "004": "04-wealth",
    "001": "05-wealth-annotated",
}
# It follows no source, and has no exercises and no charts.
PRIMER = "00-the-rust-you-need"
# They follow no source.
OWN = ["06-past-one-machine", "07-races-memory-vectors", "08-a-thousand-cores"]
HANDOUTS = [*NOTEBOOKS.values(), *OWN]
# All notebooks, in the order in which they are read.
PAGES = [PRIMER, *HANDOUTS]

# The code cells that a spine may have, where the source has more than others, and why.
MOST_SPINE_CELLS = 15
MORE_SPINE_CELLS: dict[str, tuple[int, str]] = {
    "01-first-steps": (16, "the worked example is five cells, each of which the source has"),
    "04-wealth": (19, "the lecture has 17, and times some programs in a cell of their own"),
    "05-wealth-annotated": (19, "the annotated copy has 14, and each remark asks for its answer"),
    "06-past-one-machine": (16, "each MPI program is a cell of its own"),
    "07-races-memory-vectors": (18, "each step of the ladder is a cell, which fits a slide"),
}


def most_spine_cells(notebook: str) -> int:
    """How many code cells the spine of a notebook may have."""
    return MORE_SPINE_CELLS.get(notebook, (MOST_SPINE_CELLS, ""))[0]


def names() -> list[str]:
    """The lists there are: each file's name without its ending."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str) -> list[dict[str, Any]]:
    """One list's entries."""
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
