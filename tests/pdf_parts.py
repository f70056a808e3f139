"""The parts of a printed page, and the sheets that each is on, from the PDF's structure tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

TEXT_PARTS = {"/P", "/LI", "/TD", "/TH", "/H1", "/H2", "/H3", "/H4", "/Em", "/Strong", "/Link"}


@dataclass
class Part:
    """An element of the structure tree."""

    kind: str
    parent: str
    words: str
    sheets: set[int] = field(default_factory=set)


class Printed:
    """A PDF file with its charts and code cells."""

    def __init__(self, file: Path) -> None:
        self.reader = PdfReader(file)
        self.numbers = {
            page.indirect_reference.idnum: number
            for number, page in enumerate(self.reader.pages, start=1)
        }
        self.parts: list[Part] = []
        self._walk(self.reader.trailer["/Root"]["/StructTreeRoot"]["/K"], [], None)

    @property
    def charts(self) -> list[Part]:
        return [part for part in self.parts if part.kind == "/Figure" and part.words]

    @property
    def blocks(self) -> list[Part]:
        """The blocks of code: code that is not inside a text."""
        return [
            part for part in self.parts if part.kind == "/Code" and part.parent not in TEXT_PARTS
        ]

    def cut(self) -> Iterator[str]:
        """The charts and blocks of code that are on more than one sheet."""
        for part in [*self.charts, *self.blocks]:
            if len(part.sheets) != 1:
                yield f"{part.kind} {part.words[:60]} is on the sheets {sorted(part.sheets)}"

    @cached_property
    def sheets(self) -> list[str]:
        """The words of each sheet, without line ends."""
        return [" ".join(page.extract_text().split()) for page in self.reader.pages]

    def headings(self) -> list[str]:
        """The bookmarks, in order."""

        def titles(entries: list[Any]) -> Iterator[str]:
            for entry in entries:
                if isinstance(entry, list):
                    yield from titles(entry)
                else:
                    yield entry.title

        return list(titles(self.reader.outline))

    def _walk(self, node: Any, above: list[Part], page: Any) -> None:
        """Notes each element, and the sheet of each piece of content in all that hold it."""
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                self._walk(child, above, page)
        elif isinstance(node, DictionaryObject):
            page = node.raw_get("/Pg") if "/Pg" in node else page
            if node.get("/Type") == "/StructElem":
                kind = above[-1].kind if above else ""
                part = Part(node["/S"], kind, str(node.get("/Alt", "")))
                self.parts.append(part)
                above = [*above, part]
            if "/K" in node:
                self._walk(node["/K"], above, page)
            elif "/MCID" in node:
                self._note(above, page)
        else:
            self._note(above, page)

    def _note(self, above: list[Part], page: Any) -> None:
        for part in above:
            part.sheets.add(self.numbers[page.idnum])
