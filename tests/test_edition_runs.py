"""Each student's edition and some spines run on a small machine; checks tell right from wrong.

The lints of `cargo xtask tidy` compile each spine, so that none needs what a block defines.
"""

from __future__ import annotations

import os
from pathlib import Path

import editions
import nbformat
import pytest
from nbformat import NotebookNode
from outputs import all_text, outputs_of

NAMES = sorted(editions.WRONG)
# One with each number of threads, unless SPEEDUP_SPINES asks for all.
SPINES = NAMES if os.environ.get("SPEEDUP_SPINES") == "all" else NAMES[3:5]


def execute_in_course(
    notebook: NotebookNode, name: str, threads: int, root: Path, folder: Path
) -> NotebookNode:
    """Runs a notebook as on a small machine of a course, whose limits it must show."""
    (folder / "notebooks").mkdir()
    course = editions.SMALL_COURSE.format(threads=threads)
    (folder / "notebooks/course.toml").write_text(course)
    for cell in notebook.cells:
        cell.source = cell.source.replace('path = "../crates/', f'path = "{root}/crates/')
    nbformat.write(notebook, folder / f"notebooks/{name}.ipynb")
    done = editions.execute(folder / f"notebooks/{name}.ipynb", folder / "done.ipynb")
    text = "\n".join(all_text(output) for output in outputs_of(done.cells))
    limit = "1 thread" if threads == 1 else f"{threads} threads"
    assert f"at most {limit}, sizes × 0.05, seconds × 0.05 (course.toml)" in text
    return done


@pytest.mark.parametrize("name", NAMES)
def test_all_cells_run_with_stubs_and_checks_tell_right_from_wrong(
    name: str, root: Path, tmp_path: Path
) -> None:
    notebook, wanted = editions.with_answers(name)
    # Half of them with one thread, so that what needs two is seen to be missed.
    threads = 1 + NAMES.index(name) % 2
    done = execute_in_course(notebook, name, threads, root, tmp_path)
    for verdict, words in zip(editions.verdicts(done), wanted, strict=True):
        assert words in verdict
        assert verdict.startswith("right: " if words == "right: " else "not yet: ")
        sentence, *judged = verdict.split("\n")
        assert len(sentence) < 300, "that is more than a sentence"
        # Whoever is wrong is told which version was judged.
        assert len(judged) == (words != "right: ")


@pytest.mark.parametrize("name", SPINES)
def test_spine_runs_alone(name: str, root: Path, tmp_path: Path) -> None:
    threads = 2 - NAMES.index(name) % 2
    done = execute_in_course(editions.spine(name), name, threads, root, tmp_path)
    assert all(verdict.startswith("right: ") for verdict in editions.verdicts(done))
