"""Renders the executed notebooks of a folder as pages that need no network.

render.py FOLDER: FOLDER/*.ipynb become FOLDER/*.html, with FOLDER/index.html.
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

HERE = Path(__file__).parent
LARGEST_PAGE = 2_000_000
INDEX_TITLE = "Handouts"
INDEX_TEXT = "One course: take the handouts in this order. Each stands on those before it."


class Renderer(IPythonRenderer):
    """Markdown with MathML, anchored headings and links between the pages."""

    def __init__(self, headings: list[tuple[int, str, str]], **options: Any) -> None:
        super().__init__(escape=False, **options)
        self.headings = headings

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        # An anchor that the heading brings along for JupyterLab becomes its name here.
        own = re.search(r'<a id="([^"]+)"></a>', text)
        text = text.replace(own[0], "").strip() if own else text
        base = own[1] if own else re.sub(r"[^\w]+", "-", plain(text).lower()).strip("-") or "part"
        taken = {known for _, known, _ in self.headings}
        name, count = base, 2
        while name in taken:
            name, count = f"{base}-{count}", count + 1
        self.headings.append((level, name, text))
        label = escape(f"Link to this part: {plain(text)}")
        anchor = f'<a class="anchor" href="#{name}" aria-label="{label}">#</a>'
        return f'<h{level} id="{name}">{text}{anchor}</h{level}>\n'

    def table(self, text: str) -> str:
        return f'<div class="scroll" tabindex="0"><table>\n{text}</table></div>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if "://" not in url:
            url = re.sub(r"\.ipynb(?=#|$)", ".html", url)
        return super().link(text, url, title)

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return f'<div class="formula">{mathml(body, "block")}</div>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


class PageExporter(HTMLExporter):
    """The cells of a notebook; the page around them comes from page.html."""

    def __init__(self, path: Path) -> None:
        super().__init__(raw_template=(HERE / "cells.html.j2").read_text("utf-8"))
        self.headings: list[tuple[int, str, str]] = []
        self.path = str(path)
        self.register_filter("inline_svg", inline_svg)

    @property
    def default_config(self) -> Config:
        """SVG first: as part of the page a chart can be read aloud and searched."""
        config = super().default_config
        priority = config.NbConvertBase.display_data_priority
        config.NbConvertBase.display_data_priority = ["image/svg+xml", *priority]
        return config

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        renderer = Renderer(
            self.headings,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=self.path,
        )
        return MarkdownWithMath(renderer=renderer).render(source)

    def cells(self, notebook: NotebookNode) -> str:
        """The cells as HTML; the headings found are in `headings`."""
        resources = self._init_resources({})
        highlight = Highlight2HTML(pygments_lexer="rust", parent=self)
        self.register_filter("highlight_code", highlight)
        # HTMLExporter's own method would send the charts through an HTML parser.
        html, _ = TemplateExporter.from_notebook_node(self, notebook, resources)
        return str(html)


def mathml(formula: str, display: str) -> str:
    """A LaTeX formula as MathML; one that is not understood is an error."""
    try:
        html = convert(formula.strip(), display=display)
    except Exception as error:
        raise SystemExit(f"the formula {formula!r} cannot be shown: {error!r}") from error
    unknown = re.search(r"<m[io]>\\[A-Za-z]+</m[io]>", html)
    if unknown:
        raise SystemExit(f"the formula {formula!r} has an unknown command: {unknown[0]}")
    return str(html)


def inline_svg(svg: str) -> str:
    """A chart for use inside a page: no XML header, and a size that can shrink."""
    svg = re.sub(r"^\s*(<\?xml.*?\?>|<!DOCTYPE.*?>|\s)*", "", svg, flags=re.DOTALL)
    opening = re.match(r"<svg\b[^>]*>", svg)
    if opening and "viewBox" not in opening[0]:
        size = [
            re.search(rf'\b{name}="([\d.]+)(?:px)?"', opening[0]) for name in ("width", "height")
        ]
        if size[0] and size[1]:
            box = f'<svg viewBox="0 0 {size[0][1]} {size[1][1]}"'
            svg = svg.replace("<svg", box, 1)
    return svg


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html)).strip()


def mark_solutions(notebook: NotebookNode) -> None:
    """Notes for the template where runs of cells tagged `solution` start and end."""
    cells = notebook.cells
    tagged = ["solution" in cell.metadata.get("tags", []) for cell in cells]
    for index, cell in enumerate(cells):
        cell.metadata["handout_number"] = index + 1
        if tagged[index] and (index == 0 or not tagged[index - 1]):
            cell.metadata["handout_solution"] = "starts"
        if tagged[index] and (index + 1 == len(cells) or not tagged[index + 1]):
            cell.metadata["handout_solution_ends"] = True


def contents(headings: list[tuple[int, str, str]]) -> str:
    """The table of contents: the second level, and the third within it."""
    parts: list[tuple[str, list[str]]] = []
    for level, name, text in headings:
        entry = f'<a href="#{name}">{without_links(text)}</a>'
        if level == 2:
            parts.append((entry, []))
        elif level == 3 and parts:
            parts[-1][1].append(f"<li>{entry}</li>")
    if len(parts) < 2:
        return ""
    items = []
    for entry, inner in parts:
        below = f"<ol>{''.join(inner)}</ol>" if inner else ""
        items.append(f"<li>{entry}{below}</li>")
    return (
        '<nav class="toc" aria-labelledby="contents"><h2 id="contents">Contents</h2>'
        f"<ol>{''.join(items)}</ol></nav>"
    )


def without_links(html: str) -> str:
    """A heading's HTML for use inside a link."""
    return re.sub(r"</?a\b[^>]*>", "", html)


