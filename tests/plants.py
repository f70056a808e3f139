"""Ways to break an executed notebook, so that the checks can be seen to fail.

Each function changes a copy that the caller owns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import further
from claims import cells_of, source_ids
from expect import Expectation, output_text
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, output_from_msg
from outputs import has_chart, outputs_of, tags
from tables import is_table


def remove_source_cell(notebook: NotebookNode, name: str) -> None:
    """Takes away all cells that name a source cell."""
    notebook.cells = [cell for cell in notebook.cells if name not in source_ids(cell)]


def break_claim(notebook: NotebookNode, name: str, claim: dict[str, Any]) -> None:
    """Changes the cells of a source cell so that they no longer meet the claim."""
    cells = cells_of(notebook, name)
    match claim:
        case {"text": pattern}:
            change_shown(cells, lambda text: without(pattern, text))
        case {"output": pattern}:
            # Said in the text, but not shown.
            shown = re.search(pattern, output_text(cells))[0]
            change_outputs(cells, lambda text: without(pattern, text))
            for cell in cells:
                cell.source += shown
        case {"count": pattern}:
            # Once too often, which is easier to plant than once too seldom.
            shown = re.search(pattern, output_text(cells))[0]
            code = next(cell for cell in cells if cell.get("outputs"))
            code.outputs.append(new_output("stream", name="stdout", text=f"\n{shown}\n"))
        case {"points": wanted}:
            words = f"Line chart: t. a: {wanted + 1} points from (1, 1) to (2, 2)."
            for cell in cells:
                change_charts(cell, lambda output: output.data.update({"text/plain": words}))
        case {"code": pattern}:
            for cell in cells:
                cell.source = without(pattern, cell.source)
        case {"value": pattern, "within": within}:
            change_shown(cells, lambda text: re.sub(pattern, off_by(within), text))
        case {"chart": _}:
            for cell in cells:
                change_charts(cell, lambda output: output.data.pop("image/svg+xml"))
        case {"error": _}:
            for cell in cells:
                kept = [out for out in cell.get("outputs", []) if out.output_type != "error"]
                cell.outputs = kept
        case {"hidden": True}:
            for cell in cells:
                cell.metadata.get("jupyter", {}).pop("source_hidden", None)
        case _:
            raise ValueError(f"unknown claim {claim}")


def without(pattern: str, text: str) -> str:
    """The text with nothing left that matches."""
    while re.search(pattern, text):
        text = re.sub(pattern, "", text)
    return text


def off_by(within: float) -> Callable[[re.Match[str]], str]:
    """Replaces the number in a match by one just outside; a last digit when it must be equal."""

    def replacement(match: re.Match[str]) -> str:
        number = match[1]
        last = str((int(number[-1]) + 1) % 10)
        wrong = repr(float(number) + 2.1 * within) if within else number[:-1] + last
        return match[0].replace(number, wrong)

    return replacement


def change_shown(cells: list[NotebookNode], change: Callable[[str], str]) -> None:
    """Changes the text of cells and of all outputs."""
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = change(cell.source)
    change_outputs(cells, change)


def change_outputs(cells: list[NotebookNode], change: Callable[[str], str]) -> None:
    """Changes the text of all outputs."""
    for cell in cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = change(output.text)
            elif output.output_type == "error":
                output.traceback = [change("\n".join(output.traceback))]
                output.evalue = change(output.evalue)
            elif "text/plain" in output.data:
                output.data["text/plain"] = change(output.data["text/plain"])


def change_charts(cell: NotebookNode, change: Callable[[NotebookNode], object]) -> None:
    for output in cell.get("outputs", []):
        if has_chart(output):
            change(output)


def change_tables(notebook: NotebookNode, change: Callable[[NotebookNode], object]) -> None:
    tables = [output for output in outputs_of(notebook.cells) if is_table(output)]
    assert tables
    for output in tables:
        change(output.data)


def same_chart_names(notebook: NotebookNode) -> None:
    """Makes one chart the same as another."""
    first, second, *_ = [output for output in outputs_of(notebook.cells) if has_chart(output)]
    second.data = first.data


def quiet_cell(notebook: NotebookNode) -> NotebookNode:
    """A code cell from which no failure is expected."""
    meant = {"raises-exception", "expects-stderr"}
    return next(
        cell for cell in notebook.cells if cell.cell_type == "code" and not meant & set(tags(cell))
    )


def double_quiet_cell(notebook: NotebookNode) -> None:
    """Puts code right after code."""
    cell = quiet_cell(notebook)
    notebook.cells.insert(notebook.cells.index(cell), cell.copy())


def add_output(notebook: NotebookNode, kind: str, **content: Any) -> None:
    """Adds an output, in the shape of a kernel's message, to a quiet cell."""
    message = {"header": {"msg_type": kind}, "content": content}
    quiet_cell(notebook).outputs.append(output_from_msg(message))


def add_stream(notebook: NotebookNode, text: str, name: str = "stdout") -> None:
    add_output(notebook, "stream", name=name, text=text)


def add_data(notebook: NotebookNode, **data: str) -> None:
    """Adds a result; `image_svg` stands for image/svg+xml and so on."""
    names = {"svg": "image/svg+xml", "html": "text/html", "plain": "text/plain"}
    content = {names[short]: value for short, value in data.items()}
    add_output(notebook, "display_data", data=content, metadata={})


def break_expectation(notebook: NotebookNode, expectation: Expectation) -> None:
    """Changes the outputs that a sentence is about so that they contradict it."""
    cells = [notebook.cells[index] for index in expectation.meant]
    match expectation.claim:
        case {"value": pattern, **bounds}:
            low, high = bounds.get("at_least"), bounds.get("at_most")
            wrong = low - abs(low) / 2 - (low == 0) if high is None else high + abs(high) + 1

            def change(match: re.Match[str]) -> str:
                return match[0].replace(match[1], f"{wrong:g}")

            change_outputs(cells, lambda text: re.sub(pattern, change, text))
        case {"text": pattern}:
            change_outputs(cells, lambda text: without(pattern, text))
        case {"no_text": pattern}:
            shown = f"\n{an_example(pattern)}\n"
            assert re.search(pattern, shown), f"write {pattern!r} in a simpler way"
            cells[-1].outputs.append(new_output("stream", name="stdout", text=shown))


def an_example(pattern: str) -> str:
    """A text that an expression finds; no more than the usual forms are understood."""
    text = re.sub(r"\(\?\w+\)|\(\?:|[()^$]|\\b", "", pattern)
    text = text.replace(r"\d", "1").replace(r"\s", " ").replace(r"\w", "a")
    text = re.sub(r"\[([^\]\\])[^\]]*\]", r"\1", text)
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[+*?]", "", text)).partition("|")[0]


def add_block(notebook: NotebookNode) -> list[NotebookNode]:
    """Puts a block of *Going further*, as it should be, before the last section; its cells."""
    heading = new_markdown_cell("#### Going further: A kernel (5 minutes)\n\nWhat it does.")
    heading.metadata[further.FOLDED] = True
    block = [heading, new_code_cell("1 + 1", execution_count=1), new_markdown_cell("##### Why")]
    for cell in block:
        cell.metadata.tags = [further.TAG]
    last = max(i for i, cell in enumerate(notebook.cells) if cell.source.startswith("## "))
    notebook.cells[last:last] = block
    return block


def break_block(
    notebook: NotebookNode, change: Callable[[NotebookNode], object], number: int = 0
) -> None:
    """Adds a block in which one cell is not as it should be."""
    change(add_block(notebook)[number])
