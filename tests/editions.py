"""The editions of the committed notebooks, and answers to their exercises that are wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from outputs import tags

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "crates/xtask/python"))

import edition  # noqa: E402

# For each notebook: what is changed in a right answer, and what the check must then say.
WRONG = {
    "01-first-steps": [
        ("(0..n).into_par_iter()", "(0..=n).into_par_iter()", "i goes from 0 to n - 1"),
        ("into_par_iter().map(silly)", "into_par_iter().map(|i| silly(i + 1))", "sum for i = 1"),
        ("into_par_iter()", "into_iter()", "is the loop a parallel one"),
        ("into_iter()", "into_par_iter()", "Threads::Sequential is divided, too"),
    ],
    "02-lists-matrices-grids": [
        ("lines.par_iter()", "lines.iter()", "is the loop a parallel one"),
        ("lines.par_iter()", "lines.par_iter().rev()", "list 0 of 1000"),
        ("lines.par_iter()", "lines.par_iter().skip(1)", "1 polynomials give 0 lists"),
    ],
    "03-optimizers": [
        ("f64::EPSILON.sqrt()", "1e-3", "slope 0 at"),
        ("beside[k] +=", "beside[0] +=", "slope "),
        ('+ 4 * counts["gradient_count"]', "", "each gradient is four"),
        (
            "get_best_param().unwrap().clone()",
            "get_best_param().unwrap().iter().map(|x| 0.99 * x).collect()",
            "see where it stops",
        ),
    ],
    "04-wealth": [
        ("into_par_iter()", "into_iter()", "is the loop a parallel one"),
        ("n.div_ceil(CHUNK)", "n / CHUNK", "see the last chunk"),
        (
            "hits(chunk, n)",
            "{ use std::sync::atomic::*; static CALLS: AtomicU64 = AtomicU64::new(0);"
            " hits(chunk, n) + CALLS.fetch_add(1, Ordering::Relaxed) }",
            "who draws what",
        ),
    ],
    "05-wealth-annotated": [
        ("0..n {", "0..=n {", "how many points are drawn"),
        ("x * x + y * y <= 1.0", "x * x + y * y <= 0.9", "have the mean"),
        ("std::f64::consts::PI", "4.0", "π and yours make"),
    ],
}


def committed(name: str) -> NotebookNode:
    """A notebook as committed."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def student(name: str) -> NotebookNode:
    return edition.student(committed(name))


def lecturer(name: str) -> NotebookNode:
    return edition.lecturer(committed(name))


def tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """The cells with a tag."""
    return [cell for cell in notebook.cells if tag in tags(cell)]


def answers(name: str) -> list[str]:
    """The right answers, as the lecturer's edition has them."""
    cells = tagged(lecturer(name), "exercise")
    return [cell.source for cell in cells if cell.cell_type == "code"]


def with_answers(name: str) -> tuple[NotebookNode, list[str]]:
    """The student's notebook, then right and wrong answers in turns, each followed by the check.

    Also what each check must say, in order; the first follows the stubs.
    """
    notebook = student(name)
    (check,) = tagged(notebook, "check")
    right = answers(name)
    wanted = ["not yet: "]

    def append(sources: list[str], verdict: str) -> None:
        notebook.cells += [new_code_cell(source) for source in sources]
        notebook.cells.append(new_code_cell(check.source, metadata={"tags": ["check"]}))
        wanted.append(verdict)

    append(right, "right: ")
    for old, new, words in WRONG[name]:
        (changed,) = [source for source in right if old in source]
        append([*right, changed.replace(old, new, 1)], words)
    append(right, "right: ")
    return notebook, wanted
