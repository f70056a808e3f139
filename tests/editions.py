"""The editions of the committed notebooks, and answers to their exercises that are wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import edition
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from outputs import plain_text, tags

ROOT = Path(__file__).resolve().parents[1]
STATED = re.compile(r"\*\*Minutes:\*\* (\d+), with \*Going further\* (\d+)\.")
# The limits of a course with small machines.
SMALL_COURSE = "threads = {threads}\nsize = 0.05\nseconds = 0.05\n"

# For each notebook: what is changed in a right answer, and what the check must then say.
WRONG = {
    "01-first-steps": [
        ("plain_loop(n)", "plain_loop(n + 1)", "i goes from 0 to n - 1"),
        ("(sums,", "(sums.into_iter().map(|s| s + 1).collect(),", "the sum for i = 0 is 1"),
        ("start.elapsed()", "1e3 * start.elapsed()", "is it in seconds?"),
        ("parallel_loop(n, threads)", "plain_loop(n)", "is the loop a parallel one"),
        (
            "plain_loop(n)",
            "parallel_loop(n, Threads::new(4).unwrap())",
            "Threads::Sequential is divided, too",
        ),
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
            "must depend on the chunk only",
        ),
    ],
    "05-wealth-annotated": [
        ("0..n {", "0..=n {", "how many points are drawn"),
        ("x * x + y * y <= 1.0", "x * x + y * y <= 0.9", "have the mean"),
        ("std::f64::consts::PI", "4.0", "π and yours make"),
    ],
    "06-past-one-machine": [
        ("share(ITEMS, world.rank(), world.size())", "0..ITEMS", "ranks = 2: your sum is 2.000"),
        ("sum_in_order(&world, &values)", "values.iter().sum::<f64>()", "which items does a rank"),
        (
            "sum_in_order(&world, &values)",
            "speedup_mpi::collective::all_reduce(&world, &[values.iter().sum::<f64>()],"
            " mpi::collective::SystemOperation::sum())[0]",
            "in which order is it added?",
        ),
        (
            "let sum = sum_in_order(&world, &values);",
            "let sum = if world.rank() == 0 { sum_in_order(&world, &values) } else { 0.0 };",
            "does every rank call it?",
        ),
    ],
    "07-races-memory-vectors": [
        (
            "(0..n).into_par_iter().map(bin)",
            "rayon::iter::once(n).flat_map_iter(|n| (0..n).map(bin))",
            "is the loop a parallel one",
        ),
        ("a[k] + b[k]", "a[k].max(b[k])", "is every piece counted?"),
        ("counts[place] += 1", "counts[(place + 1) % BINS] += 1", "see the bins"),
    ],
    "08-a-thousand-cores": [
        ("into_par_iter()", "into_iter()", "is the loop a parallel one"),
        ("paths.div_ceil(CHUNK)", "paths / CHUNK", "see the chunks"),
        ("sums.iter().sum::<f64>()", "sums.iter().rev().sum::<f64>()", "in which order"),
    ],
}


def committed(name: str) -> NotebookNode:
    """A notebook as committed."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def student(name: str) -> NotebookNode:
    return edition.student(committed(name))


def lecturer(name: str) -> NotebookNode:
    return edition.lecturer(committed(name))


def spine(name: str) -> NotebookNode:
    return edition.spine(committed(name))


def stated_minutes(name: str) -> tuple[int, int]:
    """The minutes at the head of a notebook: those of the spine, and those of all."""
    found = STATED.search(committed(name).cells[0].source)
    assert found, "the head does not say **Minutes:** N, with *Going further* M."
    return int(found[1]), int(found[2])


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
        notebook.cells += [new_code_cell(source) for source in sources[:-1]]
        notebook.cells.append(new_code_cell(sources[-1], metadata={"tags": ["check"]}))
        wanted.append(verdict)

    append([*right, check.source], "right: ")
    for old, new, words in WRONG[name]:
        assert sum(old in source for source in right) == 1
        # In one cell, which is compiled sooner than several.
        append(["\n\n".join([*right, check.source]).replace(old, new, 1)], words)
    append([*right, check.source], "right: ")
    return notebook, wanted


def verdicts(notebook: NotebookNode) -> list[str]:
    """What each check cell shows."""
    checks = tagged(notebook, "check")
    return ["\n".join(map(plain_text, cell.outputs)) for cell in checks]


def execute(source: Path, out: Path) -> NotebookNode:
    """Runs a notebook in its own folder, as `cargo xtask handouts` does."""
    program = ROOT / "crates/xtask/python/execute.py"
    run = subprocess.run([sys.executable, program, source, out], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return nbformat.read(out, as_version=4)
