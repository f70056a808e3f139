"""The index page: what the course is, and of each handout what it is about and what it found.

A code cell tagged `key-figure` draws a chart, which is shown on the index and leads to the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cells import NARROW, inline_svg, plain, without_links
from expect import output_text
from nbformat import NotebookNode

TITLE = "Handouts"  # where there is no text on the course
FIRST = "Before you begin"  # instead of a number, for a notebook with the number 0
KEY_FIGURE = "key-figure"
CHART = "image/svg+xml"
ARCHIVE = "all notebooks, ready to run"  # what the link to it says
# The first cell's lines on the machine, and how the index words them.
MACHINE = {
    r"(?m)^processor +(.+)$": "{}",
    r"(?m)^cores +(\d+)$": "{} cores",
    r"(?m)^threads +(\d+) at the same time$": "{} threads at the same time",
    r"(?m)^memory +(.+)$": "{} of memory",
}


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


@dataclass
class Course:
    """What the index says of all handouts together."""

    title: str = TITLE
    introduction: str = ""
    links: str = ""
    archive: str | None = None
    pdf: str | None = None


def index_body(handouts: list[Handout], timings: dict[str, Any], pdf: bool, course: Course) -> str:
    """The main part of the index page."""
    entries = [entry(handout, timings, pdf, course.archive) for handout in handouts]
    parts = [f"<h1>{escape(course.title)}</h1>", course.introduction, run_of(handouts, timings)]
    downloads = []
    if course.archive:
        downloads.append(link_to_archive(course.archive))
    if course.pdf:
        downloads.append(f'<a href="{course.pdf}">the course as one PDF</a>')
    if downloads:
        parts.append(f'<p class="facts">Download: {" · ".join(downloads)}</p>')
    listing = "\n".join(entries)
    return "\n".join([*parts, f'<ol class="handouts">\n{listing}\n</ol>', course.links])


def run_of(handouts: list[Handout], timings: dict[str, Any]) -> str:
    """On which machine the figures were measured, and when."""
    dates: dict[str, dict[str, None]] = {}
    for handout in handouts:
        text = output_text(cell for cell in handout.notebook.cells if cell.cell_type == "code")
        words = [
            wording.format(match[1])
            for pattern, wording in MACHINE.items()
            if (match := re.search(pattern, text))
        ]
        date = timings.get(handout.path.stem, {}).get("date")
        if words:
            dates.setdefault(", ".join(words), {}).update({f"on {date}": None} if date else {})
    if not dates:
        return ""
    machines = "; ".join(
        escape(f"{machine}, {' and '.join(days)}" if days else machine)
        for machine, days in dates.items()
    )
    opening = "The figures were measured on the machine that ran these pages"
    return f'<p class="facts">{opening}: {machines}.</p>'


def link_to_archive(archive: str) -> str:
    """A link to what runs after unpacking."""
    return f'<a href="{archive}" download>{ARCHIVE}</a>'


def link_to_notebook(handout: Handout) -> str:
    """A link to a notebook alone, for where there is no archive: it needs its crates."""
    return f'<a href="{quote(handout.path.name)}" download>notebook</a>'


def entry(handout: Handout, timings: dict[str, Any], pdf: bool, archive: str | None) -> str:
    """One handout on the index page."""
    figures = "\n".join(key_figures(handout))
    facts = [] if archive else [link_to_notebook(handout)]
    if pdf:
        facts.append(f'<a href="{quote(handout.path.stem)}.pdf">PDF</a>')
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
    """The charts of the cells tagged as key figures, each a link to its cell."""
    for number, cell in enumerate(handout.notebook.cells, start=1):
        if KEY_FIGURE not in cell.metadata.get("tags", []):
            continue
        results = [output.get("data", {}) for output in cell.get("outputs", [])]
        charts = [data.get(NARROW, data[CHART]) for data in results if CHART in data]
        if not charts:
            raise SystemExit(f"cell {number} is tagged {KEY_FIGURE}, and draws no chart")
        yield (
            f'<li class="chart"><a href="{handout.link}#cell-{number}">'
            f"{inline_svg(charts[0])}</a></li>"
        )
