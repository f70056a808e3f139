"""What a list of source cells claims of an executed notebook, and whether it is so.

The kinds of claims, each about all cells that name the same source cell:

- `text: REGEX`      somewhere in their outputs or their text
- `code: REGEX`      in the source of their code
- `value: REGEX, near: NUMBER, within: NUMBER`
                     each number that REGEX's group finds in the outputs, at least one
- `chart: N`         at least N charts, none of them faulty
- `error: REGEX`     an error that matches, in a cell tagged raises-exception
- `hidden: true`     code tagged `solution` and folded in JupyterLab
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cell_rules import is_folded, rule_problems
from charts import chart_problems
from nbformat import NotebookNode
from outputs import has_chart, outputs_of, plain_text, tags

Entry = dict[str, Any]


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
    for claim in entry["shows"]:
        if problem := claim_problem(cells, claim):
            yield f"{entry['id']}: {problem}"


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


def output_text(cells: list[NotebookNode]) -> str:
    return "\n".join(plain_text(output) for output in outputs_of(cells))


def value_problem(text: str, pattern: str, near: float, within: float) -> str | None:
    """Whether the numbers found are as wanted; within 0 means equal to the last bit."""
    values = [float(number) for number in re.findall(pattern, text)]
    if not values:
        return f"no output has a number {pattern!r}"
    far = [value for value in values if abs(value - near) > within]
    return f"{far[0]} is not within {within} of {near}" if far else None


def chart_problem(cells: list[NotebookNode], wanted: int) -> str | None:
    """Whether there are charts enough; a faulty one does not count."""
    charts = [output for output in outputs_of(cells) if has_chart(output)]
    good = [chart for chart in charts if not chart_problems(chart)]
    if len(good) < wanted:
        return f"{len(good)} good charts instead of {wanted}"
    return None


def errors(cells: list[NotebookNode]) -> Iterator[str]:
    """The texts of the errors."""
    for output in outputs_of(cells):
        if output.output_type == "error":
            yield plain_text(output)


def is_hidden(cell: NotebookNode) -> bool:
    return "solution" in tags(cell) and is_folded(cell)
