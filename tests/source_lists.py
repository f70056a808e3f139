"""The lists of source cells, and the notebook that each belongs to."""

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


def names() -> list[str]:
    """The lists there are: each file's name without its ending."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str) -> list[dict[str, Any]]:
    """One list's entries."""
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
