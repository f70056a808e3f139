"""Sentences that the outputs must bear out: well formed, borne out, and able to fail."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import execute
import expect
import nbformat
import plants
import pytest
import source_lists
from cells import markdown2html
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

SAYS = "is faster"
COMMITTED = pytest.mark.parametrize("name", source_lists.HANDOUTS)
# Of a cell that never gives what it should.
RUNS = 1 + execute.REPEATS
HOLD: dict[str, Any] = {"source": Path("a.ipynb"), "private": []}


def committed(name: str, root: Path) -> NotebookNode:
    return nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)


def code(text: str = "", *tags: str) -> NotebookNode:
    """A code cell, with an output if there is a text."""
    outputs = [new_output("stream", name="stdout", text=text)] if text else []
    return new_code_cell("go()", outputs=outputs, metadata={"tags": list(tags)})


def sentence(*claims: dict[str, Any], tags: tuple[str, ...] = ()) -> NotebookNode:
    """A text with expectations."""
    entries = [{"says": SAYS} | claim for claim in claims]
    metadata = {"expect": entries, "tags": list(tags)}
    return new_markdown_cell("Said first.\n\nThe second way\nis  faster.", metadata=metadata)


def problems(*cells: NotebookNode) -> list[str]:
    notebook = new_notebook(cells=list(cells))
    assert not [*expect.faults(notebook)]
    return [problem for _, problem in expect.contradictions(notebook)]


@COMMITTED
def test_expectations_are_well_formed(name: str, root: Path) -> None:
    assert [*expect.faults(committed(name, root))] == []


@COMMITTED
def test_committed_outputs_bear_out_the_text(name: str, root: Path) -> None:
    assert [*expect.refusals(committed(name, root))] == [], (
        f"run `cargo xtask handouts notebooks/{name}.ipynb --in-place`"
    )


@COMMITTED
def test_every_expectation_can_fail(name: str, root: Path) -> None:
    notebook = committed(name, root)
    for expectation in expect.read(notebook):
        planted = deepcopy(notebook)
        plants.break_expectation(planted, expectation)
        assert expectation.problem(planted), expectation


@COMMITTED
def test_figures_of_the_index_are_bounded(name: str, root: Path) -> None:
    notebook = committed(name, root)
    figures = [k for k, cell in enumerate(notebook.cells) if "key-figure" in expect.tags(cell)]
    shown = {k for k in figures if expect.INTERVAL.search(expect.output_text([notebook.cells[k]]))}
    bounded = [found.meant for found in expect.read(notebook) if "at_least" in found.claim]
    assert shown and shown <= {index for meant in bounded for index in meant}


GAIN = r"gain (\S+)"
# A claim, an output that it is true of, and one that contradicts it with what is then said.
CLAIMS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"value": GAIN, "at_least": 1.5}, "gain 1.5", "gain 1.49", "found 1.49, expected at least"),
    ({"value": GAIN, "at_most": 2}, "gain 2\ngain 1", "gain 1\ngain 2.5", "found 2.5, expected"),
    ({"value": GAIN, "at_least": 1e6}, "gain 1,000,000", "gain 999,999", "found 999,999"),
    ({"value": GAIN, "at_least": 0}, "gain 1", "", "found no number in ''"),
    ({"value": GAIN, "at_least": 0}, "gain 1", "gain none", "'none', which is no number"),
    ({"text": "(?m)^b +faster"}, "a 1\nb  faster", "b slower", "found 'b slower', expected"),
    ({"no_text": r"slower|b \d"}, "a slow", "b 2", "found 'b 2', expected no"),
]


@pytest.mark.parametrize(("claim", "right", "wrong", "words"), CLAIMS)
def test_each_kind_is_met_and_contradicted(
    claim: dict[str, Any], right: str, wrong: str, words: str
) -> None:
    assert problems(code(right), sentence(claim)) == []
    (problem,) = problems(code(wrong), sentence(claim))
    assert words in problem
    planted = new_notebook(cells=[code(right), sentence(claim)])
    plants.break_expectation(planted, *expect.read(planted))
    assert [*expect.contradictions(planted)]


def test_the_nearest_cells_are_meant_and_those_that_a_reader_may_lack_are_not() -> None:
    two = {"text": "a.*\n?.*b", "cells": 2}
    assert problems(code("a"), code("b"), sentence(two)) == []
    assert len(problems(code("a"), code("b"), sentence({"text": "a"}))) == 1
    assert problems(code("a"), sentence({"text": "a"}), code("b")) == []
    for tag, own in (("further", "further"), ("exercise", "solution"), ("check", "teaching-note")):
        beside = [code("a"), code("b", tag)]
        assert problems(*beside, sentence({"text": "a"})) == []
        assert problems(*beside, sentence({"text": "b"}, tags=(own,))) == []


FAULTS: dict[str, dict[str, Any]] = {
    "the text does not say this": {"says": "is slower", "text": "a"},
    "`says`": {"says": 1, "text": "a"},
    "one of": {"text": "a", "no_text": "b"},
    "unknown key `at_most`": {"text": "a", "at_most": 1},
    "not so many code cells": {"text": "a", "cells": 2},
    "not a number of cells": {"text": "a", "cells": 0},
    "not a regular expression": {"text": "("},
    "found in no output": {"text": "a*"},
    "one group": {"value": r"\d", "at_least": 1},
    "needs a number": {"value": r"(\d)"},
    "is true or left out": {"text": "a", "several_cpus": False},
    "is more than": {"value": r"(\d)", "at_least": 2, "at_most": 1},
}


@pytest.mark.parametrize("words", FAULTS)
def test_faults_are_named(words: str) -> None:
    notebook = new_notebook(cells=[code("a"), sentence(FAULTS[words])])
    (fault,) = expect.faults(notebook)
    assert fault.startswith("cell 2 (id ") and words in fault
    assert expect.read(notebook) == []


def test_code_has_no_expectations() -> None:
    notebook = new_notebook(cells=[code("a"), code("b")])
    notebook.cells[1].metadata["expect"] = [{"says": "go", "text": "a"}]
    assert ["only a text" in fault for fault in expect.faults(notebook)] == [True]


class FakeClient:
    """Runs cells by giving them the next of their outputs; counts as a kernel does."""

    def __init__(self, notebook: NotebookNode, shown: dict[int, list[str]]) -> None:
        self.nb = notebook
        self.shown: dict[int, Iterator[str]] = {k: iter(texts) for k, texts in shown.items()}
        self.ran: list[int] = []
        self.cell_seconds: list[float] = []

    def execute_cell(self, cell: NotebookNode, index: int) -> None:
        self.ran.append(index)
        count = len(self.ran) + 1
        text = next(self.shown[index])
        cell.execution_count = count
        data = {"text/plain": f"{text} in cell [{count}]"}
        cell.outputs = [new_output("execute_result", data, execution_count=count)]
        if text == "error":
            name = f"cell [{count}], line 1"
            cell.outputs = [new_output("error", ename="E", evalue="bad", traceback=[name])]


@pytest.fixture(autouse=True)
def loads(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the processors are said to do, in per cent, one entry per second; then they are idle."""
    loads: list[float] = []
    monkeypatch.setattr(
        execute.psutil, "cpu_percent", lambda interval: loads.pop(0) if loads else 0.0
    )
    return loads


