"""A browser's page that has no network, and notes what goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

HEIGHT = 900


@dataclass
class Watched:
    """A page and its faults."""

    page: Page
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def offline_page(
    browser: Browser, file: Path, width: int = 1280, scheme: str = "light"
) -> Iterator[Watched]:
    """Opens a file in a window of the given width and colour scheme, with the network cut."""
    window = {"width": width, "height": HEIGHT}
    context = browser.new_context(offline=True, viewport=window, color_scheme=scheme)
    page = context.new_page()
    watched = Watched(page)

    def route(request: Route) -> None:
        url = request.request.url
        if url.startswith(("file:", "data:")):
            request.continue_()
        else:
            watched.outside.append(url)
            request.abort()

    context.route("**/*", route)
    page.on("requestfailed", lambda request: watched.failed.append(request.url))
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on(
        "console",
        lambda message: watched.errors.append(message.text) if message.type == "error" else None,
    )
    try:
        page.goto(file.as_uri())
        page.wait_for_load_state("load")
        yield watched
    finally:
        context.close()


def open_all(page: Page) -> None:
    """Opens what is folded, and waits until the page has taken note."""
    page.evaluate("""() => {
        document.querySelectorAll('details').forEach(part => part.open = true);
        return new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)));
    }""")


def resize(page: Page, width: int) -> None:
    """Makes the window as wide, and waits until the page has taken note."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
