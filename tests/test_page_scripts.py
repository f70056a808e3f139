"""The pages run our script only, and take nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

# Attributes that have a browser load something, or go somewhere by itself.
LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"}
LINKS = {"a", "use", "image"}
PARTS = {"base", "embed", "frame", "iframe", "object"}
STYLE_LOADS = re.compile(r"@import|url\((?!\s*['\"]?(?:data:|#))", re.IGNORECASE)


class Page(HTMLParser):
    """What a page runs and loads."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        if tag == "script":
            self.scripts.append("")
        if tag in PARTS:
            self.faults.append(f"<{tag}>")
        for name, text in attrs:
            self.look(tag, name, (text or "").strip())

    def look(self, tag: str, name: str, value: str) -> None:
        """Notes what is wrong with an attribute."""
        is_link = name == "href" and tag in LINKS
        loads = name in LOADS or (name == "href" and not is_link)
        own = value.lower().startswith(("data:image/", "data:font/", "#")) and tag != "script"
        refresh = name == "http-equiv" and value.lower() == "refresh"
        if name.startswith("on") or refresh or (loads and not own):
            self.faults.append(f'<{tag} {name}="{value[:60]}">')
        if value.lower().startswith(("javascript:", "vbscript:")):
            self.faults.append(value[:60])
        if name == "style" and STYLE_LOADS.search(value):
            self.faults.append(value[:60])

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data
        if self.inside == "style" and (found := STYLE_LOADS.search(data)):
            self.faults.append(data[found.start() :][:60])


def problems(text: str, ours: list[str]) -> Iterator[str]:
    """What a page has that is not ours."""
    page = Page(text)
    yield from page.faults
    yield from (script[:60] for script in page.scripts if script.strip() not in ours)


@pytest.fixture(scope="module")
def ours(root: Path) -> list[str]:
    """The scripts of the template."""
    folder = root / "crates/xtask/python"
    template = Page((folder / "page.html").read_text("utf-8")).scripts
    own = (folder / "page.js").read_text("utf-8")
    return [script.replace("$script", own).strip() for script in template]


def test_pages_have_our_script_only_and_load_nothing(handouts: Path, ours: list[str]) -> None:
    pages = sorted(handouts.glob("*.html"))
    assert len(pages) >= 10 and len(ours) == 2
    found = {page.name: [*problems(page.read_text("utf-8"), ours)] for page in pages}
    assert not any(found.values()), found
    assert all(len(Page(page.read_text("utf-8")).scripts) == 2 for page in pages)


@pytest.mark.parametrize(
    "planted",
    [
        "<script>fetch('x')</script>",
        "<script src='https://example.com/a.js'></script>",
        "<script src='data:text/javascript,0'></script>",
        "<img src='https://example.com/a.png'>",
        "<img src='data:image/png;base64,A' onerror='x()'>",
        "<link rel='stylesheet' href='https://example.com/a.css'>",
        "<iframe srcdoc='x'></iframe>",
        "<a href=' javascript:x()'>x</a>",
        "<svg><image xlink:href='https://example.com/a.svg'/></svg>",
        "<style>p { background: url(https://example.com/a.png) }</style>",
        "<p style='background: URL(//example.com/a.png)'>x</p>",
        "<meta http-equiv='refresh' content='0; url=https://example.com'>",
    ],
)
def test_what_is_planted_is_found(planted: str, ours: list[str]) -> None:
    assert [*problems(f"<p>a</p>{planted}<p>b</p>", ours)]
