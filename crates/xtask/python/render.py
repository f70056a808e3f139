"""Renders the executed notebooks of a folder as pages that need no network.

render.py FOLDER [--pdf]: FOLDER/*.ipynb become FOLDER/*.html, with FOLDER/index.html.
With --pdf the index links the printed pages, which print_pages.py makes afterwards.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template

import quick  # noqa: F401 (first)

# isort: split
import index
import nbformat
from cells import HERE, CellsExporter, without_links
from index import Handout

LARGEST_PAGE = 2_000_000
STYLES = ("handout.css", "math.css", "code.css", "print.css")
HIGHEST_LEVEL, LOWEST_LEVEL = 2, 3  # of the headings in the table of contents


def contents(headings: list[tuple[int, str, str]]) -> str:
    """The table of contents: the second level, and the third within it."""
    parts: list[tuple[str, list[str]]] = []
    for level, name, text in headings:
        entry = f'<a href="#{name}">{without_links(text)}</a>'
        if level == HIGHEST_LEVEL:
            parts.append((entry, []))
        elif level == LOWEST_LEVEL and parts:
            parts[-1][1].append(f"<li>{entry}</li>")
    if len(parts) < 2:
        return ""
    items = []
    for entry, inner in parts:
        below = f"<ol>{''.join(inner)}</ol>" if inner else ""
        items.append(f"<li>{entry}{below}</li>")
    return (
        '<nav class="toc" aria-label="Contents"><details open><summary>Contents</summary>'
        f"<ol>{''.join(items)}</ol></details></nav>"
    )


def neighbours(before: Handout | None, after: Handout | None) -> tuple[str, str]:
    """The links to the handouts around one, short for the top and long for the bottom."""
    short, long = [], []
    for handout, rel, word in ((before, "prev", "← Previous"), (after, "next", "Next →")):
        if handout is None:
            continue
        opening, title = f'<a rel="{rel}" href="{handout.link}">', escape(handout.title)
        short.append(f'{opening}{word}<span class="unseen">: {title}</span></a>')
        long.append(f"{opening}<span>{word}</span> {title}</a>")
    home = f'<a href="index.html">{index.TITLE}</a>'
    top = f'<nav aria-label="{index.TITLE}">{home}<span>{" ".join(short)}</span></nav>'
    bottom = f'<nav aria-label="Previous and next handout">{" ".join(long)}</nav>'
    return top, bottom


def page(title: str, body: str, toc: str = "", around: tuple[str, str] = ("", "")) -> str:
    """A whole page."""
    template = Template((HERE / "page.html").read_text("utf-8"))
    return template.substitute(
        title=escape(title),
        css="\n".join((HERE / name).read_text("utf-8") for name in STYLES),
        script=(HERE / "page.js").read_text("utf-8"),
        top=f'<header class="page">{around[0]}</header>' if around[0] else "",
        toc=toc,
        body=body,
        bottom=f'<footer class="page">{around[1]}</footer>' if around[1] else "",
    )


def read(folder: Path) -> Iterator[Handout]:
    """The notebooks of a folder, their cells rendered."""
    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        try:
            cells, headings = CellsExporter().cells(notebook, folder)
        except SystemExit as error:
            raise SystemExit(f"{path.name}: {error}") from error
        yield Handout(path, notebook, cells, headings)


def main() -> None:
    """Renders all pages of a folder."""
    folder = Path(sys.argv[1])
    pdf = "--pdf" in sys.argv[2:]
    notes = folder / "timings.json"
    timings = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    handouts = list(read(folder))
    for handout, before, after in zip(
        handouts, [None, *handouts], [*handouts[1:], None], strict=False
    ):
        toc, around = contents(handout.headings), neighbours(before, after)
        html = page(handout.title, handout.cells, toc, around)
        size = len(html.encode())
        if size > LARGEST_PAGE:
            raise SystemExit(f"{handout.link} has {size} bytes, more than {LARGEST_PAGE}")
        handout.path.with_suffix(".html").write_text(html, "utf-8")
        # One printed from an older page.
        handout.path.with_suffix(".pdf").unlink(missing_ok=True)
    body = index.index_body(handouts, timings, pdf)
    (folder / "index.html").write_text(page(index.TITLE, body), "utf-8")


if __name__ == "__main__":
    main()
