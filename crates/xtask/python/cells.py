"""The cells of a notebook as HTML: what the pages and plain nbconvert have in common."""

from __future__ import annotations

import base64
import re
from colorsys import rgb_to_hls
from html import escape, unescape
from itertools import takewhile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import expect
import further
from further import tags
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from readers import without_marks
from traitlets.config import Config

HERE = Path(__file__).parent
# SVG first: as part of the page a chart can be read aloud and searched.
FIRST_SHOWN = "image/svg+xml"
SVG_DATA = "data:image/svg+xml;base64,"
# A chart's drawing for narrow windows.
NARROW = "application/vnd.speedup.narrow+svg"
FUNCTION = re.compile(r"(?m)^fn (\w+)")
SCRIPTS = {"msub", "msup", "msubsup"}
WITH_LIMITS = {"min", "max", "sup", "inf", "lim"}
MATHML = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", MATHML)
COLOURS = ["red", "yellow", "green", "cyan", "blue", "magenta"]  # by hue


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
        shown = depth([known for known, *_ in self.headings], level)
        self.headings.append((level, name, text))
        label = escape(f"Link to this part: {plain(text)}")
        anchor = f'<a class="anchor" href="#{name}" aria-label="{label}">#</a>'
        return f'<h{shown} id="{name}">{text}{anchor}</h{shown}>\n'

    def table(self, text: str) -> str:
        return f'<div class="scroll"><table>\n{text}</table></div>\n'

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        # The corner above the rows' names is empty, and heads nothing.
        tag = "th" if head and text.strip() else "td"
        style = f' style="text-align: {align}"' if align else ""
        return f"<{tag}{style}>{text}</{tag}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if "://" not in url:
            url = re.sub(r"\.(?:ipynb|md)(?=#|$)", ".html", url)
        return super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        # A chart in a text: as part of the page it suits both schemes.
        if url.startswith(SVG_DATA):
            svg = base64.b64decode(url.removeprefix(SVG_DATA)).decode("utf-8")
            return f'</p><figure class="chart picture">{inline_svg(svg)}</figure><p>'
        return str(super().image(text, url, title))

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return f'<div class="formula">{mathml(body, "block")}</div>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


def depth(before: list[int], level: int) -> int:
    """A heading's level on the page, where none is left out, below the levels before it."""
    above = 0
    for known in reversed(before):
        if known < level:
            above, level = above + 1, known
    return level + above


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown as HTML; the headings found are added to the resources."""
    resources = context["resources"]
    renderer = Renderer(
        resources.setdefault("headings", []),
        attachments=context.get("cell", {}).get("attachments", {}),
        embed_images=True,
        path=resources["metadata"].get("path", ""),
    )
    return MarkdownWithMath(renderer=renderer).render(source)


def mathml(formula: str, display: str) -> str:
    """A LaTeX formula as MathML; one that is not understood is an error."""
    try:
        html = convert(formula.strip(), display=display)
    except Exception as error:
        raise SystemExit(f"the formula {formula!r} cannot be shown: {error!r}") from error
    unknown = re.search(r"<m[io]>\\[A-Za-z]+</m[io]>", html)
    if unknown:
        raise SystemExit(f"the formula {formula!r} has an unknown command: {unknown[0]}")
    return as_tex_sets_it(html, display)


def as_tex_sets_it(html: str, display: str) -> str:
    """MathML with the spaces and limits of TeX, which the converter leaves to the browser."""
    root = ElementTree.fromstring(html)
    for element in root.iter():
        name, parts = local_name(element), [*element]
        if name in SCRIPTS and display == "block" and parts[0].text in WITH_LIMITS:
            element.tag = element.tag.replace("msub", "munder")
        tight = [mo for part in parts[1:] for mo in part.iter()] if name in SCRIPTS else [element]
        for mo in tight:
            if local_name(mo) == "mo" and (name in SCRIPTS or mo.text == "/"):
                mo.attrib |= {"lspace": "0", "rspace": "0"}
    return ElementTree.tostring(root, encoding="unicode")


def local_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


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


@pass_context
def figure(context: Any, data: dict[str, str]) -> str:
    """A chart with its number on the page, its title as a caption, and a link to itself.

    A chart with a drawing for narrow windows has both, and the style sheet shows one.
    """
    resources = context["resources"]
    number = resources["figures"] = resources.get("figures", 0) + 1
    svg = inline_svg(data[FIRST_SHOWN])
    title = re.search(r"<title[^>]*>(.*?)</title>", svg, flags=re.DOTALL)
    caption = f'<a href="#figure-{number}">Figure {number}</a>. {title[1] if title else "Chart"}'
    if NARROW in data:
        narrow = f'<div class="narrow">{inline_svg(data[NARROW])}</div>'
        svg = f'<div class="wide">{svg}</div>{narrow}'
    return (
        f'<figure class="chart" id="figure-{number}">{svg}'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def terminal_text(text: str) -> str:
    """Text with a terminal's colours, each as the nearest that both schemes can show."""

    def nearest(rgb: re.Match[str]) -> str:
        hue, _, saturation = rgb_to_hls(*(int(part) / 255 for part in rgb.groups()))
        name = "white" if saturation < 0.2 else COLOURS[round(6 * hue) % 6]
        return f'class="ansi-{name}-fg"'

    html = re.sub(r'style="color: rgb\((\d+),(\d+),(\d+)\)"', nearest, ansi2html(text))
    # A compiler's message colours each letter by itself.
    twice = re.compile(r'(<span class="([^"]*)">[^<]*)</span><span class="\2">')
    while twice.search(html):
        html = twice.sub(r"\1", html)
    return html


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html)).strip())


