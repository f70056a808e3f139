"""Renders the executed notebooks of a folder as pages that need no network.

render.py FOLDER [--pdf] [--archive NAME] [--texts TEXTS]: FOLDER/*.ipynb become FOLDER/*.html, with
FOLDER/index.html and FOLDER/search.js. With --pdf the index links the printed pages, which
print_pages.py makes afterwards; with --archive it links the archive of that name. TEXTS has the
course's index.md, whose title and first paragraphs begin the index, and other texts, each of which
becomes a page.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import quick  # noqa: F401 (first)

# isort: split
import index
import nbformat
import search
from cells import HERE, CellsExporter, markdown2html, plain, without_links
from index import Handout

LARGEST_PAGE = 2_000_000
COURSE_PDF = "course.pdf"
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
    bottom = f'<nav aria-label="Previous and next handout">{" ".join(long)}</nav>'
    return top(" ".join(short)), bottom


def top(links: str = "") -> str:
    """The head of a page; its script adds the search and the choice of a scheme to the tools."""
    home = f'<a href="index.html">{index.TITLE}</a>'
    return (
        f'<nav aria-label="{index.TITLE}">{home}<span>{links}</span>'
        '<span class="tools"></span></nav>'
    )


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


def course_of(texts: Path | None) -> index.Course:
    """What index.md says before its first table."""
    if texts is None or not (texts / "index.md").is_file():
        return index.Course()
    head = (texts / "index.md").read_text("utf-8").partition("\n|")[0]
    title, _, introduction = head.partition("\n")
    return index.Course(title.lstrip("# "), markdown(introduction)[0])


def markdown(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    """A text as HTML, and its headings."""
    resources: dict[str, Any] = {"headings": [], "metadata": {}}
    context: Any = {"resources": resources}
    return markdown2html(context, text), resources["headings"]


def with_downloads(handout: Handout, archive: str | None) -> str:
    """A handout's cells, with a link to what runs below its title."""
    link = index.link_to_archive(archive) if archive else index.link_to_notebook(handout)
    line = f'<p class="facts downloads">Download: {link}</p>'
    return handout.cells.replace("</h1>\n", f"</h1>\n{line}\n", 1)


def with_uses(link: str, body: str, handouts: list[Handout]) -> str:
    """A text with a line at the end of each part: where the handouts link to the part."""
    parts = re.split(r'(?=<h[1-6] id=")', body)
    for number, part in enumerate(parts):
        opening, uses = search.HEADING.match(part), []
        for handout in handouts if opening else []:
            before, found, _ = handout.cells.partition(f'href="{link}#{opening[1]}"')
            above = search.HEADING.findall(before)
            if found and above:
                place = f"{handout.link}#{above[-1][0]}"
                uses.append(f'<a href="{place}">{escape(handout.title)}</a>')
        if uses:
            parts[number] += f'<p class="facts">In the handouts: {" · ".join(uses)}</p>\n'
    return "".join(parts)


def text_pages(
    folder: Path, texts: Path | None, handouts: list[Handout]
) -> Iterator[tuple[str, str, str]]:
    """Writes a page for each text beside the index; yields titles, links and bodies."""
    for path in sorted(texts.glob("*.md")) if texts else []:
        if path.name == "index.md":
            continue
        body, headings = markdown(path.read_text("utf-8"))
        title = plain(headings[0][2])
        link = f"{path.stem}.html"
        html = page(title, with_uses(link, body, handouts), contents(headings), (top(), ""))
        (folder / link).write_text(html, "utf-8")
        yield title, link, body


def main() -> None:
    """Renders all pages of a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--archive")
    parser.add_argument("--texts", type=Path)
    args = parser.parse_args()
    folder = args.folder
    notes = folder / "timings.json"
    timings = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    handouts = list(read(folder))
    found = []
    for handout, before, after in zip(
        handouts, [None, *handouts], [*handouts[1:], None], strict=False
    ):
        toc, around = contents(handout.headings), neighbours(before, after)
        html = page(handout.title, with_downloads(handout, args.archive), toc, around)
        size = len(html.encode())
        if size > LARGEST_PAGE:
            raise SystemExit(f"{handout.link} has {size} bytes, more than {LARGEST_PAGE}")
        handout.path.with_suffix(".html").write_text(html, "utf-8")
        # One printed from an older page.
        handout.path.with_suffix(".pdf").unlink(missing_ok=True)
        found += search.parts(handout.title, handout.link, handout.cells)
    course = course_of(args.texts)
    links = []
    for title, link, body in text_pages(folder, args.texts, handouts):
        found += search.parts(title, link, body)
        links.append(f'<a href="{link}">{escape(title)}</a>')
    course.links = f'<p class="facts">{" · ".join(links)}</p>' if links else ""
    course.archive, course.pdf = args.archive, COURSE_PDF if args.pdf else None
    body = index.index_body(handouts, timings, args.pdf, course)
    (folder / "index.html").write_text(page(course.title, body, "", (top(), "")), "utf-8")
    (folder / "search.js").write_text(search.script(found), "utf-8")


if __name__ == "__main__":
    main()
