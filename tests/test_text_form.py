"""Every notebook can be edited as text: jupytext's formats lose nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
import small_notebooks
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


@pytest.mark.parametrize("form", FORMATS)
def test_text_keeps_what_a_cell_is(form: str) -> None:
    notebook = small_notebooks.every_tag()
    assert cells(jupytext.reads(jupytext.writes(notebook, form), form)) == cells(notebook)


def test_an_edit_as_text_changes_only_what_was_edited(tmp_path: Path) -> None:
    """The commands of EDITING.md, with an edit of one cell of each notebook between them."""
    command = [sys.executable, "-m", "jupytext", "-q"]
    copies = [Path(shutil.copy(path, tmp_path)) for path in NOTEBOOKS]
    subprocess.run([*command, "--to", "md", *copies], check=True)
    texts, wanted = [copy.with_suffix(".md") for copy in copies], []
    for text, path in zip(texts, NOTEBOOKS, strict=True):
        old = nbformat.read(path, as_version=4)
        title = old.cells[0].source.partition("\n")[0]
        old.cells[0].source = old.cells[0].source.replace(title, f"{title}, edited", 1)
        text.write_text(text.read_text("utf-8").replace(title, f"{title}, edited", 1), "utf-8")
        wanted.append(old)
    subprocess.run([*command, "--update", "--to", "ipynb", *texts], check=True)
    assert [nbformat.read(copy, as_version=4) for copy in copies] == wanted


def test_git_shows_an_edit_as_text_without_outputs(root: Path, tmp_path: Path) -> None:
    """With the command that EDITING.md gives."""
    (command,) = re.findall(
        r"`(git config [^`]*)`", (root / ".github/EDITING.md").read_text("utf-8")
    )
    path = tmp_path / "notebooks" / NOTEBOOKS[0].name
    path.parent.mkdir()
    for source, place in [(NOTEBOOKS[0], path.parent), (root / ".gitconfig", tmp_path)]:
        shutil.copy(source, place)
    shutil.copy(root / ".gitattributes", tmp_path)
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def git(*arguments: str) -> str:
        run = subprocess.run(
            ["git", *arguments], cwd=tmp_path, env=os.environ | {"PATH": search},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return run.stdout

    git("init", "--quiet")
    git(*command.split()[1:])
    git("add", ".")
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs)
    line = cell.source.splitlines()[-1]
    cell.source += " // edited"
    cell.outputs = []
    nbformat.write(notebook, path)
    changed = [text for text in git("diff").splitlines() if re.match(r"[-+](?![-+])", text)]
    assert changed == [f"-{line}", f"+{line} // edited"]
