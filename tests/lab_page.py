"""Notebooks in JupyterLab, handled as a reader does it: by menus, keys and what the page shows."""

from __future__ import annotations

import re
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from outputs import outputs_of, tags
from playwright.sync_api import Browser, Locator, Page, expect

LONGEST_WAIT = 300_000  # milliseconds; a bound for a page that hangs
PROMPT_AFTER_RUN = re.compile(r"^\[\d+\]:$")


class Lab:
    """A running JupyterLab and a browser."""

    def __init__(self, browser: Browser, folder: Path, address: str, token: str) -> None:
        self.folder, self.address, self.token = folder, address, token
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})
        self.context.set_default_timeout(LONGEST_WAIT)
        expect.set_options(timeout=LONGEST_WAIT)

    def page(self, path: str = "/") -> Page:
        """A browser window on a path of the server."""
        page = self.context.new_page()
        page.goto(f"{self.address}{path}?token={self.token}")
        return page

    def open(self, name: str) -> Opened:
        """A notebook of the folder in a window and a workspace of its own."""
        page = self.page(f"/lab/workspaces/{name}/tree/{name}.ipynb")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        # Before, JupyterLab would ask which kernel to take.
        page.locator(".jp-StatusBar-TextItem", has_text="Rust | Idle").wait_for()
        return Opened(page, self.folder / f"{name}.ipynb")


class Opened:
    """An open notebook."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.path = page, path

    def menu(self, menu: str, item: str) -> None:
        """Chooses an item of the menu bar; `item` is how its text begins."""
        self.page.get_by_role("menuitem", name=menu, exact=True).first.click()
        label = re.compile(f"^{re.escape(item)}")
        self.page.locator(".lm-Menu-itemLabel", has_text=label).first.click()

    def cell(self, number: int) -> Locator:
        """A code cell, counted from 0; for notebooks short enough to be drawn as a whole."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def prompt(self, number: int) -> Locator:
        """The brackets beside a code cell."""
        return self.cell(number).locator(".jp-InputPrompt")

    def output(self, number: int) -> Locator:
        """All that a code cell shows, with the brackets beside it."""
        return self.cell(number).locator(".jp-OutputArea").first

    def result(self, number: int) -> Locator:
        """The last thing that a code cell shows."""
        return self.cell(number).locator(".jp-OutputArea-output").last

    def run_all(self) -> None:
        self.menu("Run", "Run All Cells")

    def run_cell(self, number: int) -> Locator:
        """Runs one cell and waits for its end."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(self.prompt(number)).to_have_text(PROMPT_AFTER_RUN)
        return self.output(number)

    def write(self, number: int, source: str) -> None:
        """Puts another text into a cell."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def saved(self) -> NotebookNode:
        """The notebook as JupyterLab writes it to its file now."""
        before = self.path.stat().st_mtime_ns
        self.menu("File", "Save Notebook")
        deadline = time.monotonic() + LONGEST_WAIT / 1000
        while self.path.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline, "JupyterLab does not save"
            self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(500)
        return nbformat.read(self.path, as_version=4)

    def wait_for_all(self) -> NotebookNode:
        """The notebook when all its code cells have run."""
        deadline = time.monotonic() + LONGEST_WAIT / 1000
        while True:
            notebook = self.saved()
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            if all(cell.execution_count for cell in code):
                return notebook
            unmeant = [cell for cell in code if "raises-exception" not in tags(cell)]
            errors = [o for o in outputs_of(unmeant) if o.output_type == "error"]
            assert not errors, errors
            assert time.monotonic() < deadline, "cells that do not run"
            self.page.wait_for_timeout(2_000)
