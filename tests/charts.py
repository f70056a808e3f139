"""What every chart must have: a title, words for who cannot see it, and named axes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from nbformat import NotebookNode

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("title", "desc")
GROUND = {"x": "0", "y": "0", "opacity": "1", "fill": "#FFFFFF", "stroke": "none"}
SHORTEST_DESCRIPTION = 40


def chart_problems(output: NotebookNode) -> list[str]:
    """What is missing from one output that is a chart."""
    try:
        svg = ElementTree.fromstring(output.data["image/svg+xml"])
    except ElementTree.ParseError as error:
        return [f"the chart is no valid SVG: {error}"]
    found = []
    for name in NAMES:
        element = svg.find(f"{SVG}{name}")
        if element is None or not (element.text or "").strip():
            found.append(f"the chart has no <{name}>")
    if svg.get("role") != "img":
        found.append('the chart has no role="img"')
    labels = [element.get("id") for name in NAMES for element in svg.findall(f"{SVG}{name}")]
    if ids_of(svg) != labels:
        found.append("the chart is not labelled by its title and description")
    # Charts are black on white, on a page that may be dark.
    ground = svg.find(f"{SVG}rect")
    size = {name: svg.get(name) for name in ("width", "height")}
    if ground is None or ground.attrib != GROUND | size:
        found.append("the chart has no white ground")
    texts = ["".join(element.itertext()).strip() for element in svg.iter(f"{SVG}text")]
    if not any(text[:1].isdigit() for text in texts):
        found.append("no axis of the chart has numbers")
    if sum(any(letter.isalpha() for letter in text) for text in texts) < 2:
        found.append("the axes of the chart have no names")
    image = output.data.get("text/html", "")
    if not re.fullmatch(r'<img alt="[^"]+" src="data:image/svg\+xml;base64,[\w+/=]+">\s*', image):
        found.append("the chart has no <img> in text/html, which JupyterLab shows untrusted")
    if len(output.data.get("text/plain", "").strip()) <= SHORTEST_DESCRIPTION:
        found.append("the chart has no text/plain alternative in words")
    return found


NUMBER = r"\d+(?:\.\d+)?"
# The last bar of a group is followed by a full stop.
BAR = re.compile(rf" {NUMBER}(?: \({NUMBER} to {NUMBER}\))?(, |\. |\.$)")


def point_counts(words: str) -> set[int]:
    """How many points, bars, bins, tasks or readings a chart has, by its description.

    For several lines or groups of bars the number of each; for bars also of all together.
    """
    kind, _, rest = words.partition(" chart: ")
    if kind == "Bar":
        # The name of the axis ends before the first group begins.
        bars = rest.partition(". Vertical axis: ")[2].partition(". ")[2]
        ends = [match[1] for match in BAR.finditer(bars)]
        groups = "".join("." if "." in end else "," for end in ends).split(".")
        counts = [len(group) + 1 for group in groups[:-1]]
        return {*counts, sum(counts)}
    if kind == "Speed-up":
        return {len(re.findall(r"\d threads? \d", re.split(" CPUs?: ", rest)[-1]))}
    of = r" (\d+) (?:points from|tasks ends|readings\.)| in (\d+) bins from"
    return {int(a or b) for a, b in re.findall(of, words)}


def ids_of(svg: ElementTree.Element) -> list[str]:
    """The names of the parts that label a chart."""
    return svg.get("aria-labelledby", "").split()


def chart_ids(output: NotebookNode) -> list[str]:
    """The same of an output, if it is a chart."""
    if "image/svg+xml" not in output.get("data", {}):
        return []
    try:
        return ids_of(ElementTree.fromstring(output.data["image/svg+xml"]))
    except ElementTree.ParseError:
        return []
