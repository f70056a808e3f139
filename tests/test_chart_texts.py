"""In a browser's own letters no text of a chart lies on another, is cut off or shortened."""

from __future__ import annotations

from pathlib import Path

import pytest
import source_lists
from pages import offline_page
from playwright.sync_api import Browser

CLASHES = """() => [...document.querySelectorAll('svg[role=img]')]
    .filter(svg => svg.checkVisibility()).flatMap(svg => {
    const inside = (part, whole) => part.left >= whole.left - 1 && part.right <= whole.right + 1
        && part.top >= whole.top - 1 && part.bottom <= whole.bottom + 1;
    const texts = [...svg.querySelectorAll('text')].map(text => {
        const {left, right, top, bottom} = text.getBoundingClientRect();
        // A line of letters is less high than its box.
        const rim = text.hasAttribute('transform') ? 0 : (bottom - top) / 6;
        const box = {left, right, top: top + rim, bottom: bottom - rim};
        return {words: text.textContent.trim(), box};
    }).filter(text => text.words);
    const found = texts.filter(({box}) => !inside(box, svg.getBoundingClientRect()))
        .map(({words}) => `${words} is cut off`);
    const short = texts.filter(({words}) => words.endsWith('…'));
    found.push(...short.map(({words}) => `${words} is shortened`));
    texts.forEach((one, k) => texts.slice(0, k).forEach(other => {
        const [a, b] = [one.box, other.box];
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
            found.push(`${one.words} lies on ${other.words}`);
    }));
    return found;
})"""


def clashes(browser: Browser, file: Path, width: int = 1280) -> list[str]:
    with offline_page(browser, file, width) as watched:
        watched.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert watched.page.locator("svg[role=img] text").count() > 3
        return watched.page.evaluate(CLASHES)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", source_lists.HANDOUTS)
def test_texts_of_charts_lie_apart(name: str, width: int, handouts: Path, browser: Browser) -> None:
    assert clashes(browser, handouts / f"{name}.html", width) == []


@pytest.mark.parametrize("name", ["ratios", "speed-up"])
def test_texts_of_the_pictures_in_readme_lie_apart(name: str, root: Path, browser: Browser) -> None:
    assert clashes(browser, root / ".github" / f"{name}.svg") == []


def test_texts_that_do_not_are_seen(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "chart.svg"
    texts = [(10, 20, "one"), (20, 22, "two"), (10, 60, "three"), (90, 90, "four"), (5, 40, "fi…")]
    lines = [f'<text x="{x}" y="{y}">{words}</text>' for x, y, words in texts]
    head = '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="100" height="100">'
    file.write_text("\n".join([head, *lines, "</svg>"]))
    assert clashes(browser, file) == ["four is cut off", "fi… is shortened", "two lies on one"]
