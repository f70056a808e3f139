"""What holds for every executed notebook, whatever it shows."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from pathlib import Path

from charts import chart_ids, chart_problems
from nbformat import NotebookNode
from outputs import all_text, has_chart, outputs_of, tags
from tables import is_table, table_problems

LONGEST_HINT = 40  # letters of a solution's text that JupyterLab shows of it when folded
OWN_LINK = re.compile(r"\]\(#([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')
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


def is_folded(cell: NotebookNode) -> bool:
    """Whether JupyterLab hides the cell, all but its first line, until it is asked for."""
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
