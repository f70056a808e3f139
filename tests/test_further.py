"""*Going further*: short spines, minutes that agree, and blocks that are folded until asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import editions
import further
import nbformat
import pytest
import small_notebooks
import source_lists
from axe_check import violations
from cell_rules import spine_problems
from pages import offline_page, open_all
from pdf_parts import Printed
from playwright.sync_api import Browser, expect

NAMES = source_lists.HANDOUTS
SCRIPTS = editions.ROOT / "crates/xtask/python"
# What is inside the two blocks, and what is not: their titles are printed in any case.
INSIDE = ["The reason.", "2 + 2", "3 + 3"]
OUTSIDE = ["1 + 1", "Exercise", "A kernel (5 minutes)", "Another (3 minutes)", "Key points"]


@pytest.mark.parametrize("name", NAMES)
def test_spine_has_8_to_15_code_cells(name: str) -> None:
    most = source_lists.most_spine_cells(name)
    assert list(spine_problems(editions.committed(name), most)) == []


@pytest.mark.parametrize("name", NAMES)
def test_head_states_the_minutes_of_the_spine_and_of_all(name: str) -> None:
    spine, whole = editions.stated_minutes(name)
    cells = editions.committed(name).cells
    blocks = [further.minutes(cells[block[0]]) for block in further.blocks(cells)]
    assert whole == spine + sum(blocks)


@pytest.mark.parametrize("name", NAMES)
def test_index_states_the_minutes_of_the_head(name: str, root: Path) -> None:
    """README has the same table, as `test_readme.py` holds."""
    spine, whole = editions.stated_minutes(name)
    index = (root / "notebooks/index.md").read_text("utf-8")
    assert f"({name}.ipynb) | {spine} | {whole} |" in index


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small notebook that has two blocks."""
    notebook = small_notebooks.write_every_tag(tmp_path_factory.mktemp("further"))
    subprocess.run([sys.executable, SCRIPTS / "render.py", notebook.parent], check=True)
    return notebook.with_suffix(".html")


def test_blocks_and_what_is_in_them_open_by_clicks(page: Path, browser: Browser) -> None:
    with offline_page(browser, page) as watched:
        first, second = watched.page.locator("details.further").all()
        solution = first.locator("details.solution")
        assert "Going further: A kernel (5 minutes)" in first.locator("summary").first.inner_text()
        for summary, content in [
            (first.locator("summary").first, first.get_by_text("in the block")),
            (solution.locator("summary"), solution.get_by_text("2 + 2")),
            (second.locator("summary"), second.get_by_text("3 + 3")),
        ]:
            expect(content).not_to_be_visible()
            summary.click()
            expect(content).to_be_visible()
        expect(watched.page.locator("details.solution")).to_have_count(2)
        outside = watched.page.locator("details.solution").last
        assert outside.locator("xpath=ancestor::details").count() == 0
        assert watched.errors == []


@pytest.mark.parametrize("anchor", ["kernel", "why", "words", "cell-6", "cell-9"])
@pytest.mark.parametrize("way", ["link", "address"])
def test_a_link_opens_what_is_folded_around_its_target(
    anchor: str, way: str, page: Path, browser: Browser
) -> None:
    with offline_page(browser, page) as watched:
        target = watched.page.locator(f"[id='{anchor}']")
        if way == "address":
            watched.page.goto("about:blank")
            watched.page.goto(f"{page.as_uri()}#{anchor}")
        else:
            link = watched.page.locator("main a:not(.anchor, [download])").first
            link.evaluate("(link, name) => { link.hash = name }", anchor)
            link.click()
        block = watched.page.locator("details.further").first
        expect(block).to_have_attribute("open", "")
        expect(target).to_be_in_viewport()
        assert watched.page.locator("details.further[open]").count() == 1


def test_axe_finds_no_fault(page: Path, browser: Browser) -> None:
    with offline_page(browser, page) as watched:
        folded = violations(watched.page)
        open_all(watched.page)
        assert folded + violations(watched.page) == []


@pytest.mark.parametrize("option", [[], ["--further"]], ids=["spine", "further"])
def test_blocks_are_printed_only_when_asked_for(
    option: list[str], page: Path, chromium: str, tmp_path: Path
) -> None:
    for file in (page, page.with_suffix(".ipynb")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    script = SCRIPTS / "print_pages.py"
    subprocess.run([sys.executable, script, tmp_path, chromium, *option], check=True)
    printed = Printed((tmp_path / page.name).with_suffix(".pdf"))
    text = " ".join(printed.sheets)
    assert [words for words in OUTSIDE if words not in text] == []
    assert [words for words in INSIDE if words in text] == (INSIDE if option else [])
    assert text.count("(folded on the page, not printed)") == (0 if option else 2)
    links = [note.get_object() for part in printed.reader.pages for note in part.get("/Annots", [])]
    assert not [link for link in links if "/URI" in link.get("/A", {})], "a file of this machine"


def test_a_block_that_the_reader_opened_is_printed_by_the_browser(
    page: Path, browser: Browser
) -> None:
    with offline_page(browser, page) as watched:
        watched.page.emulate_media(media="print")
        first, second = watched.page.locator("details.further").all()
        first.evaluate("block => { block.open = true }")
        expect(first.get_by_text("in the block")).to_be_visible()
        expect(second.get_by_text("3 + 3")).not_to_be_visible()
        for part in watched.page.locator("details:visible").all():
            note = part.locator("> summary").evaluate(
                "title => getComputedStyle(title, '::after').content"
            )
            assert ("not printed" in note) == (part.get_attribute("open") is None)


def test_the_title_of_a_block_is_one_level_below_the_one_above_it(page: Path) -> None:
    """A page's headings leave no level out; JupyterLab needs one level for all blocks."""
    text = page.read_text("utf-8")
    assert '<h3 id="kernel">' in text and '<h4 id="why">' in text and '<h3 id="exercise">' in text


def test_the_small_notebook_has_the_form_that_handouts_have() -> None:
    notebook = small_notebooks.every_tag()
    nbformat.validate(notebook)
    places = [list(block) for block in further.blocks(notebook.cells)]
    assert places == [[4, 5, 6, 7, 8, 9], [10, 11]]
