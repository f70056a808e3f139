"""JupyterLab shows a handout that it does not trust, folds, runs cells, and survives a panic."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import further
import nbformat
import psutil
import pytest
import small_notebooks
from lab_page import Lab
from lab_server import running_lab
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from outputs import has_chart, outputs_of
from playwright.sync_api import Browser, Locator, Page, expect

HANDOUT = "04-wealth"
PAUSE = 250  # milliseconds for JupyterLab to draw what came into view
SMALLEST_CHART = 100  # pixels
EXTRA_CELLS = ["let kept = 41;", 'panic!("planted in the lab");', "kept + 1"]
SOLUTION = "chunks.into_par_iter()"
CHART_IMAGES = "img[src^='data:image/svg'], .jp-RenderedSVG svg"
# Widths and heights of the charts that are in the page now, by their source.
CHARTS = f"""() => [...document.querySelectorAll(`{CHART_IMAGES}`)].map(chart => {{
    const box = chart.getBoundingClientRect();
    return [chart.src ?? chart.outerHTML, box.width, box.height];
}})"""


@pytest.fixture(scope="module")
def lab(
    xtask: Path,
    root: Path,
    executed: Callable[[str], NotebookNode],
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """JupyterLab on the handout and a small notebook; screenshots go beside their copies."""
    folder = tmp_path_factory.mktemp("lab")
    nbformat.write(untrusted_copy(executed(HANDOUT), root), folder / f"{HANDOUT}.ipynb")
    small_notebooks.write_every_tag(folder)
    log = folder.with_name(f"{folder.name}.log")
    with running_lab(xtask, folder, log) as (address, token):
        lab = Lab(browser, folder, address, token)
        yield lab
        for number, page in enumerate(lab.context.pages):
            page.screenshot(path=folder / f"page-{number}.png")
        lab.context.close()


@pytest.fixture(scope="module")
def lab_page(lab: Lab) -> Page:
    """The handout, opened in JupyterLab."""
    return lab.open(HANDOUT).page


def test_the_menu_s_export_gives_our_page(lab: Lab) -> None:
    link = f"{lab.address}/nbconvert/html/every-tag.ipynb?download=false&token={lab.token}"
    with urllib.request.urlopen(link, timeout=60) as answer:
        html = answer.read().decode()
    assert '<details class="further"' in html and "--measure" in html
    assert not re.search(r'<(?:script|link|img)[^>]* (?:src|href)="(?!data:)', html)


def test_it_listens_on_this_machine_only_and_asks_for_its_token(lab: Lab) -> None:
    for path in ("api/contents", "api/kernels", "api/terminals"):
        for key in ("", "?token=", f"?token={'0' * 48}"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{lab.address}/{path}{key}", timeout=60)
            assert refused.value.code == 403
        with urllib.request.urlopen(f"{lab.address}/{path}?token={lab.token}", timeout=60) as fine:
            assert fine.status == 200
    port = int(lab.address.rpartition(":")[2])
    listening = [c for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    server = next(c.pid for c in listening if c.laddr.port == port)
    ours = {server, *(child.pid for child in psutil.Process(server).children(recursive=True))}
    places = {c.laddr.ip for c in listening if c.pid in ours}
    assert places and places <= {"127.0.0.1", "::1"}, places


def untrusted_copy(notebook: NotebookNode, root: Path) -> NotebookNode:
    """The executed handout with its first code cell cleared, and cells of ours after that.

    Its blocks of *Going further* are open.
    """
    for cell in notebook.cells:
        cell.metadata.pop(further.FOLDED, None)
        if cell.cell_type == "code":
            cell.source = small_notebooks.with_absolute_paths(cell.source, root)
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    first = notebook.cells[code[0]]
    first.outputs, first.execution_count = [], None
    ours = [new_markdown_cell("Cells of the test"), *map(new_code_cell, EXTRA_CELLS)]
    notebook.cells[code[0] + 1 : code[0] + 1] = ours
    return notebook


def scroller(page: Page) -> Locator:
    """The part of the page that scrolls the notebook."""
    return page.locator(".jp-WindowedPanel-outer").first


def scroll_through(page: Page) -> Iterator[None]:
    """Goes from the top to the end; JupyterLab keeps only cells near the window in the page."""
    panel = scroller(page)
    panel.evaluate("panel => panel.scrollTo(0, 0)")
    last = -1
    while (position := panel.evaluate("panel => panel.scrollTop")) > last:
        page.wait_for_timeout(PAUSE)
        yield
        last = position
        panel.evaluate("panel => panel.scrollBy(0, panel.clientHeight / 2)")


def run_cell(page: Page, code: str) -> Locator:
    """Runs the cell, not executed so far, that has this code; returns it when it is done."""
    cell = page.locator(".jp-CodeCell", has_text=code).first
    for _ in scroll_through(page):
        if cell.count():
            break
    cell.scroll_into_view_if_needed()
    prompt = cell.locator(".jp-InputPrompt")
    expect(prompt).to_have_text("[ ]:")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"))
    return cell


def test_first_heading_shows(lab_page: Page) -> None:
    heading = lab_page.locator(".jp-Notebook h1").first
    expect(heading).to_be_visible()
    assert len(heading.inner_text()) > 10


def test_charts_show_without_trust(lab_page: Page, executed: Callable[[str], NotebookNode]) -> None:
    seen: dict[str, tuple[float, float]] = {}
    for _ in scroll_through(lab_page):
        for source, width, height in lab_page.evaluate(CHARTS):
            seen[source] = (width, height)
    cells = executed(HANDOUT).cells
    wanted = [output for output in outputs_of(cells) if has_chart(output)]
    in_text = sum(
        cell.source.count("(data:image/svg+xml;base64,")
        for cell in cells
        if cell.cell_type == "markdown"
    )
    assert len(seen) == len(wanted) + in_text, (
        "of an output that it does not trust JupyterLab takes text/plain before SVG: "
        "give text/html as well, with an <img src='data:image/svg+xml;base64,…'>"
    )
    assert all(min(size) > SMALLEST_CHART for size in seen.values()), seen.values()


def test_solution_is_folded_until_asked_for(lab_page: Page) -> None:
    solution = lab_page.locator(".cm-content", has_text=SOLUTION)
    folded = lab_page.locator(".jp-InputPlaceholder")
    for _ in scroll_through(lab_page):
        if folded.count():
            break
    assert solution.count() == 0, "the solution is open from the start"
    while folded.count():
        folded.first.click()
    expect(solution.first).to_be_visible()


def test_first_cell_runs(lab_page: Page) -> None:
    cell = run_cell(lab_page, ":dep speedup =")
    expect(cell.locator(".jp-OutputArea-output").first).to_contain_text("rustc")


def test_variables_survive_a_panic(lab_page: Page) -> None:
    """After `set_up` a panic ends a run by a program, but not a session with a reader."""
    kept, panics, after = EXTRA_CELLS
    run_cell(lab_page, kept)
    expect(run_cell(lab_page, panics)).to_contain_text("panicked at")
    expect(run_cell(lab_page, after).locator(".jp-OutputArea-output")).to_have_text("42")


def test_a_block_of_going_further_is_folded_runs_with_all_and_opens(lab: Lab) -> None:
    opened = lab.open("every-tag")
    inside = opened.page.locator(".jp-CodeCell", has_text="in the block")
    other = opened.page.locator(".jp-CodeCell", has_text="right: 42")
    expect(other).to_be_visible()
    expect(inside).not_to_be_visible()
    opened.run_all()
    code = [cell for cell in opened.wait_for_all().cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code)
    expect(inside).not_to_be_visible()
    opened.page.get_by_text("5 cells hidden").click()
    expect(inside.locator(".jp-OutputArea-output")).to_have_text("in the block: 42")
    expect(inside).to_be_visible()
    opened.page.close()
