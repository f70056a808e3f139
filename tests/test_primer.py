"""The page before the handouts: short, in parts that handouts can link to, without figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import editions
import pytest
import source_lists
from cell_rules import ANCHOR, rule_problems
from nbformat import NotebookNode

NAME = source_lists.PRIMER
FEWEST_CELLS, MOST_CELLS, MOST_WORDS = 8, 13, 1300
# Handouts link to these.
TOPICS = [
    *("dep", "let", "numbers", "println", "fn", "vec", "closures", "iterators", "loops"),
    *("match", "unwrap", "par-iter", "black-box"),
]
LINK = re.compile(rf"\({NAME}\.ipynb(?:#([\w-]+))?\)")


@pytest.fixture
def primer() -> NotebookNode:
    return editions.committed(NAME)


def text(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_it_is_one_page(primer: NotebookNode) -> None:
    code = [cell for cell in primer.cells if cell.cell_type == "code"]
    assert FEWEST_CELLS <= len(code) <= MOST_CELLS
    assert len(text(primer).split()) <= MOST_WORDS


def test_every_part_has_an_anchor(primer: NotebookNode) -> None:
    parts = re.findall(r"(?m)^##+ .*", text(primer))
    assert [name for part in parts for name in ANCHOR.findall(part)] == TOPICS


def test_it_shows_no_time(primer: NotebookNode) -> None:
    code = "\n".join(cell.source for cell in primer.cells if cell.cell_type == "code")
    assert not re.search(r"\b(?:timed|timeit|compare|Compare|Instant)\b", code)


def test_committed_outputs_and_those_of_a_fresh_run_keep_the_rules(
    primer: NotebookNode, executed: Callable[[str], NotebookNode]
) -> None:
    assert list(rule_problems(primer)) == []
    assert list(rule_problems(executed(NAME))) == []


def test_its_minutes_are_those_of_the_table(primer: NotebookNode, root: Path) -> None:
    (stated,) = re.findall(r"\*\*Minutes:\*\* (\d+)\.", primer.cells[0].source)
    table = (root / "README.md").read_text("utf-8")
    assert re.findall(rf"\(notebooks/{NAME}\.ipynb\) \| (\d+) \|", table) == [stated]


def test_it_is_the_same_in_every_edition(primer: NotebookNode) -> None:
    assert editions.student(NAME) == editions.lecturer(NAME) == primer


def test_the_first_handout_leads_to_it_and_it_to_the_first_handout(primer: NotebookNode) -> None:
    first = source_lists.PAGES[1]
    assert f"({first}.ipynb)" in primer.cells[0].source
    assert LINK.search(editions.committed(first).cells[0].source)


def test_every_link_to_a_part_of_it_finds_the_part() -> None:
    for name in source_lists.PAGES[1:]:
        wanted = set(LINK.findall(text(editions.committed(name)))) - {""}
        assert wanted <= {*TOPICS}, name
