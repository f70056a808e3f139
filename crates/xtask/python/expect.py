"""Sentences that the outputs must bear out: the list `expect` in a text cell's metadata.

Each entry has `says`, a verbatim part of the cell's text, and one claim on outputs:

- `value: REGEX, at_least: NUMBER, at_most: NUMBER`
                    each number that REGEX's group finds, at least one; one bound is enough
- `text: REGEX`     is found
- `no_text: REGEX`  is not found

The outputs are those of the nearest code cell before, with `cells: N` of the N nearest. Cells that
not all readers have, see `is_beside`, are passed over. A sentence with `several_cpus: true` says
nothing of a machine with one CPU, so a reader who has such a machine is not told that it is not so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

KEY = "expect"
KINDS = {"value", "text", "no_text"}
BOUNDS = {"at_least", "at_most"}
SEVERAL = "several_cpus"
# The sentences of an executed cell that its outputs contradict.
MARK = "not_so"
NOTE = '<p class="otherwise">On this machine it came out otherwise.</p>'
# What a comparison of the helper crate prints when its interval is not reliable.
DISTURBED = "too disturbed to count on"
# A figure with its interval, as comparisons print it, and the widest that is not measured again.
NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
INTERVAL = re.compile(rf"{NUMBER} \({NUMBER} to {NUMBER}\)")
MEASURES = re.compile(r"\bcompare\(|\bCompare::|\btime(?:d|it)\(")
WIDEST = 0.3
# A cell that must not be run twice.
ONCE = "once"
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LONGEST_EXCERPT = 300  # letters of an output in a message


def plain_text(output: NotebookNode) -> str:
    """What a reader of one output sees as text: a stream, an error or text/plain."""
    if output.output_type == "stream":
        return ANSI.sub("", output.text)
    if output.output_type == "error":
        return ANSI.sub("", "\n".join([*output.traceback, output.evalue]))
    return output.data.get("text/plain", "")


def output_text(cells: Iterable[NotebookNode]) -> str:
    """The text of all outputs of some cells."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join(map(plain_text, outputs))


@dataclass(frozen=True)
class Expectation:
    """A sentence of the cell with this index, its claim, and the code cells whose outputs count."""

    cell: int
    says: str
    claim: dict[str, Any]
    meant: list[int]

    def problem(self, notebook: NotebookNode) -> str | None:
        """What was found and what was expected, if the outputs contradict the sentence."""
        text = output_text(notebook.cells[index] for index in self.meant)
        match self.claim:
            case {"value": pattern}:
                return value_problem(text, pattern, self.claim)
            case {"text": pattern}:
                met = re.search(pattern, text)
                return None if met else f"found {excerpt(text)}, expected `{pattern}`"
            case {"no_text": pattern}:
                found = re.search(pattern, text)
                return f"found {found[0]!r}, expected no `{pattern}`" if found else None
        raise ValueError(f"unknown claim {self.claim}")


def value_problem(text: str, pattern: str, bounds: dict[str, Any]) -> str | None:
    """Whether all numbers found are within the bounds."""
    low, high = bounds.get("at_least", float("-inf")), bounds.get("at_most", float("inf"))
    words = [f"{key.replace('_', ' ')} {bounds[key]}" for key in sorted(BOUNDS & bounds.keys())]
    wanted = f"expected {' and '.join(words)} by `{pattern}`"
    numbers = re.findall(pattern, text)
    if not numbers:
        return f"found no number in {excerpt(text)}, {wanted}"
    for number in numbers:
        try:
            value = float(number.replace(",", ""))
        except ValueError:
            return f"found {number!r}, which is no number, {wanted}"
        if not low <= value <= high:
            return f"found {number}, {wanted}"
    return None


def excerpt(text: str) -> str:
    """The begin of an output, for a message."""
    text = fold(text)
    return repr(text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT] + " …")


def fold(text: str) -> str:
    return " ".join(text.split())


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def is_beside(code: NotebookNode, text: NotebookNode) -> bool:
    """Whether a reader who has the text has the code cell too, with what it shows here.

    Cells that go further, and solutions, are not in all editions; a student's exercise and its
    check show something else.
    """
    code_tags, text_tags = tags(code), tags(text)
    if "further" in code_tags and "further" not in text_tags:
        return False
    answers = code_tags & {"exercise", "solution", "check"}
    return not answers or bool(text_tags & {"solution", "teaching-note"})


def meant_cells(notebook: NotebookNode, index: int, count: int) -> list[int]:
    """The nearest code cells before a text, in the order of the notebook."""
    cells = notebook.cells
    code = [k for k in range(index) if cells[k].cell_type == "code"]
    return [k for k in code if is_beside(cells[k], cells[index])][-count:]


def entries(notebook: NotebookNode) -> Iterator[tuple[int, Any]]:
    """All entries, each with the index of its cell."""
    for index, cell in enumerate(notebook.cells):
        found = cell.metadata.get(KEY, [])
        yield from ((index, entry) for entry in (found if isinstance(found, list) else [found]))


def read(notebook: NotebookNode) -> list[Expectation]:
    """The expectations that are well formed."""
    found = []
    for index, entry in entries(notebook):
        if entry_fault(notebook, index, entry) is None:
            meant = meant_cells(notebook, index, count_of(entry))
            found.append(Expectation(index, fold(entry["says"]), entry, meant))
    return found


def count_of(entry: dict[str, Any]) -> int:
    return entry.get("cells", 1)


def faults(notebook: NotebookNode) -> Iterator[str]:
    """The expectations that are not well formed, each with its cell."""
    for index, entry in entries(notebook):
        if fault := entry_fault(notebook, index, entry):
            yield f"{name(notebook, index)}: {fault}: {entry}"


