"""The index page: what each handout is about, what it found, and how long it ran.

A code cell tagged `key-figure` prints, or results in, one to three short lines.
They are shown on the index under the heading that the cell stands under.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cells import plain, without_anchor, without_links
from nbformat import NotebookNode

TITLE = "Handouts"
TEXT = (
    "One course: take the handouts in this order. Each builds on those before it. "
    "The key figures were measured in the run that made these pages."
)
FIRST = "Before you begin"  # instead of a number, for a notebook with the number 0
KEY_FIGURE = "key-figure"
MOST_LINES = 3


@dataclass
class Handout:
    """One notebook, with its cells as HTML."""

    path: Path
    notebook: NotebookNode
    cells: str
    headings: list[tuple[int, str, str]]

    @property
    def title(self) -> str:
        """The title with the handout's number, if its file has one."""
        title = plain(self.headings[0][2]) if self.headings else self.path.stem
        number = re.match(r"(\d+)-", self.path.stem)
        if number is None:
            return title
        return f"{int(number[1])}. {title}" if int(number[1]) else f"{FIRST}: {title}"

    @property
    def link(self) -> str:
        return f"{quote(self.path.stem)}.html"


def index_body(handouts: list[Handout], timings: dict[str, Any], pdf: bool) -> str:
    """The main part of the index page."""
    entries = [entry(handout, timings, pdf) for handout in handouts]
    listing = "\n".join(entries)
    return f'<h1>{TITLE}</h1>\n<p>{TEXT}</p>\n<ol class="handouts">\n{listing}\n</ol>'


def entry(handout: Handout, timings: dict[str, Any], pdf: bool) -> str:
    """One handout on the index page."""
    name = quote(handout.path.stem)
    figures = "\n".join(key_figures(handout))
    facts = [f'<a href="{name}.ipynb">notebook</a>']
    if pdf:
        facts.append(f'<a href="{name}.pdf">PDF</a>')
    total = timings.get(handout.path.stem, {}).get("total")
    if total is not None:
        facts.insert(0, f"run in {total:.0f} s")
    return (
        f'<li><h2><a href="{handout.link}">{escape(handout.title)}</a></h2>\n'
        f"{summary(handout.cells, figures)}\n"
        f'<p class="facts">{" · ".join(facts)}</p></li>'
    )


def summary(cells: str, figures: str) -> str:
    """A handout's first paragraph, then its key figures, objectives and minutes."""
    parts = []
    for pattern in (
        r"<p>.*?</p>",
        r"<p><strong>Objectives.*?</ul>",
        r"<p><strong>Minutes.*?</p>",
    ):
        found = re.search(pattern, cells, flags=re.DOTALL)
        parts.append(without_links(found[0]) if found else "")
    if figures:
        parts.insert(1, f'<ul class="figures">\n{figures}\n</ul>')
    return "\n".join(parts)


def key_figures(handout: Handout) -> Iterator[str]:
    """The cells tagged as key figures, each with its heading and a link."""
    for number, cell in enumerate(handout.notebook.cells, start=1):
        if KEY_FIGURE not in cell.metadata.get("tags", []):
            continue
        text = shown(cell)
        if not 1 <= len(text.splitlines()) <= MOST_LINES:
            raise SystemExit(
                f"cell {number} is tagged {KEY_FIGURE}, which needs 1 to {MOST_LINES} lines "
                f"of printed text or result; it has {len(text.splitlines())}"
            )
        before = handout.cells.partition(f'id="cell-{number}"')[0]
        titles = re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", before, flags=re.DOTALL)
        title = plain(without_anchor(titles[-1][1])) if titles else "Result"
        yield (
            f'<li><a href="{handout.link}#cell-{number}">{escape(title)}</a> '
            f"<samp>{escape(text)}</samp></li>"
        )


def shown(cell: NotebookNode) -> str:
    """What a cell printed, or else its result as text."""
    outputs = cell.get("outputs", [])
    printed = [output.text for output in outputs if output.get("name") == "stdout"]
    results = [output.data.get("text/plain", "") for output in outputs if "data" in output]
    return "".join(printed or results[:1]).strip("\n")
