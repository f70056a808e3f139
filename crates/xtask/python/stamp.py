"""Which code the outputs of a notebook were made by: a hash of each code cell's source.

A run by execute.py writes the hashes into the notebook's metadata; nothing else does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

KEY = "speedup"


def stamps(notebook: dict[str, Any]) -> list[str]:
    """Id and hash of each code cell, in order."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            digest = hashlib.sha256(cell["source"].encode()).hexdigest()
            found.append(f"{cell.get('id', '-')} {digest[:16]}")
    return found


def record(notebook: dict[str, Any]) -> None:
    """Notes the code that has just been run."""
    notebook["metadata"][KEY] = {"executed": stamps(notebook)}


def differences(notebook: dict[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Where the code is not what was run: a cell's id, or none, and what differs."""
    recorded = notebook["metadata"].get(KEY, {}).get("executed")
    if recorded is None:
        yield None, "the file does not say which code its outputs come from"
        return
    now = stamps(notebook)
    known = {stamp.split()[0] for stamp in recorded}
    present = {stamp.split()[0] for stamp in now}
    for stamp in now:
        name = stamp.split()[0]
        if name not in known:
            yield name, "added since the notebook was run"
        elif stamp not in recorded:
            yield name, "edited since the notebook was run"
    for stamp in recorded:
        if stamp.split()[0] not in present:
            yield None, f"the cell with id {stamp.split()[0]} was run, but is gone"
    if now != recorded and sorted(now) == sorted(recorded):
        yield None, "the code cells were run in another order"
