"""What holds for every executed notebook, whatever it shows."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from pathlib import Path

import further
from charts import chart_ids, chart_problems
from nbformat import NotebookNode
from outputs import all_text, has_chart, outputs_of, tags
from tables import is_table, table_problems

LONGEST_HINT = 40  # letters of a solution's text that JupyterLab shows of it when folded
OWN_LINK = re.compile(r"\]\(#([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r"(?m)^(#{1,6}) ")
LOWEST_OUTSIDE = 4  # level of the headings that end a block of *Going further*
FEWEST_SPINE_CELLS = 8
NOT_COUNTED = {further.TAG, "solution", "exercise", "check"}
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|tmp|work|Users)/\w|\b[A-Za-z]:\\+Users\b")


def rule_problems(notebook: NotebookNode) -> Iterator[str]:
    """What breaks a rule, each with the cell's number."""
    cells = notebook.cells
    for index, cell in enumerate(cells):
        if "solution" in tags(cell) and not is_folded(cell):
            yield f"cell {index + 1}: a solution that JupyterLab does not fold"
        if cell.cell_type != "code":
            continue
        before = cells[index - 1].cell_type if index else None
        after = any(later.cell_type == "markdown" for later in cells[index + 1 :])
        found = [*cell_problems(cell)]
        if before != "markdown":
            found.append("no text right before the code")
        if not after:
            found.append("no text after the code")
        yield from (f"cell {index + 1}: {problem}" for problem in found)
    yield from link_problems(notebook)
    yield from further_problems(notebook)
    names = [name for output in outputs_of(cells) for name in chart_ids(output)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two charts have the name {name}"


def link_problems(notebook: NotebookNode) -> Iterator[str]:
    """Links within the notebook without an anchor of that name.

    JupyterLab and the pages name headings in different ways, so only anchors count.
    """
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    anchors = set(ANCHOR.findall(text))
    for name in OWN_LINK.findall(text):
        if name not in anchors:
            yield f"the link #{name} has no anchor"


def further_problems(notebook: NotebookNode) -> Iterator[str]:
    """What breaks the form of a block of *Going further*, each with the cell's number."""
    cells = notebook.cells
    for index, cell in enumerate(cells):
        if cell.cell_type == "markdown" and cell.source.startswith(further.START):
            if not further.is_part(cell):
                yield f"cell {index + 1}: the heading of a block without the tag further"
            elif further.minutes(cell) is None:
                yield f"cell {index + 1}: a block whose heading does not state its minutes"
            elif cell.metadata.get(further.FOLDED) is not True:
                yield f"cell {index + 1}: a block that JupyterLab does not fold"
    for block in further.blocks(cells):
        if not further.is_heading(cells[block[0]]):
            yield f"cell {block[0] + 1}: tagged further, but in no block"
        for index in block:
            # The first is the block's own.
            inner = levels(cells[index])[1 if index == block[0] else 0 :]
            if any(level <= LOWEST_OUTSIDE for level in inner):
                yield f"cell {index + 1}: a heading that ends its block"
        for cell in cells[block.stop : block.stop + 1]:
            if not 1 <= first_level(cell) <= LOWEST_OUTSIDE:
                yield f"cell {block.stop + 1}: follows a block, but begins no section"


def levels(cell: NotebookNode) -> list[int]:
    """The levels of a cell's headings, in order."""
    if cell.cell_type != "markdown":
        return []
    text = re.sub(r"(?ms)^```.*?^```", "", cell.source)
    return [len(marks) for marks in HEADING.findall(text)]


def first_level(cell: NotebookNode) -> int:
    """The level of the heading that a cell begins with, or 0."""
    return levels(cell)[0] if HEADING.match(cell.source) and levels(cell) else 0


def spine_problems(notebook: NotebookNode, most: int) -> Iterator[str]:
    """Whether the spine has too few or too many code cells."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    count = sum(not NOT_COUNTED & set(tags(cell)) for cell in code)
    if not FEWEST_SPINE_CELLS <= count <= most:
        yield f"{count} code cells in the spine instead of {FEWEST_SPINE_CELLS} to {most}"


def is_folded(cell: NotebookNode) -> bool:
    """Whether JupyterLab hides the cell, all but its first line, until it is asked for."""
    if cell.metadata.get(further.FOLDED):
        return True
    folded = cell.metadata.get("jupyter", {})
    if cell.cell_type == "markdown":
        return folded.get("source_hidden") is True and len(first_line(cell)) <= LONGEST_HINT
    return folded.get("source_hidden") is True and folded.get("outputs_hidden") is True


def first_line(cell: NotebookNode) -> str:
    return cell.source.partition("\n")[0]


def cell_problems(cell: NotebookNode) -> Iterator[str]:
    """What is wrong with one executed code cell."""
    if cell.execution_count is None:
        yield "was not executed"
    yield from failure_problems(cell)
    for output in cell.outputs:
        text = all_text(output)
        for name in private_names(text):
            yield f"the output names this machine: {name}"
        if "EVCXR_" in text:
            yield "a marker of the kernel (EVCXR_) is in the output"
        data = output.get("data", {})
        if "<svg" in data.get("text/html", ""):
            yield "a chart is an <svg> in text/html, which JupyterLab does not show untrusted"
        if "<svg" in data.get("text/plain", ""):
            yield "a chart is printed instead of drawn"
        if has_chart(output):
            yield from chart_problems(output)
        if is_table(output):
            yield from table_problems(output)


def failure_problems(cell: NotebookNode) -> Iterator[str]:
    """Failures that were not meant, and meant ones that did not happen."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    stderr = [output for output in cell.outputs if output.get("name") == "stderr"]
    panicked = any("panicked at" in all_text(output) for output in cell.outputs)
    if "raises-exception" in tags(cell):
        if not errors:
            yield "is tagged raises-exception, but nothing failed"
        return
    if errors:
        yield f"an error without the tag raises-exception: {errors[0].evalue}"
    if panicked:
        yield "a panic without the tag raises-exception"
    if stderr and "expects-stderr" not in tags(cell):
        yield f"standard error without the tag expects-stderr: {stderr[0].text.strip()}"


def private_names(text: str) -> set[str]:
    """The folders and the host name of this or another machine in a text."""
    found = {match[0] for match in MACHINE_PATH.finditer(text)}
    for folder in (Path.home(), Path(__file__).parents[1]):
        if len(folder.parts) > 1 and re.search(rf"{re.escape(str(folder))}(?![\w.-])", text):
            found.add(str(folder))
    host = platform.node()
    if len(host) > 3 and host != "localhost" and re.search(rf"\b{re.escape(host)}\b", text):
        found.add(host)
    return found
