"""Prints the pages of a folder: print_pages.py FOLDER CHROMIUM [--further].

FOLDER/*.ipynb name them. What is folded on a page is printed open. A page made from a
notebook without solutions, as the students' edition is, has none to open. Blocks of
*Going further* are printed with --further only.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

MARGIN = {"top": "2cm", "bottom": "2cm", "left": "1.8cm", "right": "1.8cm"}
LINE = (
    '<div style="font: 8pt sans-serif; color: #444c56; width: 100%; padding: 0 1.8cm; '
    'display: flex; justify-content: space-between">{}</div>'
)
# What is folded is opened; print.css leaves out a block of Going further that is not. A link to a
# file would hold this machine's folders.
PREPARE = """further => {
    document.querySelectorAll('details').forEach(part => {
        part.open = further || !part.matches('.further');
    });
    document.querySelectorAll('a[href]').forEach(link => {
        const own = link.getAttribute('href').startsWith('#');
        if (link.protocol === 'file:' && !own) link.removeAttribute('href');
    });
}"""
NUMBER = 'Page <span class="pageNumber"></span> of <span class="totalPages"></span>'


def print_page(browser: Browser, html: Path, pdf: Path, further: bool) -> None:
    """Prints one page on A4, tagged, with bookmarks, its title above and its number below."""
    page = browser.new_page()
    page.goto(html.absolute().as_uri())
    page.evaluate(PREPARE, further)
    page.pdf(
        path=pdf,
        format="A4",
        margin=MARGIN,
        print_background=True,
        tagged=True,
        outline=True,
        display_header_footer=True,
        header_template=LINE.format(f"<span>{escape(page.title())}</span>"),
        footer_template=LINE.format(f"<span></span><span>{NUMBER}</span>"),
    )
    page.close()


def main() -> None:
    """Prints every handout of a folder."""
    folder, chromium = Path(sys.argv[1]), sys.argv[2]
    further = "--further" in sys.argv[3:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        for notebook in sorted(folder.glob("*.ipynb")):
            html, pdf = notebook.with_suffix(".html"), notebook.with_suffix(".pdf")
            print_page(browser, html, pdf, further)
        browser.close()


if __name__ == "__main__":
    main()
