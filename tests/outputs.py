"""The texts and charts among a notebook's outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expect import plain_text
from nbformat import NotebookNode


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