def page(title: str, header: str, body: str) -> str:
    """A whole page."""
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    colours = re.sub(r"^\.highlight \{[^}]*\}", "", colours, flags=re.MULTILINE)
    css = (HERE / "handout.css").read_text("utf-8") + colours
    template = Template((HERE / "page.html").read_text("utf-8"))
    return template.substitute(title=escape(title), css=css, header=header, body=body)


def summary(cells_html: str) -> str:
    """What the index says of a handout: its first paragraph, objectives and minutes."""
    parts = []
    for pattern in (
        r"<p>.*?</p>",
        r"<p><strong>Objectives.*?</ul>",
        r"<p><strong>Minutes.*?</p>",
    ):
        found = re.search(pattern, cells_html, flags=re.DOTALL)
        parts += [without_links(found[0])] if found else []
    return "\n".join(parts)


def render(path: Path) -> tuple[str, str]:
    """Writes one page; returns its title and what the index says of it."""
    notebook = nbformat.read(path, as_version=4)
    mark_solutions(notebook)
    exporter = PageExporter(path.parent)
    cells = exporter.cells(notebook)
    title = plain(exporter.headings[0][2]) if exporter.headings else path.stem
    toc = contents(exporter.headings)
    body = cells.replace("</h1>", f"</h1>\n{toc}", 1) if "</h1>" in cells else toc + cells
    header = f'<header class="page"><a href="index.html">← {INDEX_TITLE}</a></header>'
    html = page(title, header, body)
    size = len(html.encode())
    if size > LARGEST_PAGE:
        raise SystemExit(f"{path.stem}.html has {size} bytes, more than {LARGEST_PAGE}")
    path.with_suffix(".html").write_text(html, "utf-8")
    return title, summary(cells)


def index_entry(path: Path, title: str, text: str, timings: dict[str, Any]) -> str:
    """One handout on the index page."""
    name = quote(path.stem)
    number = re.match(r"0*(\d+)-", path.stem)
    heading = f"{number[1]}. {title}" if number else title
    total = timings.get(path.stem, {}).get("total")
    facts = f"run in {total:.0f} s · " if total is not None else ""
    return (
        f'<li><h2><a href="{name}.html">{escape(heading)}</a></h2>\n{text}\n'
        f'<p class="facts">{facts}<a href="{name}.ipynb">notebook</a></p></li>'
    )


def main() -> None:
    """Renders all pages of a folder."""
    folder = Path(sys.argv[1])
    notes = folder / "timings.json"
    timings = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    entries = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            title, text = render(path)
        except SystemExit as error:
            raise SystemExit(f"{path.name}: {error}") from error
        entries.append(index_entry(path, title, text, timings))
    listing = "\n".join(entries)
    body = f'<h1>{INDEX_TITLE}</h1>\n<p>{INDEX_TEXT}</p>\n<ol class="handouts">\n{listing}\n</ol>'
    (folder / "index.html").write_text(page(INDEX_TITLE, "", body), "utf-8")


if __name__ == "__main__":
    main()
