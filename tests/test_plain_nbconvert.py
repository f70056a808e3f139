"""What `jupyter nbconvert --to html` gives, without the front door and without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import source_lists
from axe_check import violations
from nbformat import NotebookNode
from outputs import has_chart, outputs_of
from pages import offline_page, open_all
from playwright.sync_api import Browser

CONFIG = "crates/xtask/python/jupyter_nbconvert_config.py"
CHART = ":is(svg, img)[aria-label*='chart'], img[alt*='chart']"


@pytest.fixture(params=source_lists.NOTEBOOKS.values())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def convert(notebook: Path, folder: Path, *options: str) -> Path:
    """Converts one notebook as a person would; returns its page."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(notebook)]
    subprocess.run([*command, "--output-dir", str(folder), *options], check=True)
    return folder / f"{notebook.stem}.html"


def test_the_installed_settings_make_a_page_like_the_handouts(
    name: str, root: Path, handouts: Path, tmp_path: Path, browser: Browser
) -> None:
    # `cargo xtask` installs the settings in .venv, not in an environment of the user's.
    own = Path(sys.prefix).resolve() == (root / ".venv").resolve()
    options = [] if own else ["--config", str(root / CONFIG)]
    file = convert(handouts / f"{name}.ipynb", tmp_path, *options)
    with offline_page(browser, file) as watched:
        assert not watched.page.locator("details.solution pre").first.is_visible()
        open_all(watched.page)
        found = violations(watched.page)
        assert (watched.outside, watched.failed, watched.errors) == ([], [], [])
    assert found == []


def test_nbconvert_s_own_page_shows_charts_and_text_offline(
    name: str,
    handouts: Path,
    tmp_path: Path,
    browser: Browser,
    executed: Callable[[str], NotebookNode],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    file = convert(handouts / f"{name}.ipynb", tmp_path)
    charts = [output for output in outputs_of(executed(name).cells) if has_chart(output)]
    with offline_page(browser, file) as watched:
        boxes = [chart.bounding_box() for chart in watched.page.locator(CHART).all()]
        words = watched.page.inner_text("main")
    assert len(boxes) >= len(charts) > 0
    assert all(box and min(box["width"], box["height"]) > 100 for box in boxes)
    assert "Key points" in words
