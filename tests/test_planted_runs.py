"""A notebook that goes wrong stops `xtask handouts`, and spoils nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import small_notebooks
from processes import left_over, marked_environment

SET_UP = "speedup::notebook::set_up();"


@dataclass(frozen=True)
class Plant:
    """A cell that goes wrong, and what the report must say of it."""

    name: str
    code: str
    report: str
    set_up: bool = False
    timeout: int = 300


PLANTS = [
    Plant("panic", 'panic!("planted panic");', "planted panic"),
    Plant("panic-after-set-up", 'panic!("planted panic");', "planted panic", set_up=True),
    Plant("question-mark", 'let n: i32 = "x".parse::<i32>()?;', "invalid digit"),
    Plant("endless", "loop {}", "20 s", timeout=20),
    Plant("compile-error", 'let n: i32 = "a text";', "mismatched types"),
]


def run_handouts(
    xtask: Path, notebook: Path, out: Path, timeout: int
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Runs `xtask handouts` on one notebook; also the mark of its processes."""
    environment, mark = marked_environment()
    command = [str(xtask), "handouts", str(notebook), "--out", str(out), "--timeout", str(timeout)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    return run, mark


def contents(folder: Path) -> dict[Path, bytes]:
    """All files of a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def earlier(xtask: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the result of a notebook that is fine."""
    folder = tmp_path_factory.mktemp("planted")
    notebook = small_notebooks.write(folder / "planted.ipynb", ["6 * 7"])
    run, mark = run_handouts(xtask, notebook, folder / "out", 300)
    assert run.returncode == 0, run.stderr
    assert "42" in (folder / "out" / "planted.html").read_text("utf-8")
    assert not left_over(mark)
    return folder / "out"


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_planted_failure_stops_the_run(
    plant: Plant, earlier: Path, xtask: Path, root: Path, tmp_path: Path
) -> None:
    before = contents(earlier)
    first = [small_notebooks.dep_line(root), SET_UP] if plant.set_up else ["let fine = 1;"]
    code = ["\n".join(first), "1 + 1", plant.code]
    notebook = small_notebooks.write(tmp_path / "planted.ipynb", code)
    run, mark = run_handouts(xtask, notebook, earlier, plant.timeout)
    report = run.stdout + run.stderr
    assert run.returncode != 0, report
    for words in ("planted.ipynb", "cell 6", plant.code, plant.report):
        assert words in report
    assert contents(earlier) == before, "the earlier result was changed"
    assert {path.name for path in earlier.parent.iterdir()} == {"out", "planted.ipynb"}
    assert not left_over(mark), "the kernel or its programs go on"


def test_panic_stops_a_plain_nbconvert(root: Path, xtask: Path, tmp_path: Path) -> None:
    """As a user runs it, without xtask and its environment variables."""
    assert xtask.exists()
    first = f"{small_notebooks.dep_line(root)}\n{SET_UP}"
    code = [first, 'panic!("planted panic");', "1 + 1"]
    notebook = small_notebooks.write(tmp_path / "planted.ipynb", code)
    jupyter = Path(sys.executable).with_name("jupyter")
    own = ("JUPYTER", "SPEEDUP_", "IPYTHONDIR")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    options = ["--to", "notebook", "--execute", "--output", "done.ipynb"]
    run = subprocess.run(
        [str(jupyter), "nbconvert", *options, str(notebook)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0, run.stdout + run.stderr
    assert not (tmp_path / "done.ipynb").exists()
    assert "planted panic" in run.stderr or "died" in run.stderr, run.stderr
