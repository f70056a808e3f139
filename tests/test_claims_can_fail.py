"""The checks of an executed notebook see what is wrong: each kind of fault, planted in a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import further
import plants
import pytest
import source_lists
from cell_rules import spine_problems
from claims import claim_problem, entry_problems, problems, unproven
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from outputs import has_chart, outputs_of

LISTS = {name: source_lists.load(name) for name in source_lists.names()}
ENTRIES = [(name, entry) for name, entries in LISTS.items() for entry in entries]
CLAIMS = [(name, entry, claim) for name, entry in ENTRIES for claim in entry["shows"]]
FIRST = next(iter(LISTS))
Executed = Callable[[str], NotebookNode]


def new_problems(
    name: str,
    executed: Executed,
    plant: Callable[[NotebookNode], object],
    check: Callable[[NotebookNode], Iterable[str]],
) -> list[str]:
    """What a check says of the notebook with the plant, but not of the one without."""
    notebook = executed(source_lists.NOTEBOOKS[name])
    before = [*check(notebook)]
    plant(notebook)
    return [problem for problem in check(notebook) if problem not in before]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[entry["id"] for _, entry in ENTRIES])
def test_missing_source_cell_is_named(name: str, entry: dict[str, Any], executed: Executed) -> None:
    found = new_problems(
        name,
        executed,
        lambda notebook: plants.remove_source_cell(notebook, entry["id"]),
        lambda notebook: entry_problems(notebook, entry),
    )
    assert any(f"{entry['id']}: no cell has it" in problem for problem in found)


@pytest.mark.parametrize(
    ("name", "entry", "claim"),
    CLAIMS,
    ids=[f"{entry['id']}-{next(iter(claim))}" for _, entry, claim in CLAIMS],
)
def test_broken_claim_is_named(
    name: str, entry: dict[str, Any], claim: dict[str, Any], executed: Executed
) -> None:
    found = new_problems(
        name,
        executed,
        lambda notebook: plants.break_claim(notebook, entry["id"], claim),
        lambda notebook: entry_problems(notebook, entry),
    )
    assert found


LINES = "Line chart: t, as a line. Vertical axis: y. a: 8 points from (1, 1) to (8, 2). b: 9 points"
BARS = "Bar chart: 3, 4. Vertical axis: y. a: x, 1 0.5, y 12 (1.5 to 13). b: x, 1 2, y 0.25."
# Claims that hold of a cell with this output, be it used in a list today or not.
HELD: list[tuple[dict[str, Any], str]] = [
    ({"output": r"\d\d s"}, "in 12 s"),
    ({"count": r"(?m)^matrix \d+", "is": 2}, "matrix 1\nmatrix 2"),
    ({"points": 8}, LINES),
    ({"points": 2}, BARS),
    ({"points": 4}, BARS),
    ({"points": 2}, "Speed-up chart: 1 thread 1. Measured on 2 CPUs: 1 thread 1, 2 threads 1.9."),
    ({"points": 20}, "Load chart: t. Horizontal axis: time in seconds, 20 readings. Vertical"),
    ({"points": 5}, "Timeline chart: t. The last of 5 tasks ends at 1 ms."),
    ({"points": 50}, "Histogram: t. 1000 values in 50 bins from 0 to 1; 0 values lie outside."),
]


@pytest.mark.parametrize(("claim", "text"), HELD)
def test_claims_on_outputs_hold_and_can_be_broken(
    claim: dict[str, Any], text: str, executed: Executed
) -> None:
    charts = outputs_of(executed(source_lists.NOTEBOOKS[FIRST]).cells)
    data = next(output.data for output in charts if has_chart(output))
    output = new_output("display_data", data if "points" in claim else {})
    output.data["text/plain"] = text
    cell = new_code_cell("20", outputs=[output], metadata={"source": ["000:a"]})
    notebook = new_notebook(cells=[cell])
    assert claim_problem(notebook.cells, claim) is None
    plants.break_claim(notebook, "000:a", claim)
    assert claim_problem(notebook.cells, claim)


def test_words_in_code_and_text_are_no_proof_of_what_the_code_did() -> None:
    entry = {"id": "000:a", "kind": "spine", "shows": [{"code": "20"}, {"text": "20"}]}
    named = {"source": ["000:a"]}
    text = new_markdown_cell("20", metadata=named)
    output = new_output("stream", name="stdout", text="two")
    notebook = new_notebook(cells=[text, new_code_cell("20", outputs=[output], metadata=named)])
    assert unproven(notebook, entry)
    assert not unproven(new_notebook(cells=[text]), entry), "there is no code for it"
    assert not unproven(notebook, entry | {"kind": "addition"})
    assert not unproven(notebook, entry | {"shows": [*entry["shows"], {"count": "20", "is": 1}]})


def break_charts(notebook: NotebookNode, old: str, new: str) -> None:
    """Changes the SVG of every chart."""
    charts = [out for cell in notebook.cells for out in cell.get("outputs", []) if has_chart(out)]
    for chart in charts:
        svg = chart.data["image/svg+xml"]
        assert old in svg
        chart.data["image/svg+xml"] = svg.replace(old, new)


def break_tables(notebook: NotebookNode, old: str, new: str) -> None:
    """Changes the HTML of every table."""

    def change(data: NotebookNode) -> None:
        assert old in data["text/html"]
        data["text/html"] = data["text/html"].replace(old, new)

    plants.change_tables(notebook, change)


def shorten_words(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        plants.change_charts(cell, lambda output: output.data.update({"text/plain": "a chart"}))


def remove_last_text(notebook: NotebookNode) -> None:
    while notebook.cells[-1].cell_type == "markdown":
        notebook.cells.pop()


FAULTS: dict[str, tuple[Callable[[NotebookNode], object], str]] = {
    "panic": (
        lambda nb: plants.add_stream(nb, "thread 'x' panicked at src/lib.rs:1:1", "stderr"),
        "a panic without the tag",
    ),
    "error": (
        lambda nb: plants.add_output(nb, "error", ename="E", evalue="bad", traceback=[]),
        "an error without the tag",
    ),
    "stderr": (
        lambda nb: plants.add_stream(nb, "warning: odd", "stderr"),
        "standard error without the tag",
    ),
    "meant-but-fine": (
        lambda nb: plants.quiet_cell(nb).metadata.update(tags=["raises-exception"]),
        "nothing failed",
    ),
    "home-folder": (lambda nb: plants.add_stream(nb, "in /home/me/x"), "names this machine"),
    "temporary-folder": (lambda nb: plants.add_data(nb, plain="/tmp/a"), "names this machine"),
    "windows-folder": (
        lambda nb: plants.add_stream(nb, "C:\\Users\\me"),
        "names this machine",
    ),
    "checkout": (
        lambda nb: plants.add_stream(nb, str(Path(__file__).parents[1])),
        "names this machine",
    ),
    "marker": (lambda nb: plants.add_stream(nb, "EVCXR_BEGIN_CONTENT a"), "a marker"),
    "svg-in-html": (lambda nb: plants.add_data(nb, html="<svg></svg>"), "an <svg> in text/html"),
    "bad-svg": (lambda nb: plants.add_data(nb, svg="<svg>"), "no valid SVG"),
    "not-executed": (
        lambda nb: plants.quiet_cell(nb).update(execution_count=None),
        "was not executed",
    ),
    "no-title": (lambda nb: break_charts(nb, "<title ", "<title/><x "), "no valid SVG"),
    "no-label": (lambda nb: break_charts(nb, ' id="', ' data-id="'), "not labelled"),
    "no-label-at-all": (lambda nb: break_charts(nb, "aria-labelledby", "data-x"), "not labelled"),
    "no-ground": (lambda nb: break_charts(nb, 'fill="#FFFFFF"', 'fill="none"'), "no white ground"),
    "same-names": (plants.same_chart_names, "two charts have the name"),
    "no-caption": (lambda nb: break_tables(nb, "caption", "i"), "has no caption"),
    "empty-head": (lambda nb: break_tables(nb, "<thead>", "<thead><tr><th></th></tr>"), "no head"),
    "no-scope": (lambda nb: break_tables(nb, ' scope="row"', ""), "what they are heads of"),
    "no-rows": (lambda nb: break_tables(nb, "tbody>", "tfoot>"), "has no rows"),
    "long-row": (
        lambda nb: break_tables(nb, "</tr>\n</tbody>", "<td>1</td></tr>\n</tbody>"),
        "one cell for each",
    ),
    "bad-table": (lambda nb: break_tables(nb, "</table>", ""), "no well-formed HTML"),
    "other-words": (
        lambda nb: break_tables(nb, "</td>", " and more</td>"),
        "plain text of the table",
    ),
    "no-plain-table": (
        lambda nb: plants.change_tables(nb, lambda data: data.pop("text/plain")),
        "plain text of the table",
    ),
    "empty-title": (lambda nb: break_charts(nb, "title", "name"), "no <title>"),
    "no-desc": (lambda nb: break_charts(nb, "desc", "name"), "no <desc>"),
    "no-role": (lambda nb: break_charts(nb, 'role="img"', ""), "no role"),
    "no-axis-text": (lambda nb: break_charts(nb, "text", "g"), "no axis of the chart"),
    "no-words": (shorten_words, "no text/plain"),
    "unknown-id": (
        lambda nb: nb.cells[0].metadata.update(source=["004:not-there"]),
        "not in the list",
    ),
    "only-further": (
        lambda nb: [cell.metadata.update(tags=["further"]) for cell in nb.cells],
        "only cells that go further have it",
    ),
    "no-text-before": (plants.double_quiet_cell, "no text right before"),
    "chart-as-text": (
        lambda nb: plants.add_data(nb, plain='Chart { svg: "<svg>" }'),
        "a chart is printed",
    ),
    "no-text-after": (remove_last_text, "no text after"),
    "no-anchor": (
        lambda nb: nb.cells[0].update(source="[nowhere](#not-there)"),
        "#not-there has no anchor",
    ),
    "block-without-tag": (
        lambda nb: plants.break_block(nb, lambda cell: cell.metadata.pop("tags")),
        "the heading of a block without the tag",
    ),
    "block-without-minutes": (
        lambda nb: plants.break_block(
            nb, lambda cell: cell.update(source=cell.source.replace("5 minutes", "long"))
        ),
        "does not state its minutes",
    ),
    "block-not-folded": (
        lambda nb: plants.break_block(nb, lambda cell: cell.metadata.pop(further.FOLDED)),
        "a block that JupyterLab does not fold",
    ),
    "block-without-heading": (
        lambda nb: plants.break_block(nb, lambda cell: cell.update(source="As text")),
        "tagged further, but in no block",
    ),
    "block-that-ends-early": (
        lambda nb: plants.break_block(nb, lambda cell: cell.update(source="#### Why"), 2),
        "a heading that ends its block",
    ),
    "block-in-a-section": (
        lambda nb: plants.break_block(nb, lambda cell: cell.metadata.pop("tags"), 2),
        "follows a block, but begins no section",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named(fault: str, executed: Executed) -> None:
    plant, words = FAULTS[fault]
    found = new_problems(FIRST, executed, plant, lambda nb: problems(nb, LISTS[FIRST]))
    assert any(words in problem for problem in found), found


def test_a_block_as_it_should_be_is_no_fault(executed: Executed) -> None:
    found = new_problems(FIRST, executed, plants.add_block, lambda nb: problems(nb, LISTS[FIRST]))
    assert found == []


@pytest.mark.parametrize("count", [7, 8, 15, 16])
def test_a_spine_that_is_too_short_or_too_long_is_named(count: int) -> None:
    tags = [[], ["key-figure"], ["further"], ["exercise", "solution"], ["check"], ["solution"]]
    cells = [new_code_cell("1", metadata={"tags": own}) for own in tags]
    cells += [new_code_cell("1") for _ in range(count - 2)]
    found = list(spine_problems(new_notebook(cells=cells), 15))
    assert (found == []) == (count in (8, 15)), found
