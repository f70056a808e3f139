"""The pages have no fault that axe can find, however they are shown, and work by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_check import thin_out, violations
from pages import offline_page, open_all, resize
from playwright.sync_api import Browser, Page

WIDTHS = [390, 1280]
# The way back to the top is there only where it is needed.
LINKS = "a[href]:not(.up a), summary"
PALE = "color: #999; background: #fff"
PLANTS = {
    "image-alt": '<img src="data:,">',
    "color-contrast": f'<p style="{PALE}">Faint text</p>',
    "color-contrast in code": f'<pre>A <b>dark</b> and a <b style="{PALE}">pale</b> word</pre>',
    "heading-order": "<h2>Part</h2><h5>Deep</h5>",
    "scrollable-region-focusable": '<pre style="overflow: scroll">' + "long " * 500 + "</pre>",
}
# What has the focus: its place among links and summaries, and whether that can be seen.
FOCUSED = """selector => {
    const part = document.activeElement;
    const style = getComputedStyle(part);
    const places = [...document.querySelectorAll(selector)];
    return {
        place: places.indexOf(part),
        tag: part.tagName,
        outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        left: part.getBoundingClientRect().left,
    };
}"""
CUT = """() => [...document.querySelectorAll('pre')]
    .filter(block => block.scrollWidth > block.clientWidth).map(block => block.tabIndex)"""
REACHABLE = """selector => [...document.querySelectorAll(selector)]
    .map((part, place) => part.checkVisibility() ? place : -1).filter(place => place >= 0)"""


def test_axe_finds_no_fault(file: Path, browser: Browser) -> None:
    found = []
    with offline_page(browser, file) as watched:
        thin_out(watched.page)
        for width in WIDTHS:
            resize(watched.page, width)
            # What is shown now is shown with all open, too, and its colours are seen there.
            found += violations(watched.page, colors=False)
        for width in WIDTHS:
            resize(watched.page, width)
            open_all(watched.page)
            watched.page.emulate_media(color_scheme="light")
            found += violations(watched.page)
            # The schemes differ in colours alone.
            watched.page.emulate_media(color_scheme="dark")
            found += violations(watched.page, colors=True)
    assert found == []


@pytest.mark.parametrize("fault", PLANTS)
def test_axe_sees_a_planted_fault(fault: str, handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / "index.html") as watched:
        watched.page.evaluate(
            "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)",
            PLANTS[fault],
        )
        thin_out(watched.page)
        of_colors = fault.startswith("color-contrast")
        found = violations(watched.page)
        assert violations(watched.page, colors=of_colors) == found
    assert [line.partition(":")[0] for line in found] == [fault.partition(" ")[0]]


def tab_through(page: Page, most: int) -> list[dict]:
    """Presses Tab until the focus leaves the page; what had it, in order."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED, LINKS)
        if stop["tag"] == "BODY" or (stops and stop["place"] == 0):
            break
        stops.append(stop)
    return stops


@pytest.mark.parametrize("width", WIDTHS)
def test_tab_reaches_every_link_and_wide_code(file: Path, browser: Browser, width: int) -> None:
    with offline_page(browser, file, width) as watched:
        open_all(watched.page)
        wanted = watched.page.evaluate(REACHABLE, LINKS)
        cut = watched.page.evaluate(CUT)
        stops = tab_through(watched.page, 3 * len(wanted) + 200)
    assert [stop["place"] for stop in stops if stop["place"] >= 0] == wanted
    assert all(stop["outline"] for stop in stops), "the focus cannot be seen"
    assert all(stop["left"] >= 0 for stop in stops), "the focus is outside the page"
    assert set(cut) <= {0}, "code that cannot be scrolled by keyboard"
    assert cut or width > min(WIDTHS) or file.stem == "index", "no wide code is seen"


def test_first_stop_skips_to_the_text(file: Path, browser: Browser) -> None:
    with offline_page(browser, file) as watched:
        watched.page.keyboard.press("Tab")
        watched.page.keyboard.press("Enter")
        watched.page.keyboard.press("Tab")
        inside = watched.page.evaluate(
            "document.querySelector('main').contains(document.activeElement)"
        )
    assert inside
