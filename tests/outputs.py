"""The texts and charts among a notebook's outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def plain_text(output: NotebookNode) -> str:
    """What a reader of one output sees as text: a stream, an error or text/plain."""
    if output.output_type == "stream":
        return ANSI.sub("", output.text)
    if output.output_type == "error":
        return ANSI.sub("", "\n".join([*output.traceback, output.evalue]))
    return output.data.get("text/plain", "")


def all_text(output: NotebookNode) -> str:
    """Everything in one output, whatever its type."""
    if output.output_type == "stream" or output.output_type == "error":
        return plain_text(output)
    return "\n".join(str(value) for value in output.data.values())


def outputs_of(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The outputs of the code cells among `cells`, in order."""
    for cell in cells:
        yield from cell.get("outputs", [])


def has_chart(output: NotebookNode) -> bool:
    return "image/svg+xml" in output.get("data", {})


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])
