"""Each notebook shows what the source cells that it follows show."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import source_lists
from claims import ON_OUTPUTS, problems, unproven
from nbformat import NotebookNode

CLAIMS = ON_OUTPUTS | {"text", "code", "hidden"}


@pytest.mark.parametrize("name", source_lists.names())
def test_list_is_well_formed(name: str) -> None:
    entries = source_lists.load(name)
    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids)), "an id is there twice"
    for entry in entries:
        assert entry.keys() == {"id", "section", "kind", "what", "shows"}, entry["id"]
        assert entry["kind"] in ("spine", "addition"), entry["id"]
        assert entry["id"].startswith(f"{name}:"), entry["id"]
        assert entry["shows"], f"{entry['id']} claims nothing"
        for claim in entry["shows"]:
            (kind,) = CLAIMS & claim.keys()
            if isinstance(claim[kind], str):
                re.compile(claim[kind])
            if kind in ("count", "points"):
                assert claim.get("is", claim[kind]) >= 1, entry["id"]


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


@pytest.mark.parametrize("name", source_lists.names())
def test_the_list_says_what_the_code_of_each_source_cell_did(name: str, root: Path) -> None:
    """Words in code or text are no proof: a 20 in the code is not twenty matrices."""
    path = root / "notebooks" / f"{source_lists.NOTEBOOKS[name]}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    entries = source_lists.load(name)
    assert [entry["id"] for entry in entries if unproven(notebook, entry)] == [], (
        f"these need one of the claims {sorted(ON_OUTPUTS)}"
    )


@pytest.mark.parametrize("name", source_lists.OWN)
def test_a_handout_without_a_source_names_none_and_keeps_the_rules(
    name: str, root: Path, executed: Callable[[str], NotebookNode]
) -> None:
    committed = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    assert problems(committed, []) == []
    assert problems(executed(name), []) == []
