"""What a list of source cells claims of an executed notebook, and whether it is so.

The kinds of claims, each about all cells that name the same source cell:

- `text: REGEX`      somewhere in their outputs or their text
- `output: REGEX`    somewhere in their outputs
- `code: REGEX`      in the source of their code
- `value: REGEX, near: NUMBER, within: NUMBER`
                     each number that REGEX's group finds in the outputs, at least one
- `count: REGEX, is: N`
                     the outputs match REGEX exactly N times
- `chart: N`         at least N charts, none of them faulty
- `points: N`        a chart of which a line, a group of bars or all bars have N points
- `error: REGEX`     an error that matches, in a cell tagged raises-exception
- `hidden: true`     code tagged `solution` and folded in JupyterLab

An entry is of the kind `spine`, or an `addition` that the source does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cell_rules import is_folded, rule_problems
from charts import chart_problems, point_counts
from expect import output_text
from nbformat import NotebookNode
from outputs import has_chart, outputs_of, plain_text, tags

Entry = dict[str, Any]
# The claims about what a cell did.
ON_OUTPUTS = {"output", "value", "count", "chart", "points", "error"}


def problems(notebook: NotebookNode, entries: list[Entry]) -> list[str]:
    """Everything that is wrong with an executed notebook; nothing if it is fine."""
    known = {entry["id"] for entry in entries}
    found = [f"{name}: not in the list of source cells" for name in ids(notebook) - known]
    found += [problem for entry in entries for problem in entry_problems(notebook, entry)]
    return [*sorted(found), *rule_problems(notebook)]


def entry_problems(notebook: NotebookNode, entry: Entry) -> Iterator[str]:
    """What is not as one entry of the list claims."""
    cells = cells_of(notebook, entry["id"])
    if not cells:
        yield f"{entry['id']}: no cell has it ({entry['what']})"
        return
    if entry["kind"] == "spine" and all("further" in tags(cell) for cell in cells):
        yield f"{entry['id']}: only cells that go further have it"
    for claim in entry["shows"]:
        if problem := claim_problem(cells, claim):
            yield f"{entry['id']}: {problem}"


def unproven(notebook: NotebookNode, entry: Entry) -> bool:
    """Whether code shows something of the source's cell, but nothing is claimed of that.

    Code that shows nothing defines or imports what later cells use.
    """
    shows = any(outputs_of(cells_of(notebook, entry["id"])))
    claimed = any(ON_OUTPUTS & claim.keys() for claim in entry["shows"])
    return entry["kind"] == "spine" and shows and not claimed


def source_ids(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("source", [])


def ids(notebook: NotebookNode) -> set[str]:
    """All source cells that the notebook names."""
    return {name for cell in notebook.cells for name in source_ids(cell)}


def cells_of(notebook: NotebookNode, name: str) -> list[NotebookNode]:
    """The cells that name one source cell."""
    return [cell for cell in notebook.cells if name in source_ids(cell)]


def claim_problem(cells: list[NotebookNode], claim: dict[str, Any]) -> str | None:
    """Why the cells do not meet a claim, or None."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    match claim:
        case {"text": pattern}:
            return None if re.search(pattern, shown(cells)) else f"nothing shows {pattern!r}"
        case {"output": pattern}:
            met = re.search(pattern, output_text(code))
            return None if met else f"no output shows {pattern!r}"
        case {"count": pattern, "is": wanted}:
            found = len(re.findall(pattern, output_text(code)))
            return None if found == wanted else f"{pattern!r} {found} times instead of {wanted}"
        case {"points": wanted}:
            return points_problem(code, wanted)
        case {"code": pattern}:
            met = any(re.search(pattern, cell.source) for cell in code)
            return None if met else f"no code has {pattern!r}"
        case {"value": pattern, "near": near, "within": within}:
            return value_problem(output_text(code), pattern, near, within)
        case {"chart": wanted}:
            return chart_problem(code, wanted)
        case {"error": pattern}:
            meant = [cell for cell in code if "raises-exception" in tags(cell)]
            met = any(re.search(pattern, text) for text in errors(meant))
            return None if met else f"no error has {pattern!r}"
        case {"hidden": True}:
            return None if code and all(map(is_hidden, code)) else "the solution is not hidden"
    raise ValueError(f"unknown claim {claim}")


def shown(cells: list[NotebookNode]) -> str:
    """What a reader sees besides code and pictures."""
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    return "\n".join([*texts, output_text(cells)])


def value_problem(text: str, pattern: str, near: float, within: float) -> str | None:
    """Whether the numbers found are as wanted; within 0 means equal to the last bit."""
    values = [float(number) for number in re.findall(pattern, text)]
    if not values:
        return f"no output has a number {pattern!r}"
    far = [value for value in values if abs(value - near) > within]
    return f"{far[0]} is not within {within} of {near}" if far else None


def chart_problem(cells: list[NotebookNode], wanted: int) -> str | None:
    """Whether there are charts enough; a faulty one does not count."""
    good = good_charts(cells)
    return None if len(good) >= wanted else f"{len(good)} good charts instead of {wanted}"


def points_problem(cells: list[NotebookNode], wanted: int) -> str | None:
    """Whether a chart has so many points or bars, by its words."""
    counts = {n for chart in good_charts(cells) for n in point_counts(plain_text(chart))}
    return None if wanted in counts else f"charts with {sorted(counts)} points, not {wanted}"


def good_charts(cells: list[NotebookNode]) -> list[NotebookNode]:
    charts = [output for output in outputs_of(cells) if has_chart(output)]
    return [chart for chart in charts if not chart_problems(chart)]


def errors(cells: list[NotebookNode]) -> Iterator[str]:
    """The texts of the errors."""
    for output in outputs_of(cells):
        if output.output_type == "error":
            yield plain_text(output)


def is_hidden(cell: NotebookNode) -> bool:
    return "solution" in tags(cell) and is_folded(cell)
