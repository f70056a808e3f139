"""The script that runs handouts many times: what it counts, and what it finds wrong."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
import run_alls
import source_lists
from nbformat.v4 import new_code_cell, new_notebook

# One with a list of source cells, one without.
SOME = ["04-wealth", "06-past-one-machine"]


@pytest.mark.parametrize("name", [source_lists.PRIMER, *SOME])
def test_committed_notebooks_are_right(name: str, root: Path) -> None:
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    wrong, times, again = run_alls.check(notebook, name)
    assert (wrong, times, again) == ([], [], 0)


@pytest.mark.parametrize("name", SOME)
def test_outputs_that_are_not_there_are_wrong(name: str, root: Path) -> None:
    notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    wrong, times, again = run_alls.check(notebook, name)
    assert wrong and times and again


def test_what_is_computed_from_times_is_on_times() -> None:
    code = [
        "let n = 5;",
        'let runs: Runs = Compare::new()\n    .way("a", f)\n    .run();',
        "let gain = runs.speed_ups()[1];",
        "let sum = 1..n;",
        "gain > 2.0",
        "sum",
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in code])
    assert run_alls.cells_on_times(notebook) == {1, 2, 4}


def test_a_run_that_was_not_written_to_its_end_is_not_counted(tmp_path: Path) -> None:
    log = tmp_path / "runs.jsonl"
    assert run_alls.read(log) == []
    run = {"kind": "quiet", "name": "a", "seconds": 1.0, "memory": {}, "wrong": [], "times": []}
    for wrong in ([], ["planted"]):
        run_alls.tell(log, run | {"wrong": wrong})
    with log.open("a") as file:
        file.write(json.dumps(run)[:20])
    assert len(run_alls.read(log)) == 2
    run_alls.tell(log, run)
    runs = run_alls.read(log)
    assert run_alls.summary(runs).startswith("3 runs of 1 notebooks, 0 beside 8 busy programs")
    assert run_alls.summary(runs).endswith("1 wrong")
