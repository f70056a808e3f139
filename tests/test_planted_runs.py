"""A notebook that goes wrong stops `xtask handouts`, and spoils nothing."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import canonical
import execute
import nbformat
import pytest
import small_notebooks
from nbformat.v4 import new_markdown_cell
from outputs import plain_text
from processes import left_over, marked_environment

SET_UP = "speedup_notebook::notebook::set_up();"
# Kept after the first run, so that none of them takes the time that a cell may take.
FINE = ["let fine = 1;", "1 + 1"]


@dataclass(frozen=True)
class Plant:
    """A cell that goes wrong, and what the report must say of it."""

    name: str
    code: str
    report: str
    set_up: bool = False
    timeout: int = 300


PLANTS = [
    Plant("panic-after-set-up", 'panic!("planted panic");', "planted panic", set_up=True),
    # It takes no core, as other tests run beside it.
    Plant("endless", "loop { std::thread::park() }", "20 s", timeout=20),
]

# Mistakes that end the run in the same way: executing them is enough, no pages are needed.
MISTAKES = {
    'panic!("planted panic");': "planted panic",
    'let n: i32 = "x".parse::<i32>()?;': "invalid digit",
    'let n: i32 = "a text";': "mismatched types",
}


def run_handouts(
    xtask: Path, notebook: Path, out: Path, timeout: int, *more: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Runs `xtask handouts` on one notebook; also the mark of its processes."""
    environment, mark = marked_environment()
    command = [str(xtask), "handouts", str(notebook), "--out", str(out), "--timeout", str(timeout)]
    command += more
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    return run, mark


def contents(folder: Path) -> dict[Path, bytes]:
    """All files of a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def earlier(xtask: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the result of a notebook that is fine."""
    folder = tmp_path_factory.mktemp("planted")
    notebook = small_notebooks.write(folder / "planted.ipynb", [*FINE, "6 * 7"])
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
    fine = [f"{small_notebooks.dep_line(root)}\n{SET_UP}", "1 + 1"] if plant.set_up else FINE
    code = [*fine, plant.code]
    notebook = small_notebooks.write(tmp_path / "planted.ipynb", code)
    run, mark = run_handouts(xtask, notebook, earlier, plant.timeout)
    report = run.stdout + run.stderr
    assert run.returncode != 0, report
    for words in ("planted.ipynb", "cell 6", plant.code, plant.report):
        assert words in report
    assert contents(earlier) == before, "the earlier result was changed"
    assert {path.name for path in earlier.parent.iterdir()} == {"out", "planted.ipynb"}
    assert not left_over(mark), "the kernel or its programs go on"


@pytest.mark.parametrize("code", MISTAKES)
def test_each_kind_of_mistake_is_named(code: str, root: Path, tmp_path: Path) -> None:
    notebook = small_notebooks.write(tmp_path / "planted.ipynb", [*FINE, code])
    program, done = root / "crates/xtask/python/execute.py", tmp_path / "done.ipynb"
    run = subprocess.run([sys.executable, program, notebook, done], capture_output=True, text=True)
    report = run.stdout + run.stderr
    assert run.returncode != 0, report
    for words in ("cell 6", code, MISTAKES[code]):
        assert words in report
    assert not done.exists()


def test_pages_are_there_while_the_next_notebook_runs(xtask: Path, tmp_path: Path) -> None:
    """The second notebook looks whether the page of the first is there, then fails."""
    out = tmp_path / "out"
    first = small_notebooks.write(tmp_path / "1.ipynb", ["6 * 7"])
    look = f'std::path::Path::new("{out}/1.html").exists() && std::path::Path::new'
    code = [f'let seen = {look}("{out}/index.html").exists();', 'panic!("seen: {seen}");']
    second = small_notebooks.write(tmp_path / "2.ipynb", code)
    run, _ = run_handouts(xtask, first, out, 300, str(second))
    assert run.returncode != 0 and "seen: true" in run.stdout + run.stderr
    assert {path.name for path in out.iterdir() if path.name[0] != "."} == {
        "1.html",
        "glossary.html",
        "scoreboard.html",
        "search.js",
        "1.ipynb",
        "index.html",
        "timings.json",
    }