def run(cells: list[NotebookNode], shown: dict[int, list[str]]) -> tuple[FakeClient, list[str]]:
    """Runs a notebook so that its text is held; also why it must not be written."""
    client: Any = FakeClient(new_notebook(cells=cells), shown)
    execute.run_cells(client, hold=True, **HOLD)
    return client, [*expect.refusals(client.nb)]


def test_a_cell_that_contradicts_is_repeated_before_later_ones_and_numbers_stay_in_order() -> None:
    failing = code("", "raises-exception")
    cells = [code(), sentence({"text": "right"}), failing, code()]
    client, refused = run(cells, {0: ["wrong", "wrong", "right"], 2: ["error"], 3: ["end"]})
    assert (client.ran, refused) == ([0, 0, 0, 2, 3], [])
    ran = [cell for cell in client.nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in ran] == [2, 3, 4]
    assert [ran[k].outputs[0].execution_count for k in (0, 2)] == [2, 4]
    assert ran[1].outputs[0].traceback == ["cell [3], line 1"]


def test_all_cells_that_a_sentence_is_about_are_repeated_with_those_between() -> None:
    claim = {"text": "x(?s:.*)y", "cells": 2}
    cells = [code(), code(), code("", "further"), code(), sentence(claim)]
    shown = {0: ["a"], 1: ["w", "x"], 2: ["f", "f"], 3: ["y", "y"]}
    client, refused = run(cells, shown)
    assert (client.ran, refused) == ([0, 1, 2, 3, 1, 2, 3], [])


