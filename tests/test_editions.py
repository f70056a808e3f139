"""Students get stubs and checks, lecturers solutions and teaching notes, from the one notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import editions
import nbformat
import pytest
from cell_rules import is_folded, rule_problems
from nbformat import NotebookNode
from outputs import all_text, plain_text, tags

NAMES = sorted(editions.WRONG)
FRONT_DOOR = "01-first-steps"
# A laptop of a course: two notebooks with one thread, so that what needs two is seen to be missed.
COURSE = "threads = {threads}\nsize = 0.05\n"


def code_lines(cells: list[NotebookNode]) -> set[str]:
    """The lines that say something: braces alone do not."""
    lines = "\n".join(cell.source for cell in cells).splitlines()
    return {line.strip() for line in lines if re.search(r"\w", line)}


def verdicts(notebook: NotebookNode) -> list[str]:
    """What each check cell shows."""
    checks = editions.tagged(notebook, "check")
    return ["\n".join(map(plain_text, cell.outputs)) for cell in checks]


def minutes(text: str) -> int:
    """The sum of the numbers in the first column of a table."""
    return sum(int(number) for number in re.findall(r"(?m)^\| (\d+) \|", text))


def leaks(notebook: NotebookNode, full: NotebookNode) -> list[str]:
    """Lines of solutions and notes, and their outputs, that a student's notebook has."""
    secret = [cell for cell in full.cells if edition_hides(cell)]
    known = code_lines([cell for cell in full.cells if not edition_hides(cell)])
    known |= {line for cell in editions.tagged(full, "exercise") for line in outside(cell)}
    known |= {
        line.strip() for cell in full.cells for line in cell.metadata.get("stub", "").split("\n")
    }
    found = code_lines(notebook.cells) & (code_lines(secret) - known)
    shown = {all_text(output) for cell in notebook.cells for output in cell.get("outputs", [])}
    found |= shown & {all_text(output) for cell in secret for output in cell.get("outputs", [])}
    return sorted(found)


def edition_hides(cell: NotebookNode) -> bool:
    return bool({"solution", "teaching-note"} & set(tags(cell)))


def outside(cell: NotebookNode) -> set[str]:
    """The lines of an exercise around its marked region."""
    before, _, rest = cell.source.partition("BEGIN SOLUTION")
    return {line.strip() for line in (before + rest.partition("END SOLUTION")[2]).splitlines()}


@pytest.mark.parametrize("name", NAMES)
def test_student_has_exercises_and_checks_but_no_solution(name: str) -> None:
    full, notebook = editions.committed(name), editions.student(name)
    assert leaks(notebook, full) == []
    assert not [cell for cell in notebook.cells if edition_hides(cell)]
    exercises = [c for c in editions.tagged(notebook, "exercise") if c.cell_type == "code"]
    assert exercises and len(editions.tagged(notebook, "check")) == 1
    for cell in exercises:
        assert "jupyter" not in cell.metadata and not cell.outputs
    rest = [cell for cell in full.cells if not edition_hides(cell) and "exercise" not in tags(cell)]
    assert [cell for cell in rest if cell not in notebook.cells] == [], "more than that is gone"


@pytest.mark.parametrize("name", NAMES)
def test_a_leak_is_seen(name: str) -> None:
    full = editions.committed(name)
    for index, cell in enumerate(full.cells):
        if edition_hides(cell) and cell.source.strip():
            notebook = editions.student(name)
            notebook.cells.insert(0, full.cells[index])
            assert leaks(notebook, full), f"cell {index + 1} could stay and nobody would see it"


@pytest.mark.parametrize("name", NAMES)
def test_lecturer_has_all_and_open(name: str) -> None:
    full, notebook = editions.committed(name), editions.lecturer(name)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in full.cells]
    assert not [c for c in notebook.cells if edition_hides(c) and "jupyter" in c.metadata]
    hidden = [cell for cell in full.cells if edition_hides(cell)]
    assert hidden and all(map(is_folded, hidden)), "the full notebook shows what it should fold"


@pytest.mark.parametrize("name", NAMES)
def test_teaching_notes_plan_the_minutes(name: str, root: Path) -> None:
    notebook = editions.lecturer(name)
    plan, *others = editions.tagged(notebook, "teaching-note")
    (stated,) = re.findall(r"\*\*Minutes:\*\* ([^\n]*(?:\n\d[^\n]*)?)", notebook.cells[0].source)
    parts = [int(number) for number in re.findall(r"(\d+) for ", stated)]
    table = (root / "README.md").read_text("utf-8")
    (row,) = re.findall(rf"\(notebooks/{name}\.ipynb\) \| (\d+) \|", table)
    assert minutes(plan.source) == sum(parts) == int(row)
    assert "**Prepare.**" in plan.source
    tasks = [cell for cell in notebook.cells if "**Your task:**" in cell.source]
    assert len(others) == len(tasks) >= 1
    for note, task in zip(others, tasks, strict=True):
        assert notebook.cells[notebook.cells.index(task) + 1] == note
        (own,) = re.findall(r"\*\*Teaching note: (\d+) minutes\*\*", note.source)
        assert int(own) <= max(parts)
        assert "**What usually goes wrong**" in note.source and "**Ask**" in note.source


