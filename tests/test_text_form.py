"""Every notebook can be edited as text: jupytext's formats lose nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
FORMATS = ["md", "rs:percent"]


def cells(notebook: NotebookNode) -> list[tuple[str, str, dict]]:
    return [(cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_text_and_back_keeps_every_cell(path: Path, form: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    back = jupytext.reads(jupytext.writes(notebook, form), form)
    assert cells(back) == cells(notebook)
    assert back.metadata.kernelspec == notebook.metadata.kernelspec


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_edit_as_text_changes_only_what_was_edited(path: Path, tmp_path: Path) -> None:
    """The commands that README gives, with an edit of one cell between them."""
    notebook = tmp_path / path.name
    shutil.copy(path, notebook)
    command = [sys.executable, "-m", "jupytext", "-q"]
    subprocess.run([*command, "--to", "md", notebook], check=True)
    text = notebook.with_suffix(".md")
    old = nbformat.read(path, as_version=4)
    title = old.cells[0].source.partition("\n")[0]
    old.cells[0].source = old.cells[0].source.replace(title, f"{title}, edited", 1)
    text.write_text(text.read_text("utf-8").replace(title, f"{title}, edited", 1), "utf-8")
    subprocess.run([*command, "--update", "--to", "ipynb", text], check=True)
    assert nbformat.read(notebook, as_version=4) == old