def test_a_notebook_edited_while_it_runs_is_not_written_over(xtask: Path, tmp_path: Path) -> None:
    path = tmp_path / "edited.ipynb"
    edit = (
        'std::fs::write("edited.ipynb", std::fs::read_to_string("edited.ipynb").unwrap() + "\\n")'
    )
    small_notebooks.write(path, [f"{edit}.unwrap();", "6 * 7"])
    before = path.read_text("utf-8")
    run, _ = run_handouts(xtask, path, tmp_path / "out", 300, "--in-place")
    assert run.returncode != 0
    assert "changed while they ran" in run.stderr and "out/edited.ipynb" in run.stderr
    assert path.read_text("utf-8") == before + "\n"
    assert "42" in (tmp_path / "out/edited.ipynb").read_text("utf-8")


def with_sentence(path: Path, code: str) -> Path:
    """A notebook of which a sentence says that a cell shows the word right."""
    small_notebooks.write(path, [code, "6 * 7"])
    notebook = nbformat.read(path, as_version=4)
    claim = {"says": "It is right.", "text": "right"}
    notebook.cells.insert(2, new_markdown_cell("Look: It is\nright.", metadata={"expect": [claim]}))
    nbformat.write(notebook, path)
    return path


def test_a_cell_that_contradicts_the_text_is_run_again_or_its_notebook_stays(
    xtask: Path, tmp_path: Path
) -> None:
    """The first notebook is wrong in its first run only, the second in all."""
    lines = [
        'let ran = std::path::Path::new("ran").exists();',
        'std::fs::write("ran", "").unwrap();',
        'println!("{}", if ran { "right" } else { "bad" });',
    ]
    lucky = with_sentence(tmp_path / "lucky.ipynb", "\n".join(lines))
    wrong = with_sentence(tmp_path / "wrong.ipynb", 'println!("bad");')
    before = wrong.read_bytes()
    run, _ = run_handouts(xtask, lucky, tmp_path / "out", 300, str(wrong), "--in-place")
    report = run.stdout + run.stderr
    assert run.returncode != 0
    assert report.count("lucky  cell 2: run again") == 1
    assert report.count("wrong  cell 2: run again") == execute.REPEATS
    done = nbformat.read(lucky, as_version=4)
    assert plain_text(done.cells[1].outputs[0]) == "right\n"
    assert [*canonical.stale(done)] == []
    for words in ("wrong.ipynb", "cell 3 (id ", "says: It is right.", "found 'bad'", "`right`"):
        assert words in report
    assert wrong.read_bytes() == before and not (tmp_path / "out/wrong.ipynb").exists()


def test_a_reader_is_told_what_is_not_so_on_this_machine(xtask: Path, tmp_path: Path) -> None:
    notebook = with_sentence(tmp_path / "wrong.ipynb", 'println!("bad");')
    run, _ = run_handouts(xtask, notebook, tmp_path / "out", 300)
    assert run.returncode == 0, run.stderr
    assert "wrong  cell 3: not so on this machine: It is right.\n" in run.stdout
    assert "run again" not in run.stdout
    page = (tmp_path / "out/wrong.html").read_text("utf-8")
    assert page.count("On this machine it came out otherwise.") == 1


def test_a_changed_result_is_refused_before_anything_is_done(earlier: Path, xtask: Path) -> None:
    notebook = earlier.parent / "planted.ipynb"
    before = contents(earlier)
    (earlier / "planted.ipynb").write_text("a student's answers")
    (earlier / "data.csv").write_text("1,2")
    run, _ = run_handouts(xtask, notebook, earlier, 300)
    assert run.returncode != 0 and "[1/" not in run.stdout
    assert f"{earlier}/planted.ipynb" in run.stderr and "data.csv" not in run.stderr
    assert (earlier / "planted.ipynb").read_text() == "a student's answers"
    (earlier / "planted.ipynb").write_bytes(before[earlier / "planted.ipynb"])
    (earlier / "data.csv").unlink()
    assert contents(earlier) == before
