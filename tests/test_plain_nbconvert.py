"""What `jupyter nbconvert` gives, without the front door and without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import editions
import pytest
import small_notebooks
import source_lists
from axe_check import thin_out, violations
from nbformat import NotebookNode
from outputs import has_chart, outputs_of
from pages import offline_page, open_all
from playwright.sync_api import Browser
from pypdf import PdfReader
from readers import is_folded

CONFIG = "crates/xtask/python/jupyter_nbconvert_config.py"
CHART = ":is(svg, img)[aria-label*='axis'], img[alt*='axis']"


NAMES = source_lists.HANDOUTS
NOTEBOOK = pytest.mark.parametrize("name", NAMES)


def convert(handouts: Path, folder: Path, *options: str, to: str = "html") -> Path:
    """Converts the notebooks and a small one as a person would; gives the folder of the pages."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", to]
    command += [str(handouts / f"{name}.ipynb") for name in NAMES]
    command.append(str(small_notebooks.write_every_tag(folder)))
    subprocess.run([*command, "--output-dir", str(folder), *options], check=True)
    return folder


@pytest.fixture(scope="module")
def like_ours(root: Path, handouts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages with the settings that `cargo xtask` installs."""
    return convert(handouts, tmp_path_factory.mktemp("ours"), *settings(root))


def settings(root: Path) -> list[str]:
    """The installed settings are in .venv, not in an environment of the user's."""
    own = Path(sys.prefix).resolve() == (root / ".venv").resolve()
    return [] if own else ["--config", str(root / CONFIG)]


@pytest.fixture(scope="module")
def nbconvert_s_own(handouts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages without any settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_NO_CONFIG", "1")
        return convert(handouts, tmp_path_factory.mktemp("plain"))


@NOTEBOOK
def test_the_installed_settings_make_a_page_like_the_handouts(
    name: str, like_ours: Path, browser: Browser
) -> None:
    with offline_page(browser, like_ours / f"{name}.html") as watched:
        assert not watched.page.locator("details.solution pre").first.is_visible()
        open_all(watched.page)
        thin_out(watched.page)
        found = violations(watched.page)
        assert (watched.outside, watched.failed, watched.errors) == ([], [], [])
    assert found == []


def test_the_installed_settings_fold_what_goes_further(like_ours: Path, browser: Browser) -> None:
    with offline_page(browser, like_ours / "every-tag.html") as watched:
        block = watched.page.locator("details.further").first
        assert not block.get_by_text("in the block").is_visible()
        block.locator("summary").first.click()
        assert block.get_by_text("in the block").is_visible()


@NOTEBOOK
def test_nbconvert_s_own_page_shows_charts_and_text_offline(
    name: str,
    nbconvert_s_own: Path,
    browser: Browser,
    executed: Callable[[str], NotebookNode],
) -> None:
    charts = [output for output in outputs_of(executed(name).cells) if has_chart(output)]
    with offline_page(browser, nbconvert_s_own / f"{name}.html") as watched:
        boxes = [chart.bounding_box() for chart in watched.page.locator(CHART).all()]
        words = watched.page.inner_text("main")
    assert len(boxes) >= len(charts) > 0
    assert all(box and min(box["width"], box["height"]) > 100 for box in boxes)
    assert "Key points" in words


@pytest.mark.parametrize(("to", "ending"), [("markdown", "md"), ("script", "rs")])
def test_other_formats_show_neither_solutions_nor_teaching_notes(
    root: Path, handouts: Path, tmp_path: Path, to: str, ending: str
) -> None:
    convert(handouts, tmp_path, *settings(root), to=to)
    for name in NAMES:
        text = (tmp_path / f"{name}.{ending}").read_text("utf-8")
        hidden = [cell.source for cell in editions.committed(name).cells if is_folded(cell)]
        assert hidden and not [source for source in hidden if source in text]
        assert "SOLUTION" not in text and "set_up();" in text


def test_webpdf_is_our_page_printed(root: Path, tmp_path: Path) -> None:
    small = small_notebooks.write_every_tag(tmp_path)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "webpdf", str(small)]
    subprocess.run([*command, *settings(root)], check=True)
    pages = PdfReader(small.with_suffix(".pdf")).pages
    words = " ".join(page.extract_text() for page in pages)
    assert "Page 1 of" in words and "in the block" not in words


@pytest.fixture(scope="module")
def slides(root: Path, handouts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(handouts, tmp_path_factory.mktemp("slides"), *settings(root), to="slides")


@NOTEBOOK
def test_slides_hold_what_is_on_them(name: str, slides: Path, browser: Browser) -> None:
    with offline_page(browser, slides / f"{name}.slides.html") as watched:
        page = watched.page
        heights = page.eval_on_selector_all(
            ".slide:has(.cell.code)", "all => all.map(one => one.scrollHeight / innerHeight)"
        )
        slides = page.locator(".slide").count()
        headings = page.locator(".slide :is(h1, h2, h3)").count()
        assert slides >= headings > 3 and max(heights) <= 1.05
        assert page.get_by_text("Teaching note").count() == 0
        page.keyboard.press("ArrowRight")
        page.wait_for_function("scrollY > 100")
        assert (watched.outside, watched.failed, watched.errors) == ([], [], [])
