"""`jupyter nbconvert --to webpdf`: our page, printed by the system's browser or by Playwright's."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from nbconvert.exporters import WebPDFExporter

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def system_browser() -> str | None:
    """The program of a Chromium that is on the path."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def print_text(html: str) -> bytes:
    """Prints a page that is given as text."""
    # Only those who print need Playwright.
    from playwright.sync_api import sync_playwright
    from print_pages import print_page

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        page, pdf = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=system_browser(), args=["--disable-gpu"]
        )
        print_page(browser, page, pdf, further=False)
        browser.close()
        return pdf.read_bytes()


def use_any_browser() -> None:
    """Lets nbconvert's exporter print so. It looks for Playwright's own browser only."""

    def in_a_thread(_: WebPDFExporter, html: str) -> bytes:
        # JupyterLab's thread has a loop of events, in which Playwright refuses to work.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(print_text, html).result()

    WebPDFExporter.run_playwright = in_a_thread