FAULTS: dict[str, tuple[Callable[[NotebookNode], object], str]] = {
    "no-stub": (lambda cell: cell.metadata.pop("stub"), "has no stub"),
    "no-end": (
        lambda cell: cell.update(source=cell.source.replace("END", "BEGIN")),
        "twice without",
    ),
    "no-region": (
        lambda cell: cell.update(source=re.sub(".*SOLUTION\n?", "", cell.source)),
        "0 regions",
    ),
    "no-tag": (lambda cell: cell.metadata.update(tags=["solution"]), "not tagged exercise"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_exercise_stops_the_student_edition(fault: str) -> None:
    plant, words = FAULTS[fault]
    notebook = editions.committed(FRONT_DOOR)
    (cell,) = [c for c in editions.tagged(notebook, "exercise") if c.cell_type == "code"]
    plant(cell)
    with pytest.raises(editions.edition.Failure, match=words) as caught:
        editions.edition.student(notebook)
    assert cell.id in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_full_edition_s_checks_pass(name: str, executed: Callable[[str], NotebookNode]) -> None:
    (verdict,) = verdicts(executed(name))
    assert verdict.startswith("right: ")


def execute(source: Path, out: Path) -> NotebookNode:
    """Runs a notebook in its own folder, as `cargo xtask handouts` does."""
    program = editions.ROOT / "crates/xtask/python/execute.py"
    run = subprocess.run([sys.executable, program, source, out], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return nbformat.read(out, as_version=4)


@pytest.mark.parametrize("name", NAMES)
def test_all_cells_run_with_stubs_and_checks_tell_right_from_wrong(
    name: str, root: Path, tmp_path: Path
) -> None:
    """On a small machine, so that the limits of `course.toml` are seen to hold as well."""
    threads = 1 + NAMES.index(name) % 2
    notebook, wanted = editions.with_answers(name)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "course.toml").write_text(COURSE.format(threads=threads))
    for cell in notebook.cells:
        cell.source = cell.source.replace('path = "../crates/', f'path = "{root}/crates/')
    nbformat.write(notebook, folder / f"{name}.ipynb")
    done = execute(folder / f"{name}.ipynb", tmp_path / "done.ipynb")
    for verdict, words in zip(verdicts(done), wanted, strict=True):
        assert words in verdict
        assert verdict.startswith("right: " if words == "right: " else "not yet: ")
        assert "\n" not in verdict and len(verdict) < 300, "that is more than a sentence"
    text = "\n".join(all_text(output) for cell in done.cells for output in cell.get("outputs", []))
    limit = "1 thread" if threads == 1 else f"{threads} threads"
    assert f"at most {limit}, sizes × 0.05 (course.toml)" in text


@pytest.fixture(scope="module")
def handed_out(xtask: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both editions of one notebook, as the front door writes them."""
    place = tmp_path_factory.mktemp("editions")
    for name in editions.edition.EDITIONS:
        command = [str(xtask), "handouts", "--edition", name, "--out", str(place / name)]
        command.append(str(root / f"notebooks/{FRONT_DOOR}.ipynb"))
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
    return place


def test_student_s_folder_runs_on_its_own(handed_out: Path, tmp_path: Path) -> None:
    folder = handed_out / "student/notebooks"
    notebook = nbformat.read(folder / f"{FRONT_DOOR}.ipynb", as_version=4)
    assert leaks(notebook, editions.committed(FRONT_DOOR)) == []
    assert list(rule_problems(notebook)) == []
    assert all(verdict.startswith("not yet: ") for verdict in verdicts(notebook))
    for file in ("index.html", f"{FRONT_DOOR}.html", "course.toml"):
        assert (folder / file).is_file()
    again = execute(folder / f"{FRONT_DOOR}.ipynb", tmp_path / "again.ipynb")
    assert list(rule_problems(again)) == []


def test_only_the_lecturer_s_page_has_notes_and_open_solutions(
    handed_out: Path, handouts: Path
) -> None:
    pages = {
        "full": handouts / f"{FRONT_DOOR}.html",
        **{
            name: handed_out / f"{name}/notebooks/{FRONT_DOOR}.html"
            for name in ("student", "lecturer")
        },
    }
    texts = {name: page.read_text("utf-8") for name, page in pages.items()}
    seen = {
        name: (
            "Teaching note" in text,
            text.count('<details class="solution"'),
            text.count('<details class="solution" open'),
        )
        for name, text in texts.items()
    }
    notes, folded, opened = zip(
        *(seen[name] for name in ("full", "student", "lecturer")), strict=True
    )
    assert notes == (False, False, True)
    assert folded[0] > 0 and folded[1] == 0 and folded[2] == folded[0]
    assert opened == (0, 0, folded[2])
    assert "not yet: " in texts["student"] and "right: all sums" not in texts["student"]
    assert "right: all sums" in texts["lecturer"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("threads = 0", "course.toml, line 2: threads = 0 is not allowed, use 1 to 4096"),
        ("size = a tenth", "course.toml, line 2: size = a tenth is not allowed, use 0.01 to 10"),
    ],
)
def test_a_bad_parameter_stops_the_first_cell(
    line: str, words: str, root: Path, tmp_path: Path
) -> None:
    notebook = editions.student(FRONT_DOOR)
    notebook.cells = notebook.cells[:3]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "crates").symlink_to(root / "crates")
    (tmp_path / "notebooks/course.toml").write_text(f"# a course\n{line}\n")
    nbformat.write(notebook, tmp_path / "notebooks/bad.ipynb")
    with pytest.raises(AssertionError, match=re.escape(words)):
        execute(tmp_path / "notebooks/bad.ipynb", tmp_path / "done.ipynb")
