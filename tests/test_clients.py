"""A mistake in a cell ends the run in every program that executes notebooks, and is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import small_notebooks
from expect import ANSI
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from outputs import plain_text

FIRST = "let kept = vec![1, 2, 3];"
PANIC = 'panic!("planted {}", kept.len());'
MESSAGE = "planted 3"
ERROR = 'let number = "x".parse::<i32>()?;'
ERROR_MESSAGE = "invalid digit found in string"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a program of this environment as a user does, without xtask's variables."""
    ours = ("JUPYTER_CONFIG", "SPEEDUP_", "IPYTHONDIR")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_nbclient_goes_on_where_an_error_is_meant_and_ends_where_not(tmp_path: Path) -> None:
    path = small_notebooks.write(tmp_path / "a.ipynb", [FIRST, PANIC, ERROR, "kept.len()", PANIC])
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code[1:3]:
        cell.metadata.tags = ["raises-exception"]
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook, resources={"metadata": {"path": tmp_path}}).execute()
    assert (caught.value.ename, caught.value.evalue) == ("Panic", MESSAGE)
    shown = [[(out.output_type, out.get("ename")) for out in cell.outputs] for cell in code]
    assert shown == [
        [],
        [("error", "Panic")],
        [("error", "Error")],
        [("execute_result", None)],
        [("error", "Panic")],
    ]
    assert plain_text(code[1].outputs[0]).startswith(f"panicked at: {MESSAGE}\n  | panic!(")
    assert plain_text(code[3].outputs[0]) == "3"


def test_nbconvert_ends_with_the_message_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    first = f"{small_notebooks.dep_line(root)}\nspeedup_notebook::notebook::set_up();"
    small_notebooks.write(tmp_path / "a.ipynb", [first, ERROR, "1 + 1"])
    options = ["--to", "notebook", "--execute", "--output", "done.ipynb"]
    ended = run(tmp_path, "jupyter", "nbconvert", *options, "a.ipynb")
    assert ended.returncode != 0
    assert f"error: {ERROR_MESSAGE}\n  | {ERROR}" in ended.stderr
    assert_clear(ended.stderr)
    assert not (tmp_path / "done.ipynb").exists()


def test_papermill_ends_with_the_message_and_writes_what_there_is(tmp_path: Path) -> None:
    small_notebooks.write(tmp_path / "a.ipynb", [FIRST, PANIC, "kept.len()"])
    ended = run(tmp_path, "papermill", "a.ipynb", "done.ipynb")
    assert ended.returncode != 0
    assert f"panicked at: {MESSAGE}\n  | {PANIC}" in ended.stderr
    assert_clear(ended.stderr)
    cells = nbformat.read(tmp_path / "done.ipynb", as_version=4).cells
    (failed,) = [cell for cell in cells if cell.cell_type == "code" and cell.source == PANIC]
    assert [out.ename for out in failed.outputs if out.output_type == "error"] == ["Panic"]
    assert cells[-1].execution_count is None, "the cell behind the mistake was run"


def assert_clear(report: str) -> None:
    """Nothing in a report leads away from the mistake."""
    assert not ANSI.search(report.partition("panicked at: ")[2])
    assert "hb error" not in report and "EVCXR_" not in report