def name(notebook: NotebookNode, index: int) -> str:
    """A cell's name in a message."""
    return f"cell {index + 1} (id {notebook.cells[index].get('id', '-')})"


def entry_fault(notebook: NotebookNode, index: int, entry: Any) -> str | None:
    """Why an entry is not well formed, or None."""
    cell = notebook.cells[index]
    if cell.cell_type != "markdown":
        return "only a text can have an expectation"
    if not isinstance(entry, dict) or not isinstance(entry.get("says"), str):
        return "an expectation names with `says` what the text says"
    if not fold(entry["says"]) or fold(entry["says"]) not in fold(cell.source):
        return "the text does not say this"
    kinds = KINDS & entry.keys()
    if len(kinds) != 1:
        return "an expectation has one of `value`, `text` and `no_text`"
    unknown = (
        entry.keys() - {"says", "cells", SEVERAL} - kinds - (BOUNDS if "value" in kinds else set())
    )
    if unknown:
        return f"unknown key `{min(unknown)}`"
    if entry.get(SEVERAL, True) is not True:
        return f"`{SEVERAL}` is true or left out"
    count = count_of(entry)
    if not isinstance(count, int) or count < 1:
        return "`cells` is not a number of cells"
    if len(meant_cells(notebook, index, count)) < count:
        return "there are not so many code cells before"
    return pattern_fault(kinds.pop(), entry)


def pattern_fault(kind: str, entry: dict[str, Any]) -> str | None:
    """Why a claim's expression or its bounds are not well formed, or None."""
    try:
        pattern = re.compile(entry[kind])
    except (re.error, TypeError) as error:
        return f"`{kind}` is not a regular expression ({error})"
    if pattern.search(""):
        return f"`{kind}` is found in no output at all"
    if kind != "value":
        return None
    if pattern.groups != 1:
        return "`value` needs one group, for the number"
    bounds = [entry[key] for key in ("at_least", "at_most") if key in entry]
    if not bounds or not all(type(bound) in (int, float) for bound in bounds):
        return "`value` needs a number as `at_least` or `at_most`"
    return None if bounds == sorted(bounds) else "`at_least` is more than `at_most`"


def contradictions(notebook: NotebookNode) -> Iterator[tuple[Expectation, str]]:
    """The expectations that the outputs contradict, and how."""
    for expectation in read(notebook):
        if problem := expectation.problem(notebook):
            yield expectation, problem


def is_disturbed(cell: NotebookNode) -> bool:
    """Whether a comparison among the outputs says that it is not reliable."""
    return DISTURBED in output_text([cell])


def measures(cell: NotebookNode) -> bool:
    """Whether the cell's outputs depend on what other programs do."""
    return is_disturbed(cell) or MEASURES.search(cell.source) is not None


def is_uncertain(cell: NotebookNode) -> bool:
    """Whether the cell measures, and an interval among its outputs is wide beside its figure."""
    if not measures(cell):
        return False
    found = INTERVAL.findall(output_text([cell]))
    figures = ([float(text.replace(",", "")) for text in texts] for texts in found)
    return any(high - low > WIDEST * value for value, low, high in figures)


def refusals(notebook: NotebookNode) -> Iterator[str]:
    """Why the outputs must not stand beside the text, each with the cell and the sentence."""
    for expectation, problem in contradictions(notebook):
        where = ", ".join(name(notebook, index) for index in expectation.meant)
        says = f"{name(notebook, expectation.cell)} says: {expectation.says}"
        yield f"{says}\n    {problem}\n    in the output of {where}"
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and is_disturbed(cell):
            yield f"{name(notebook, index)}: other programs ran, its output is {DISTURBED}"


def to_repeat(notebook: NotebookNode, last: int) -> list[int]:
    """The code cells to run again now, when the cell `last` has just been run, in order.

    These are all cells from the first with a contradicted or uncertain output up to `last`: no cell
    keeps an output that was made from older values of another. None before a cell tagged `once` is
    among them, for the same reason.
    """
    known = read(notebook)
    due = [index for found in known if found.meant[-1] == last for index in found.meant]
    start = min(due, default=last)
    here = [found for found in known if start <= found.meant[-1] <= last]
    wrong = [found.meant[0] for found in here if found.problem(notebook)]
    code = [k for k in range(last + 1) if notebook.cells[k].cell_type == "code"]
    unsure = (is_disturbed, is_uncertain)
    wrong += [k for k in code if k >= start and any(test(notebook.cells[k]) for test in unsure)]
    fixed = max((k for k in code if ONCE in tags(notebook.cells[k])), default=-1)
    return [k for k in code if k > fixed and k >= min(wrong, default=last + 1)]


def mark(notebook: NotebookNode, cpus: int) -> Iterator[tuple[int, str]]:
    """Notes in the cells which of their sentences are not so; yields cell and sentence.

    `cpus` is the number of CPUs that the notebook could use.
    """
    for expectation, _ in contradictions(notebook):
        if cpus == 1 and SEVERAL in expectation.claim:
            continue
        notebook.cells[expectation.cell].metadata.setdefault(MARK, []).append(expectation.says)
        yield expectation.cell, expectation.says


def with_notes(cell: NotebookNode) -> str:
    """A cell's text, with a note below each paragraph that is not so on this machine."""
    parts = re.split(r"(\n\s*\n)", cell.source)
    left = set(cell.metadata.get(MARK, []))
    text = ""
    for part in parts:
        found = {says for says in left if says in fold(part)}
        text += f"{part}\n\n{NOTE}" if found else part
        left -= found
    return f"{text}\n\n{NOTE}" if left else text