def test_no_cell_is_repeated_without_end_or_when_that_is_not_safe() -> None:
    cells = [code(), sentence({"text": "right"}), code()]
    client, refused = run(deepcopy(cells), {0: ["wrong"] * 9, 2: ["end"]})
    assert client.ran == [0] * RUNS + [2]
    (words,) = refused
    assert words.startswith(f"cell 2 (id {client.nb.cells[1].id}) says: {SAYS}\n")
    assert "found 'wrong in" in words and "expected `right`" in words and "cell 1 (id" in words
    cells[0].metadata.tags = ["once"]
    client, refused = run(deepcopy(cells), {0: ["wrong"], 2: ["end"]})
    assert client.ran == [0, 2] and len(refused) == 1
    # The cell in the middle would keep what it made from older values.
    cells = [code(), code("", "once"), code(), sentence({"text": "x(?s:.*)y", "cells": 3})]
    client, refused = run(cells, {0: ["w"], 1: ["m"], 2: ["y"] * RUNS})
    assert client.ran == [0, 1] + [2] * RUNS and len(refused) == 1


def test_a_disturbed_comparison_is_repeated_and_then_refused() -> None:
    assert run([code()], {0: [expect.DISTURBED, "fine"]})[1] == []
    client, (words,) = run([code()], {0: [expect.DISTURBED] * RUNS})
    assert client.ran == [0] * RUNS and words.startswith("cell 1 (id") and "other programs" in words


def test_a_repetition_waits_until_other_programs_are_quiet(
    loads: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads += [90.0, 50.0, 2.0, 70.0]
    run([code()], {0: [expect.DISTURBED, "fine"]})
    assert loads == [70.0]
    run([code(), sentence({"text": "right"})], {0: ["wrong", "right"]})
    assert loads == [70.0], "it measures nothing"
    monkeypatch.setattr(execute, "PATIENCE_SECONDS", 0)
    run([code()], {0: [expect.DISTURBED, "fine"]})
    assert loads == [70.0], "there is an end to it"


@pytest.mark.parametrize(
    ("text", "runs"),
    [("gain 1.5 (1.0 to 1.6)", RUNS), ("gain 1.5 (1.4 to 1.6)", 1), ("1,000 (900 to 1,400)", RUNS)],
)
def test_a_wide_interval_of_a_comparison_is_measured_again_and_not_refused(
    text: str, runs: int
) -> None:
    cell = code()
    cell.source = "compare(1.0, &ways, work)"
    client, refusals = run([cell], {0: [text] * RUNS})
    assert (client.ran, refusals) == ([0] * runs, [])
    client, _ = run([code()], {0: [text]})
    assert client.ran == [0], "that compares nothing"


def test_a_cell_that_cannot_be_repeated_is_named() -> None:
    with pytest.raises(execute.Failure, match="tag it `once`"):
        run([code(), sentence({"text": "right"})], {0: ["wrong", "error"]})


def test_a_sentence_about_several_cpus_says_nothing_of_one() -> None:
    claim = {"text": "a", "several_cpus": True}
    notebook = new_notebook(cells=[code("b"), sentence(claim)])
    assert [*expect.mark(notebook, 1)] == []
    assert [*expect.refusals(notebook)], "what is committed has to bear it out"
    assert [*expect.mark(notebook, 2)] == [(1, SAYS)]


def test_the_page_says_below_the_paragraph_that_it_came_out_otherwise() -> None:
    notebook = new_notebook(cells=[code("b"), sentence({"text": "a"}, {"text": "b"})])
    notebook.cells[1].source += "\n\nSaid last."
    assert [*expect.mark(notebook, 2)] == [(1, SAYS)]
    text = expect.with_notes(notebook.cells[1])
    context: Any = {"resources": {"metadata": {}}}
    html = markdown2html(context, text)
    assert f"faster.</p>\n{expect.NOTE}\n<p>Said last.</p>" in html.replace("\n\n", "\n")
    execute.clear(notebook)
    assert expect.with_notes(notebook.cells[1]) == notebook.cells[1].source
    across = SimpleNamespace(source="It is\n\nfaster.", metadata={expect.MARK: [SAYS]})
    assert expect.with_notes(across).endswith(f"faster.\n\n{expect.NOTE}")  # type: ignore[arg-type]
