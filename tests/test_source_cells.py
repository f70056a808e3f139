"""Each notebook shows what the source cells that it follows show."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import source_lists
from claims import problems
from nbformat import NotebookNode

CLAIMS = {"text", "code", "value", "chart", "error", "hidden"}


@pytest.mark.parametrize("name", source_lists.names())
def test_list_is_well_formed(name: str) -> None:
    entries = source_lists.load(name)
    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids)), "an id is there twice"
    for entry in entries:
        assert entry.keys() == {"id", "section", "what", "shows"}, entry["id"]
        assert entry["id"].startswith(f"{name}:"), entry["id"]
        assert entry["shows"], f"{entry['id']} claims nothing"
        for claim in entry["shows"]:
            (kind,) = CLAIMS & claim.keys()
            if isinstance(claim[kind], str):
                re.compile(claim[kind])


@pytest.mark.parametrize("name", source_lists.names())
def test_fresh_run_shows_the_source_cells(
    name: str, executed: Callable[[str], NotebookNode]
) -> None:
    notebook = executed(source_lists.NOTEBOOKS[name])
    assert problems(notebook, source_lists.load(name)) == []


@pytest.mark.parametrize("name", source_lists.names())
def test_committed_notebook_shows_the_source_cells(name: str, root: Path) -> None:
    path = root / "notebooks" / f"{source_lists.NOTEBOOKS[name]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert problems(notebook, source_lists.load(name)) == [], (
        "run `cargo xtask handouts --in-place`, which writes fresh outputs into the notebooks"
    )
