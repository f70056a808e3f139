"""Students get stubs and checks, lecturers solutions and teaching notes, a spine no blocks."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import editions
import further
import nbformat
import pytest
import small_notebooks
from cell_rules import further_problems, is_folded, rule_problems
from cells import CellsExporter
from nbformat import NotebookNode
from outputs import all_text, tags

NAMES = sorted(editions.WRONG)
FRONT_DOOR = "01-first-steps"
SOLUTION = '<details class="solution"'


def code_lines(cells: list[NotebookNode]) -> set[str]:
    """The lines that say something: braces alone do not."""
    lines = "\n".join(cell.source for cell in cells).splitlines()
    return {line.strip() for line in lines if re.search(r"\w", line)}


def minutes(text: str) -> list[int]:
    """The numbers in the first column of a table."""
    return [int(number) for number in re.findall(r"(?m)^\| (\d+) \|", text)]


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
def test_spine_is_all_but_the_blocks_and_keeps_every_rule(name: str) -> None:
    full, notebook = editions.committed(name), editions.spine(name)
    assert notebook.cells == [cell for cell in full.cells if not further.is_part(cell)]
    assert list(rule_problems(notebook)) == []


@pytest.mark.parametrize("name", NAMES)
def test_student_has_whole_blocks(name: str) -> None:
    assert list(further_problems(editions.student(name))) == []


def test_blocks_are_folded_for_students_open_for_lecturers_and_not_in_the_spine() -> None:
    seen = {}
    for name, make in editions.edition.EDITIONS.items():
        cells = make(small_notebooks.every_tag()).cells
        seen[name] = [
            cell.metadata.get(further.FOLDED) for cell in cells if further.is_heading(cell)
        ]
    assert seen == {"student": [True, True], "lecturer": [None, None], "spine": []}


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_has_the_minutes_of_the_spine(name: str) -> None:
    plan, *_ = editions.tagged(editions.lecturer(name), "teaching-note")
    spine, _ = editions.stated_minutes(name)
    assert sum(minutes(plan.source)) == spine
    assert "**Prepare.**" in plan.source


@pytest.mark.parametrize("name", NAMES)
def test_each_task_has_a_teaching_note(name: str) -> None:
    notebook = editions.lecturer(name)
    plan, *others = editions.tagged(notebook, "teaching-note")
    tasks = [cell for cell in notebook.cells if "**Your task:**" in cell.source]
    assert len(others) == len(tasks) >= 1
    for note, task in zip(others, tasks, strict=True):
        assert notebook.cells[notebook.cells.index(task) + 1] == note
        (own,) = re.findall(r"\*\*Teaching note: (\d+) minutes\*\*", note.source)
        block = further.minutes(task) if further.is_heading(task) else None
        assert int(own) <= (block or max(minutes(plan.source)))
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
    (verdict,) = editions.verdicts(executed(name))
    assert verdict.startswith("right: ")


@pytest.fixture(scope="module")
def handed_out(xtask: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The editions as the front door writes them: one whole, the others of a small notebook."""
    place = tmp_path_factory.mktemp("editions")
    small = small_notebooks.write_every_tag(place / "small")
    whole = place / f"course/notebooks/{FRONT_DOOR}.ipynb"
    whole.parent.mkdir(parents=True)
    shutil.copy(root / f"notebooks/{FRONT_DOOR}.ipynb", whole)
    (place / "course/crates").symlink_to(root / "crates")
    # What is measured is not the point.
    whole.with_name("course.toml").write_text(editions.SMALL_COURSE.format(threads=2))
    for name in editions.edition.EDITIONS:
        notebook = whole if name == "student" else small
        command = [str(xtask), "handouts", "--edition", name, "--out", str(place / name)]
        run = subprocess.run([*command, str(notebook)], capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
    return place


def test_student_s_folder_runs_on_its_own(handed_out: Path, tmp_path: Path) -> None:
    folder = handed_out / "student/notebooks"
    notebook = nbformat.read(folder / f"{FRONT_DOOR}.ipynb", as_version=4)
    assert leaks(notebook, editions.committed(FRONT_DOOR)) == []
    assert list(rule_problems(notebook)) == []
    assert all(verdict.startswith("not yet: ") for verdict in editions.verdicts(notebook))
    for file in ("index.html", f"{FRONT_DOOR}.html", "course.toml"):
        assert (folder / file).is_file()
    # All cells have just run; whether the folder has what they need is seen by the spine.
    (folder / "course.toml").write_text(editions.SMALL_COURSE.format(threads=2))
    nbformat.write(editions.edition.spine(notebook), folder / "again.ipynb")
    again = editions.execute(folder / "again.ipynb", tmp_path / "again.ipynb")
    assert list(rule_problems(again)) == []


def test_only_the_lecturer_s_page_has_notes_and_open_solutions(
    handed_out: Path, handouts: Path, executed: Callable[[str], NotebookNode]
) -> None:
    lecturer = editions.edition.lecturer(executed(FRONT_DOOR))
    pages = {
        "full": (handouts / f"{FRONT_DOOR}.html").read_text("utf-8"),
        "student": (handed_out / f"student/notebooks/{FRONT_DOOR}.html").read_text("utf-8"),
        "lecturer": CellsExporter().cells(lecturer, handouts)[0],
    }
    counts = [
        ("Teaching note" in text, text.count(SOLUTION), text.count(f"{SOLUTION} open"))
        for text in pages.values()
    ]
    folded = counts[0][1]
    assert folded and counts == [(False, folded, 0), (False, 0, 0), (True, folded, folded)]
    assert "not yet: " in pages["student"] and "right: all sums" not in pages["student"]
    assert "right: all sums" in pages["lecturer"]


@pytest.mark.parametrize(
    ("name", "notes", "opened", "blocks"), [("lecturer", True, 2, 2), ("spine", False, 0, 0)]
)
def test_the_front_door_knows_every_edition(
    name: str, notes: bool, opened: int, blocks: int, handed_out: Path
) -> None:
    folder = handed_out / name / "notebooks"
    text = (folder / "every-tag.html").read_text("utf-8")
    assert ("Teaching note" in text) == notes
    assert text.count(f"{SOLUTION} open") == opened
    assert text.count('<details class="further" open') == blocks
    assert ("in the block: 42" in text) == bool(blocks) and "right: 42" in text
    notebook = nbformat.read(folder / "every-tag.ipynb", as_version=4)
    assert len(further.blocks(notebook.cells)) == blocks


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("threads = 0", "threads = 0 is not allowed, use a whole number from 1 to 4096"),
        ("size = 0.001", "size = 0.001 is not allowed, use a number from 0.01 to 10"),
        ("size = a tenth", "`size = a tenth` is not TOML: "),
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
    with pytest.raises(AssertionError, match=re.escape(f"course.toml, line 2: {words}")):
        editions.execute(tmp_path / "notebooks/bad.ipynb", tmp_path / "done.ipynb")
