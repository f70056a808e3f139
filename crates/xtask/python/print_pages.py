"""Prints the pages of a folder: print_pages.py FOLDER CHROMIUM [--further].

FOLDER/*.ipynb name them, and FOLDER/course.pdf has all, behind the index. What is folded on a page
is printed open. A page made from a notebook without solutions, as the students' edition is, has
none to open. Blocks of *Going further* are printed with --further only.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
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


def print_all(chromium: str, folder: Path, names: list[str], further: bool) -> None:
    """Prints pages one after the other."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        for name in names:
            print_page(browser, folder / f"{name}.html", folder / f"{name}.pdf", further)
        browser.close()


def as_part(html: str, name: str, names: set[str]) -> str:
    """The text of a page as a part of the course, its anchors and links with the page's name."""
    body = re.search(r"<main[^>]*>(.*)</main>", html, flags=re.DOTALL)[1]

    def link(found: re.Match[str]) -> str:
        page, anchor = found[1] or name, found[2] or "top"
        return f'href="#{page}--{anchor}"' if page in names else found[0]

    # A chart's own names hold on all pages.
    body = re.sub(r'\bid="(?!chart-)([^"]+)"', rf'id="{name}--\1"', body)
    body = re.sub(r'\bhref="(?:([\w-]+)\.html)?(?:#([^"]*))?"', link, body)
    return f'<article id="{name}--top">{body}</article>'


def course_page(folder: Path, names: list[str]) -> str:
    """All pages as one, behind the index without its charts, which stand in the handouts."""
    first = (folder / "index.html").read_text("utf-8")
    head = first.partition("<body")[0]
    known = {"index", *names}
    parts = [re.sub(r'<ul class="figures">.*?</ul>', "", first, flags=re.DOTALL)]
    parts += [(folder / f"{name}.html").read_text("utf-8") for name in names]
    bodies = [
        as_part(html, name, known) for name, html in zip(["index", *names], parts, strict=True)
    ]
    return f"{head}<body>{''.join(bodies)}</body></html>"


def main() -> None:
    """Prints every handout of a folder, and all of them as one file."""
    folder, chromium = Path(sys.argv[1]), sys.argv[2]
    further = "--further" in sys.argv[3:]
    names = sorted(notebook.stem for notebook in folder.glob("*.ipynb"))
    course = folder / "course.html"
    if (folder / "index.html").is_file():
        texts = {page.stem for page in folder.glob("*.html")} - {"index", *names}
        course.write_text(course_page(folder, [*names, *sorted(texts)]), "utf-8")
    # The course takes as long as all its parts: it has a browser of its own.
    parts = [names, [course.stem] if course.is_file() else []]
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(print_all, chromium, folder, part, further) for part in parts if part]
    course.unlink(missing_ok=True)
    for job in jobs:
        job.result()


if __name__ == "__main__":
    main()
