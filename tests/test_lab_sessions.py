"""A reader's day in JupyterLab: mistakes, interrupts, restarts, copies, and help while writing."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import editions
import nbformat
import pytest
import small_notebooks
import source_lists
from cell_rules import failure_problems
from lab_page import PROMPT_AFTER_RUN, Lab
from lab_server import running_lab
from nbformat import NotebookNode
from outputs import has_chart, outputs_of
from playwright.sync_api import Browser, expect

WHOLE = "01-first-steps"
NAP = "std::thread::sleep(std::time::Duration::from_millis(100)); meter.step();"
METER = 'speedup_notebook::measure::progress_meter::ProgressMeter::new("naps", 3_000)'
LONG_CELL = f"let meter = {METER};\nfor _ in 0..3_000 {{ {NAP} }}"
EMPTY_PROMPT = re.compile(r"^\[ \]:$")
# What ends a run, and what the reader sees of it.
MISTAKES = {
    "compile-error": ('let number: i32 = "text";', "expected `i32`, found `&str`"),
    "panic": ("let last = values[3];", "the len is 3 but the index is 3"),
    "stack": (
        "fn deep(n: u64) -> u64 { 1 + deep(std::hint::black_box(n + 1)) }\ndeep(0)",
        "Run All Above Selected Cell",
    ),
}

# The lowest contrast (WCAG 2) of a letter of an error with what is behind it.
CONTRAST = """output => {
    const channels = color => color.match(/[\\d.]+/g).map(Number);
    const luminance = rgb => {
        const [r, g, b] = rgb.slice(0, 3).map(value => value / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        if (element === null) return [255, 255, 255];
        const [r, g, b, opacity = 1] = channels(getComputedStyle(element).backgroundColor);
        const under = opacity < 1 ? behind(element.parentElement) : [0, 0, 0];
        return [r, g, b].map((value, k) => value * opacity + under[k] * (1 - opacity));
    };
    const letters = [output, ...output.querySelectorAll('*')]
        .filter(element => [...element.childNodes].some(node => node.nodeType === 3));
    return Math.min(...letters.map(element => {
        const color = channels(getComputedStyle(element).color);
        const pair = [color, behind(element)].map(luminance);
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    }));
}"""
WCAG_AA = 4.5


@pytest.fixture(scope="module")
def lab(
    xtask: Path,
    root: Path,
    executed: Callable[[str], NotebookNode],
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lab]:
    """JupyterLab on the spines of the handouts, their index, and small notebooks."""
    folder = tmp_path_factory.mktemp("sessions")
    shutil.copy(root / "notebooks/index.md", folder)
    # What is measured is not the point.
    (folder / "course.toml").write_text(editions.SMALL_COURSE.format(threads=2))
    for name in source_lists.PAGES:
        notebook = editions.edition.spine(executed(name))
        nbformat.write(cleared(notebook, root), folder / f"{name}.ipynb")
    first = f"{small_notebooks.dep_line(root)}\nspeedup_notebook::notebook::set_up();"
    values = "let values = vec![1, 2, 3];"
    for name, (mistake, _) in MISTAKES.items():
        small_notebooks.write(folder / f"{name}.ipynb", [first, values, mistake, "6 * 7"])
    sum_up = "values.iter().sum::<i32>()"
    small_notebooks.write(folder / "long.ipynb", [first, values, LONG_CELL, sum_up])
    log = folder.with_name(f"{folder.name}.log")
    with running_lab(xtask, folder, log) as (address, token):
        lab = Lab(browser, folder, address, token)
        yield lab
        for number, page in enumerate(lab.context.pages):
            page.screenshot(path=folder / f"page-{number}.png")
        lab.context.close()


@pytest.fixture(autouse=True)
def _afterwards(lab: Lab) -> Iterator[None]:
    """Shows the server's log beside a failure, and ends the kernels, which take a gigabyte each."""
    yield
    print(lab.folder.with_name(f"{lab.folder.name}.log").read_text())
    stop_kernels(lab)


def cleared(notebook: NotebookNode, root: Path) -> NotebookNode:
    """The notebook before it was run, for any folder."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = small_notebooks.with_absolute_paths(cell.source, root)
            cell.outputs, cell.execution_count = [], None
    return notebook


def test_it_opens_on_the_index_and_every_link_works(lab: Lab) -> None:
    page = lab.page()
    links = page.locator(".jp-MarkdownViewer table a")
    links.first.wait_for()
    names = [link.inner_text() for link in links.all()]
    assert len(names) == len(source_lists.PAGES)
    for name in names:
        page.get_by_role("link", name=name, exact=True).click()
        panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        expect(panel.locator("h1").first).to_be_visible()
        page.locator(".lm-TabBar-tabLabel", has_text="index.md").click()
    expect(page.locator(".jp-NotebookPanel")).to_have_count(len(names))
    page.close()


def stop_kernels(lab: Lab) -> None:
    """Ends all kernels."""
    headers = {"Authorization": f"token {lab.token}"}
    address = f"{lab.address}/api/sessions"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        url = f"{address}/{session['id']}"
        urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="DELETE"))


def test_a_whole_spine_runs_and_draws(lab: Lab) -> None:
    opened = lab.open(WHOLE)
    opened.run_all()
    notebook = opened.wait_for_all()
    problems = [problem for cell in notebook.cells for problem in problems_of(cell)]
    assert not problems
    assert any(map(has_chart, outputs_of(notebook.cells)))
    opened.page.close()


def problems_of(cell: NotebookNode) -> list[str]:
    return list(failure_problems(cell)) if cell.cell_type == "code" else []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_failure_ends_the_run_and_can_be_mended(lab: Lab, name: str) -> None:
    opened = lab.open(name)
    opened.run_all()
    expect(opened.output(2)).to_contain_text(MISTAKES[name][1])
    expect(opened.prompt(3)).to_have_text(EMPTY_PROMPT)
    shown = opened.output(2).inner_text()
    assert len(shown.splitlines()) < 15, f"a wall of text: {shown}"
    assert "stack backtrace" not in shown
    opened.write(2, "1 + 1")
    opened.run_all()
    expect(opened.result(3)).to_have_text("42")
    opened.page.close()


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_a_compile_error_is_readable_in_every_theme(lab: Lab, theme: str) -> None:
    opened = lab.open("compile-error")
    opened.write(2, MISTAKES["compile-error"][0])
    error = opened.run_cell(2).locator("[data-mime-type='application/vnd.jupyter.stderr']")
    opened.page.get_by_role("menuitem", name="Settings", exact=True).first.click()
    opened.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
    opened.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{theme}$")).click()
    light = str("Light" in theme).lower()
    expect(opened.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    assert error.evaluate(CONTRAST) >= WCAG_AA
    opened.page.screenshot(path=lab.folder / f"{theme}.png")
    opened.page.close()


def test_long_work_tells_how_far_it_is_and_can_be_interrupted(lab: Lab) -> None:
    opened = lab.open("long")
    opened.run_all()
    expect(opened.output(2)).to_contain_text(
        re.compile(r"3 s  \d+ of 3000 naps done, about \d+min \d+s left")
    )
    opened.menu("Kernel", "Interrupt Kernel")
    expect(opened.output(2)).to_contain_text("All variables are gone")
    expect(opened.prompt(2)).to_have_text(PROMPT_AFTER_RUN)
    expect(opened.prompt(3)).to_have_text(EMPTY_PROMPT)
    opened.cell(3).locator(".cm-content").click()
    opened.write(2, "1 + 1")
    opened.cell(3).locator(".cm-content").click()
    opened.menu("Run", "Run All Above Selected Cell")
    expect(opened.result(2)).to_have_text("2")
    opened.run_cell(3)
    expect(opened.result(3)).to_have_text("6")
    opened.page.close()


def test_a_restart_in_the_middle_and_two_copies_at_once(lab: Lab) -> None:
    source = nbformat.read(lab.folder / "long.ipynb", as_version=4)
    for cell in source.cells:
        if "values = " in cell.source:
            source_of_values = cell
        if "naps" in cell.source or cell.source == "1 + 1":
            cell.source = LONG_CELL
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(source, lab.folder / "original.ipynb")
    source_of_values.source = "let values = vec![10, 20, 30];"
    nbformat.write(source, lab.folder / "original-Copy1.ipynb")
    both = [lab.open(name) for name in ("original", "original-Copy1")]
    for opened in both:
        opened.run_all()
    for opened in both:
        expect(opened.output(2)).to_contain_text("naps done")
    for opened in both:
        opened.menu("Kernel", "Restart Kernel…")
        opened.page.locator(".jp-Dialog button", has_text="Restart").last.click()
        expect(opened.prompt(2)).to_have_text(EMPTY_PROMPT)
        expect(opened.prompt(3)).to_have_text(EMPTY_PROMPT)
        opened.write(2, "1 + 1")
        opened.run_all()
    for opened, total in zip(both, ("6", "60"), strict=True):
        expect(opened.result(3)).to_have_text(total)
        opened.page.close()


def test_names_are_completed_and_documented(lab: Lab) -> None:
    opened = lab.open("panic")
    opened.run_cell(0)
    opened.write(3, "speedup::Threads::al")
    opened.page.keyboard.press("Tab")
    opened.page.locator(".jp-Completer-item", has_text="all").wait_for()
    opened.page.keyboard.press("Enter")
    expect(opened.cell(3).locator(".cm-content")).to_have_text("speedup::Threads::all")
    opened.write(3, "speedup_notebook::measure::timing::timed")
    opened.page.keyboard.press("Shift+Tab")
    tooltip = opened.page.locator(".jp-Tooltip")
    expect(tooltip).to_contain_text("Runs a closure once and measures its times.")
    opened.page.close()
