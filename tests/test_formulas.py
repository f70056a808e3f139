"""Formulas are set as mathematics is, in a browser that has no mathematical font of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cells import mathml
from conftest import launched
from pages import offline_page, open_all
from playwright.sync_api import Browser, Page

# The parts of formulas, and where they belong.
WRONG = """() => {
    const box = part => part.getBoundingClientRect();
    const middle = part => (box(part).top + box(part).bottom) / 2;
    const rules = {
        msub: ([base, low]) => middle(low) - middle(base) > 0.1 * box(base).height,
        msup: ([base, high]) => middle(base) - middle(high) > 0.1 * box(base).height,
        msubsup: ([base, low, high]) => middle(low) > middle(base) && middle(base) > middle(high),
        munder: ([base, low]) => box(low).top >= box(base).bottom - 2,
        munderover: ([base, low, high]) =>
            box(low).top >= box(base).bottom - 2 && box(high).bottom <= box(base).top + 2,
        mfrac: ([above, below]) => box(above).bottom <= box(below).top + 1,
    };
    const wrong = [];
    for (const [name, right] of Object.entries(rules)) {
        for (const part of document.querySelectorAll(name)) {
            if (!part.checkVisibility()) continue;
            if (!right([...part.children])) wrong.push(name + ': ' + part.textContent);
        }
    }
    return wrong;
}"""
FORMULAS = {
    "msub": r"w_{t+1}",
    "msup": r"x^2",
    "msubsup": r"x_0^2",
    "munder": r"\min_{x} f(x)",
    "munderover": r"\sum_{i=1}^n i",
    "mfrac": r"\frac{a}{b}",
}


NONE = "<selectfont><rejectfont><glob>*[Mm]ath*</glob></rejectfont></selectfont>"
# Where the system's font for formulas is DejaVu's, Chromium by itself lowers no index.
FONTS = {"no mathematical font": NONE, "the system's": ""}


@pytest.fixture(scope="module", params=FONTS)
def other_fonts(
    request: pytest.FixtureRequest, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium with the fonts of this machine, or with those that are not for mathematics."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    system = f"<include>/etc/fonts/fonts.conf</include><cachedir>{folder}</cachedir>"
    config.write_text(f"<fontconfig>{system}{FONTS[request.param]}</fontconfig>")
    with launched(chromium, folder, {"FONTCONFIG_FILE": str(config)}) as browser:
        yield browser


def wrong(page: Page) -> list[str]:
    """Parts of formulas that are not where they belong."""
    page.evaluate("document.fonts.ready")
    return page.evaluate(WRONG)


def test_formulas_of_the_pages_are_right(file: Path, other_fonts: Browser) -> None:
    with offline_page(other_fonts, file) as watched:
        open_all(watched.page)
        assert wrong(watched.page) == []


def formula(folder: Path, css: str, name: str) -> Path:
    """A page with one formula and nothing else."""
    file = folder / "formula.html"
    body = mathml(FORMULAS[name], "block")
    file.write_text(f"<!DOCTYPE html><style>{css}</style>{body}", "utf-8")
    return file


@pytest.mark.parametrize("name", FORMULAS)
def test_each_kind_is_right(root: Path, other_fonts: Browser, tmp_path: Path, name: str) -> None:
    style = (root / "crates/xtask/python/math.css").read_text("utf-8")
    with offline_page(other_fonts, formula(tmp_path, style, name)) as watched:
        assert watched.page.locator(name).count() == 1
        assert wrong(watched.page) == []


@pytest.mark.parametrize("name", FORMULAS)
def test_a_part_in_the_wrong_place_is_seen(other_fonts: Browser, tmp_path: Path, name: str) -> None:
    everything_on_one_line = f"{name} {{ display: inline flex }}"
    file = formula(tmp_path, everything_on_one_line, name)
    with offline_page(other_fonts, file) as watched:
        assert len(wrong(watched.page)) == 1