def without_anchor(html: str) -> str:
    """A heading's HTML without the link to itself, which has no place inside a summary."""
    return re.sub(r'<a class="anchor".*?</a>', "", html)


def without_links(html: str) -> str:
    """A heading's HTML for use inside a link."""
    return re.sub(r"</?a\b[^>]*>", "", html)


def folds(cells: list[NotebookNode], index: int) -> tuple[str, str]:
    """What stands before and after a cell: a block and a run of solutions are folded as one."""

    def is_solution(place: int) -> bool:
        here = cells[place] if 0 <= place < len(cells) else None
        # A block's heading stays to be seen.
        return bool(here) and "solution" in tags(here) and not further.is_heading(here)

    def opening(kind: str, folded: bool) -> str:
        return f'<details class="{kind}"{"" if folded else " open"}>'

    cell, before, after = cells[index], "", ""
    begins, ends = further.begins_at(cells, index), further.ends_at(cells, index)
    # Where a block begins or ends, so does a run of solutions.
    edge = begins or (index > 0 and further.ends_at(cells, index - 1))
    if begins:
        before = opening("further", further.FOLDED in cell.metadata)
    if is_solution(index) and (edge or not is_solution(index - 1)):
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        before += opening("solution", folded) + f"<summary>{solution_label(cells, index)}</summary>"
    if is_solution(index) and (ends or not is_solution(index + 1)):
        after = "</details>"
    return before, after + ("</details>" if ends else "")


def solution_label(cells: list[NotebookNode], start: int) -> str:
    """A name for folded solutions: the function that they hold, or what their text begins with."""
    run = list(takewhile(lambda cell: "solution" in tags(cell), cells[start:]))
    for cell in run:
        if "exercise" in tags(cell) and (found := FUNCTION.search(cell.source)):
            return f"Solution: <code>{escape(found[1])}</code>"
    found = re.match(r"\*\*(.+?)\.?\*\*", run[0].source)
    return f"Solution: {escape(found[1])}" if found else "Solution"


def code_label(cell: NotebookNode) -> str:
    """The name of a cell whose code is folded."""
    found = FUNCTION.search(cell.source)
    return f"Code: <code>{escape(found[1])}</code>" if found else "Code"


FILTERS = {
    "ansi2html": terminal_text,
    "figure": figure,
    "folds": folds,
    "is_block_heading": further.is_heading,
    "markdown2html": markdown2html,
    "code_label": code_label,
    "with_notes": expect.with_notes,
    "without_marks": without_marks,
    "without_anchor": without_anchor,
}


class CellsExporter(HTMLExporter):
    """The cells of a notebook; the page around them comes from page.html."""

    def __init__(self) -> None:
        super().__init__(raw_template=(HERE / "cells.html.j2").read_text("utf-8"), filters=FILTERS)

    @property
    def default_config(self) -> Config:
        config = super().default_config
        priority = config.NbConvertBase.display_data_priority
        config.NbConvertBase.display_data_priority = [FIRST_SHOWN, *priority]
        return config

    def cells(self, notebook: NotebookNode, folder: Path) -> tuple[str, list[tuple[int, str, str]]]:
        """The cells as HTML and the headings in them: level, anchor, HTML."""
        resources = self._init_resources({"metadata": {"path": str(folder)}})
        resources["headings"] = headings = []
        highlight = Highlight2HTML(
            pygments_lexer="rust", extra_formatter_options={"wrapcode": True}, parent=self
        )
        self.register_filter("highlight_code", highlight)
        # HTMLExporter's own method would send the charts through an HTML parser.
        html, after = TemplateExporter.from_notebook_node(self, notebook, resources)
        return str(html), after.get("headings", headings)
