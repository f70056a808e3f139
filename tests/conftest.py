"""What the tests share: the checkout, the handouts made for them, xtask and a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import distribution
import nbformat
import pytest
import source_lists
from nbformat import NotebookNode
from pages import Watched, offline_page, open_all
from playwright.sync_api import Browser, sync_playwright
from webpdf import system_browser

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def from_front_door(variable: str) -> Path:
    """A path that `cargo xtask test` hands over."""
    value = os.environ.get(variable)
    if not value:
        pytest.fail(f"{variable} is not set: run `cargo xtask test`", pytrace=False)
    path = Path(value)
    if not path.exists():
        pytest.fail(f"{variable} names {path}, which is missing: run `cargo xtask test`")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def handouts() -> Path:
    """The folder with the notebooks executed for this test run, and their pages."""
    return from_front_door("SPEEDUP_HANDOUTS")


@pytest.fixture(scope="module", params=[*source_lists.PAGES, "index"])
def file(request: pytest.FixtureRequest, handouts: Path) -> Path:
    """Each page in turn."""
    path = handouts / f"{request.param}.html"
    assert path.is_file(), f"{path.name} was not made"
    return path


@pytest.fixture(scope="session")
def xtask() -> Path:
    """The program behind `cargo xtask`."""
    return from_front_door("SPEEDUP_XTASK")


@pytest.fixture(scope="session")
def executed(handouts: Path) -> Callable[[str], NotebookNode]:
    """Gives an executed notebook by its name without ending; each call a new copy."""

    @cache
    def read(name: str) -> NotebookNode:
        path = handouts / f"{name}.ipynb"
        assert path.is_file(), f"{path} is missing: run `cargo xtask test`"
        return nbformat.read(path, as_version=4)

    return lambda name: deepcopy(read(name))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a browser, so that it can be left out where there is none; sorts."""
    for item in items:
        if {"browser", "chromium"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    items.sort(key=lambda item: distribution.place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> distribution.Distribution:
    """How the tests are dealt out to several processes."""
    return distribution.Distribution(config, log)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    if program := os.environ.get("SPEEDUP_CHROMIUM") or system_browser():
        return program
    pytest.fail(
        "no Chromium on the search path: install it (Debian, Ubuntu: apt install chromium)",
        pytrace=False,
    )


@contextmanager
def launched(chromium: str, home: Path, variables: dict[str, str]) -> Iterator[Browser]:
    """Chromium without a window; what it writes beside its profile is in `home`."""
    places = {"XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=CHROMIUM_OPTIONS,
            env={**os.environ, **places, **variables},
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium as it is on this machine."""
    with launched(chromium, tmp_path_factory.mktemp("chromium"), {}) as browser:
        yield browser


@pytest.fixture(scope="module")
def opened(file: Path, browser: Browser) -> Iterator[Watched]:
    """Each page in turn, all that is folded open; tests only look at it."""
    with offline_page(browser, file) as watched:
        open_all(watched.page)
        yield watched
