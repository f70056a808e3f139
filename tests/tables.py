"""What every table must have: a caption, heads, and the same in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from nbformat import NotebookNode


def is_table(output: NotebookNode) -> bool:
    return "<table" in output.get("data", {}).get("text/html", "")


def table_problems(output: NotebookNode) -> Iterator[str]:
    """What is missing from one output that is a table."""
    try:
        table = ElementTree.fromstring(output.data["text/html"])
    except ElementTree.ParseError as error:
        yield f"the table is no well-formed HTML: {error}"
        return
    if not words(table.find("caption")):
        yield "the table has no caption"
    heads = table.findall("thead/tr/th")
    rows = table.findall("tbody/tr")
    if not heads or not all(words(head) for head in heads):
        yield "a column of the table has no head"
    scopes = [head.get("scope") for head in heads]
    scopes += [head.get("scope") for row in rows for head in row.findall("th")]
    if scopes != ["col"] * len(heads) + ["row"] * len(rows):
        yield "the heads of the table do not say what they are heads of"
    if not rows:
        yield "the table has no rows"
    if any(len(row) != len(heads) for row in rows):
        yield "a row of the table has not one cell for each column"
    # The plain text may break a line where the page does.
    plain = " ".join(output.data.get("text/plain", "").split())
    missing = [words(cell) for row in rows for cell in row if words(cell) not in plain]
    if missing:
        yield f"the plain text of the table lacks {missing[0]!r}"


def words(element: ElementTree.Element | None) -> str:
    """The text of an element, with single spaces."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
