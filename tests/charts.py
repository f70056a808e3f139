"""What every chart must have: a title, words for who cannot see it, and named axes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from nbformat import NotebookNode

SVG = "{http://www.w3.org/2000/svg}"
SHORTEST_DESCRIPTION = 40


def chart_problems(output: NotebookNode) -> list[str]:
    """What is missing from one output that is a chart."""
    try:
        svg = ElementTree.fromstring(output.data["image/svg+xml"])
    except ElementTree.ParseError as error:
        return [f"the chart is no valid SVG: {error}"]
    found = []
    for name in ("title", "desc"):
        element = svg.find(f"{SVG}{name}")
        if element is None or not (element.text or "").strip():
            found.append(f"the chart has no <{name}>")
    if svg.get("role") != "img":
        found.append('the chart has no role="img"')
    labels = ["".join(element.itertext()).strip() for element in svg.iter(f"{SVG}text")]
    if not any(label[:1].isdigit() for label in labels):
        found.append("no axis of the chart has numbers")
    if sum(any(letter.isalpha() for letter in label) for label in labels) < 2:
        found.append("the axes of the chart have no names")
    image = output.data.get("text/html", "")
    if not re.fullmatch(r'<img alt="[^"]+" src="data:image/svg\+xml;base64,[\w+/=]+">\s*', image):
        found.append("the chart has no <img> in text/html, which JupyterLab shows untrusted")
    if len(output.data.get("text/plain", "").strip()) <= SHORTEST_DESCRIPTION:
        found.append("the chart has no text/plain alternative in words")
    return found
