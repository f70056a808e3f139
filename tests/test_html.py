"""The pages read well offline, on a wide screen and on a narrow one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import editions
import pytest
import source_lists
from nbformat import NotebookNode
from outputs import plain_text, tags
from pages import Watched, offline_page, open_all, resize
from playwright.sync_api import Browser

HANDOUT = "04-wealth"
LARGEST_PAGE = 2_000_000
SMALLEST_CHART = 100
WIDTHS = [390, 1280]
ANCHOR = re.compile(r'id="([^"]+)"')
# Text of less contrast than 4.5 with what it stands on, and other parts of less than 3 with the
# page; thin grid lines and filled areas below text may be fainter.
PALE = """() => {
    const channel = part => {
        part /= 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    const light = colour => {
        const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(channel);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const paper = getComputedStyle(document.body).backgroundColor;
    const strong = '[fill="#0072B2"], [fill="#D55E00"], [fill="#009E73"], [fill="#CC79A7"]';
    const lines = strong.replaceAll('fill', 'stroke') + ', [stroke="#000000"], [stroke="#6E6E6E"]';
    const pale = [];
    for (const svg of document.querySelectorAll('.chart svg')) {
        const low = (selector, property, least) => {
            for (const part of svg.querySelectorAll(selector)) {
                const colour = getComputedStyle(part)[property];
                if (contrast(colour, paper) < least) pale.push(part.outerHTML.slice(0, 90));
            }
        };
        low('text', 'fill', 4.5);
        low(strong, 'fill', 3);
        low(lines, 'stroke', 3);
        // Text on a filled area.
        const areas = '[fill="#AAD0E6"], [fill="#F1CAAA"], [fill="#AADFD1"], [fill="#EED3E2"]';
        const text = svg.querySelector('text');
        for (const area of text ? svg.querySelectorAll(areas) : []) {
            const pair = [text, area].map(part => getComputedStyle(part).fill);
            if (contrast(...pair) < 4.5) pale.push(area.outerHTML.slice(0, 90));
        }
        // The mark of an interval on a bar.
        const mark = svg.querySelector('[stroke="#000000"]');
        for (const bar of mark ? svg.querySelectorAll('rect:is(' + strong + ')') : []) {
            const pair = [getComputedStyle(mark).stroke, getComputedStyle(bar).fill];
            if (contrast(...pair) < 3) pale.push(bar.outerHTML.slice(0, 90));
        }
    }
    return pale;
}"""
CHARTS = """() => [...document.querySelectorAll('svg[role=img]')]
    .filter(svg => svg.checkVisibility()).map(svg => {
        const box = svg.getBoundingClientRect();
        const scale = box.width / svg.viewBox.baseVal.width;
        const sizes = [...svg.querySelectorAll('text')]
            .map(text => scale * parseFloat(getComputedStyle(text).fontSize));
        return {width: box.width, height: box.height, right: box.right, text: Math.min(...sizes),
                title: svg.querySelector('title')?.textContent ?? '',
                inIndex: svg.closest('.figures') !== null,
                inPicture: svg.closest('.picture') !== null};
    })"""
# Pixels of letters on the screen, by the width of the window.
SMALLEST_TEXT = {390: 11, 1280: 10}


def test_page_needs_no_network(file: Path, opened: Watched) -> None:
    opened.page.mouse.wheel(0, 100_000)
    opened.page.wait_for_timeout(300)
    assert (opened.outside, opened.failed, opened.errors) == ([], [], [])
    assert file.stat().st_size <= LARGEST_PAGE


def test_a_request_to_the_network_is_seen(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text('<img src="http://example.com/a.png"><script>nothing()</script>')
    with offline_page(browser, file) as watched:
        assert watched.outside and watched.failed and watched.errors


def test_no_formula_is_left_as_source(opened: Watched) -> None:
    text = opened.page.evaluate("""() => {
        const copy = document.body.cloneNode(true);
        copy.querySelectorAll('pre, code').forEach(part => part.remove());
        return copy.textContent;
    }""")
    for mark in ("$$", "\\(", "\\[", "\\begin{", "\\frac"):
        assert mark not in text


def test_formulas_are_drawn(file: Path, opened: Watched) -> None:
    boxes = opened.page.eval_on_selector_all(
        "math", "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    assert boxes or file.stem != HANDOUT
    assert all(box["width"] > 2 and box["height"] > 2 for box in boxes)


@pytest.mark.parametrize("width", WIDTHS)
def test_charts_fit(file: Path, opened: Watched, width: int) -> None:
    resize(opened.page, width)
    open_all(opened.page)
    charts = opened.page.evaluate(CHARTS)
    overflow = opened.page.evaluate("document.documentElement.scrollWidth")
    assert charts or file.stem in ("index", source_lists.PRIMER)
    for chart in charts:
        assert chart["title"].strip()
        assert min(chart["width"], chart["height"]) > SMALLEST_CHART, chart
        assert chart["right"] <= width or chart["inPicture"], chart
        # The chart in a text can be scrolled, and those of the index are small.
        least = SMALLEST_TEXT[width] - 3 * chart["inIndex"]
        assert chart["inPicture"] or chart["text"] >= least, chart
    assert overflow <= width, "the page can be scrolled sideways"


def test_text_of_double_size_fits_a_phone(file: Path, browser: Browser) -> None:
    with offline_page(browser, file, min(WIDTHS)) as watched:
        # A browser breaks no formula inside a line.
        style = "html { font-size: 200% } p math { display: none }"
        watched.page.add_style_tag(content=style)
        open_all(watched.page)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= min(WIDTHS)


def test_charts_are_printed_as_wide_as_the_text(file: Path, browser: Browser) -> None:
    with offline_page(browser, file, 660) as watched:
        watched.page.emulate_media(media="print")
        measured = watched.page.evaluate("""() => [...document.querySelectorAll('main figcaption')]
            .filter(caption => caption.checkVisibility()).map(caption => {
                const chart = [...caption.parentElement.querySelectorAll('svg')]
                    .find(svg => svg.checkVisibility());
                const width = part => part.getBoundingClientRect().width;
                const size = part => parseFloat(getComputedStyle(part).fontSize);
                return [width(chart) / width(caption.closest('section')),
                    size(caption) / size(document.body)];
            })""")
    assert measured or file.stem in ("index", source_lists.PRIMER)
    assert all(wide > 0.9 and caption < 1 for wide, caption in measured), measured


def test_a_phone_shows_outputs_small_and_says_what_scrolls(file: Path, browser: Browser) -> None:
    with offline_page(browser, file, min(WIDTHS)) as watched:
        open_all(watched.page)
        outputs = watched.page.evaluate("""() => [...document.querySelectorAll('.output > pre')]
            .map(block => [parseFloat(getComputedStyle(block).fontSize), block.tabIndex === 0,
                getComputedStyle(block.parentElement, '::after').content.includes('sideways'),
                block.matches('.error') || block.textContent.includes('  ')])""")
        text, *figures = watched.page.eval_on_selector_all(
            "main, main figure", "parts => parts.map(part => part.getBoundingClientRect().toJSON())"
        )
        cards = watched.page.eval_on_selector_all(
            "footer.page a", "cards => cards.map(card => card.getBoundingClientRect().width)"
        )
    assert outputs or file.stem == "index"
    assert all(size == SMALLEST_TEXT[min(WIDTHS)] for size, *_ in outputs)
    assert all(scrolls == said for _, scrolls, said, _ in outputs)
    assert all(columns or not scrolls for _, scrolls, _, columns in outputs)
    for figure in figures:
        assert text["left"] <= figure["left"] and figure["right"] <= text["right"], figure
    assert len(set(cards)) <= 1, "the cards at the end are stepped"


@pytest.mark.parametrize("name", source_lists.HANDOUTS)
def test_solution_opens_by_a_click(name: str, handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{name}.html") as watched:
        solutions = watched.page.locator("details.solution")
        assert solutions.count() >= 1
        for summary in watched.page.locator("details.further > summary").all():
            summary.click()
        for solution in solutions.all():
            code = solution.locator("section").first
            assert not code.is_visible(), "a solution is open from the start"
            solution.locator("summary").first.click()
            assert code.is_visible(), "a click does not show the solution"


def test_links_lead_somewhere(file: Path, opened: Watched) -> None:
    links = opened.page.eval_on_selector_all(
        "a[href]", "links => links.map(link => link.getAttribute('href'))"
    )
    ids = opened.page.eval_on_selector_all("[id]", "parts => parts.map(part => part.id)")
    assert len(ids) == len(set(ids)), "an anchor is there twice"
    for link in links:
        target = urlsplit(urljoin(file.as_uri(), link))
        if target.scheme != "file":
            continue
        path = Path(unquote(target.path))
        assert path.is_file(), f"{link} leads nowhere"
        if target.fragment:
            names = ids if path == file else ANCHOR.findall(path.read_text("utf-8"))
            assert unquote(target.fragment) in names, f"{link} has no anchor"


def test_index_names_every_handout_in_order(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / "index.html") as watched:
        links = watched.page.eval_on_selector_all(
            "ol.handouts h2 a", "links => links.map(link => link.getAttribute('href'))"
        )
        aims = watched.page.locator("ol.handouts > li > ul > li").all_inner_texts()
    assert links == sorted(f"{name}.html" for name in source_lists.PAGES)
    assert len(aims) >= 2 * len(links), "the index does not say what the handouts teach"


@pytest.mark.parametrize("name", source_lists.HANDOUTS)
def test_index_states_both_times(name: str, handouts: Path, browser: Browser) -> None:
    spine, whole = editions.stated_minutes(name)
    with offline_page(browser, handouts / "index.html") as watched:
        entry = watched.page.locator(f"ol.handouts > li:has(a[href='{name}.html'])")
        assert f"Minutes: {spine}, with Going further {whole}." in entry.inner_text()


def test_key_figures_are_the_cells_own_charts(
    handouts: Path, executed: Callable[[str], NotebookNode], browser: Browser
) -> None:
    with offline_page(browser, handouts / "index.html") as watched:
        shown = watched.page.eval_on_selector_all(
            ".figures li",
            "figures => figures.map(figure => [figure.querySelector('a').getAttribute('href'),"
            " figure.querySelector('svg desc').textContent])",
        )
        names = watched.page.locator(".figures a svg > title").all_text_contents()
    assert len(names) == len(shown)
    assert all(re.match(r"[^\W\d]\w*:?('\w+)? |\d+ \w|[\d,]+ \w", name) for name in names), names
    for name in source_lists.HANDOUTS:
        cells = [cell for cell in executed(name).cells if "key-figure" in tags(cell)]
        assert 1 <= len(cells) <= 3, f"{name} needs one to three cells tagged key-figure"
        own = [text for link, text in shown if link.startswith(f"{name}.html#cell-")]
        assert len(own) == len(cells)
        for text, cell in zip(own, cells, strict=True):
            assert text in [plain_text(output).strip("\n") for output in cell.outputs]


def test_the_index_says_on_which_machine_and_when(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / "index.html") as watched:
        text = watched.page.locator("main").inner_text()
    stated = re.search(r"measured on the machine that ran .+?: (.+, \d+ cores, .*)\.", text)
    assert stated and re.search(r", on \d+ [A-Z][a-z]+ \d{4}", stated[1])
    machines = stated[1].split("; ")
    assert len({machine.partition(", on ")[0] for machine in machines}) == len(machines)


def test_title_and_introduction_are_the_course_s(
    root: Path, handouts: Path, browser: Browser
) -> None:
    titles = {
        (root / name).read_text("utf-8").partition("\n")[0].removeprefix("# ")
        for name in ("README.md", "notebooks/index.md")
    }
    with offline_page(browser, handouts / "index.html") as watched:
        assert {watched.page.title(), watched.page.locator("h1").inner_text()} == titles
        assert "in the order of the list" in watched.page.locator("main > p").first.inner_text()


def test_every_handout_leads_to_the_next_and_back(handouts: Path, browser: Browser) -> None:
    names = source_lists.PAGES
    with offline_page(browser, handouts / f"{names[0]}.html") as watched:
        page = watched.page
        for part, rel, order in (("header", "next", names), ("footer", "prev", names[::-1])):
            for name in order[1:]:
                page.click(f"{part} a[rel={rel}]")
                page.wait_for_url(f"**/{name}.html")
            assert page.locator(f"a[rel={rel}]").count() == 0, "the last one leads on"


def test_contents_stand_beside_the_text_and_mark_the_part_in_view(
    handouts: Path, browser: Browser
) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html") as watched:
        page = watched.page
        page.locator(".toc a").nth(6).click()
        page.locator(".toc a").nth(6).and_(page.locator("[aria-current]")).wait_for()
        assert page.locator(".toc [aria-current]").count() == 1
        toc, text = page.locator(".toc").bounding_box(), page.locator("main").bounding_box()
        assert toc and text and toc["x"] + toc["width"] <= text["x"]
        assert toc["y"] >= 0, "the contents are scrolled away"
        page.keyboard.press("End")
        page.locator(".toc a").last.and_(page.locator("[aria-current]")).wait_for()


def test_contents_are_folded_on_a_phone(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html", min(WIDTHS)) as watched:
        entry = watched.page.locator(".toc a").first
        assert not entry.is_visible()
        watched.page.click(".toc summary")
        assert entry.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_have_contrast_in_both_schemes(file: Path, browser: Browser, scheme: str) -> None:
    with offline_page(browser, file, scheme=scheme) as watched:
        open_all(watched.page)
        pale = watched.page.evaluate(PALE)
        assert pale == []
        watched.page.add_style_tag(content=".chart svg text { fill: #777 !important }")
        assert watched.page.locator(".chart").count() == 0 or watched.page.evaluate(PALE)
