"""The handouts on paper: A4, numbered, complete, and nothing cut in two."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import source_lists
from pages import offline_page
from pdf_parts import Printed
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

A4 = (595, 842)  # points
PRINTED = ":not(.further *)"
NAMES = source_lists.PAGES
FOLDERS = ("file:", "/home/", "/tmp/", str(Path.home()), str(Path(__file__).parents[1]))


pytestmark = pytest.mark.browser  # the files, too, are there only with one


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def printed(name: str, handouts: Path) -> Printed:
    return Printed(handouts / f"{name}.pdf")


@pytest.fixture(scope="module")
def page(name: str, browser: Browser, handouts: Path) -> Iterator[Page]:
    """The page of which the file is a print."""
    with offline_page(browser, handouts / f"{name}.html") as watched:
        yield watched.page


def test_every_sheet_is_a4_with_its_number_and_title(printed: Printed, page: Page) -> None:
    title, sheets = page.title(), printed.sheets
    assert len(sheets) > 3
    for number, (sheet, text) in enumerate(zip(printed.reader.pages, sheets, strict=True), start=1):
        size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
        assert size == pytest.approx(A4, abs=1)
        assert f"Page {number} of {len(sheets)}" in text
        assert title in text


def test_no_chart_and_no_code_is_cut(printed: Printed, page: Page) -> None:
    charts = page.locator(f":is(svg[role=img]:not(.narrow *), main img){PRINTED}").count()
    blocks = page.locator(f".cell.code .highlight{PRINTED}").count()
    assert len(printed.charts) == charts
    assert len(printed.blocks) >= blocks
    assert list(printed.cut()) == []


def test_every_part_is_there(name: str, printed: Printed, page: Page) -> None:
    wanted = page.eval_on_selector_all(
        f"main :is(h1, h2, h3){PRINTED}", "parts => parts.map(part => part.firstChild.textContent)"
    )
    # A solution is code, or text alone.
    shown = f"details.solution :is(pre code, section.text p){PRINTED}"
    solutions = page.locator(shown).all_text_contents()
    text = " ".join(printed.sheets)
    found = printed.headings()
    assert all(any(title.startswith(part) for title in found) for part in wanted)
    assert solutions or name == source_lists.PRIMER
    for solution in solutions:
        start = " ".join(solution.split("\n")[0][:40].split())
        assert start in " ".join(text.split()), "a solution is not printed"
    assert printed.reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_course_is_one_file_with_contents_and_bookmarks(handouts: Path) -> None:
    printed = Printed(handouts / "course.pdf")
    single = [Printed(handouts / f"{name}.pdf") for name in NAMES]
    assert len(printed.numbers) > sum(len(one.numbers) for one in single)
    titles = [title for one in single for title in one.headings()]
    found = printed.headings()
    assert all(found.count(title) >= titles.count(title) for title in titles)
    links = [note.get_object() for note in printed.reader.pages[0]["/Annots"]]
    assert sum("/Dest" in link for link in links) >= 2, "the contents lead nowhere"
    assert list(printed.cut()) == []


def test_no_folder_of_this_machine_is_in_the_files(handouts: Path) -> None:
    known = []
    for name in [*NAMES, "course"]:
        reader = PdfReader(handouts / f"{name}.pdf")
        notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
        known += [str(note.get("/A", {}).get("/URI", "")) for note in notes]
        known += map(str, (reader.metadata or {}).values())
    assert any(link.startswith("https:") for link in known)
    assert not [text for text in known if any(folder in text for folder in FOLDERS)]


def test_a_cut_chart_and_cut_code_are_seen(
    handouts: Path, root: Path, tmp_path: Path, chromium: str
) -> None:
    html = (handouts / f"{NAMES[1]}.html").read_text("utf-8")
    html = html.replace("break-inside: avoid", "break-inside: auto")
    # A browser cuts no chart that fits a sheet.
    html = html.replace('<svg role="img"', '<svg preserveAspectRatio="none" role="img"')
    html = html.replace("</head>", "<style>.chart svg { min-height: 40cm; }</style></head>")
    (tmp_path / "a.html").write_text(html, "utf-8")
    (tmp_path / "a.ipynb").write_text("")
    script = root / "crates/xtask/python/print_pages.py"
    subprocess.run([sys.executable, script, tmp_path, chromium], check=True)
    kinds = {line.split()[0] for line in Printed(tmp_path / "a.pdf").cut()}
    assert kinds == {"/Figure", "/Code"}
