"""What a page offers besides its text: search, copies, schemes, numbers, keys, an archive."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
import source_lists
from pages import offline_page, open_all
from playwright.sync_api import Browser, Page, expect

HANDOUT = "04-wealth"
NEEDED = ["Cargo.toml", "Cargo.lock", "environment.yml", "README.md", "START-HERE.txt"]
ARCHIVE = "speedup-handouts"
GLOSSARY = "glossary"
SCOREBOARD = "scoreboard"


def shown(page: Page, selector: str, part: str) -> str:
    return page.eval_on_selector(selector, f"part => getComputedStyle(part).{part}")


@pytest.mark.parametrize("start", ["index", HANDOUT])
def test_search_finds_parts_of_all_pages(handouts: Path, browser: Browser, start: str) -> None:
    with offline_page(browser, handouts / f"{start}.html") as watched:
        page = watched.page
        page.get_by_label("Search all pages").fill("work stealing")
        page.locator(".found a").first.wait_for()
        pages = {link.get_attribute("href") for link in page.locator(".found a").all()}
        query = "?highlight=work%20stealing#"
        assert any(link.startswith(f"01-first-steps.html{query}") for link in pages)
        assert f"{GLOSSARY}.html{query}work-stealing" in pages
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**#*")
        assert (watched.outside, watched.failed, watched.errors) == ([], [], [])


def hits(page: Page, words: str) -> list[tuple[str, str, str]]:
    """Title, excerpt and address of each part found."""
    page.get_by_label("Search all pages").fill(words)
    page.locator(".found a").first.wait_for()
    return page.eval_on_selector_all(
        ".found a",
        "links => links.map(link => [link.innerText.split('\\n')[0],"
        " link.querySelector('small').innerText, link.getAttribute('href')])",
    )


def test_found_parts_are_ranked_and_shown_around_the_words(
    handouts: Path, browser: Browser
) -> None:
    texts = json.loads(
        (handouts / "search.js").read_text("utf-8").removeprefix("handoutTexts(").rpartition(")")[0]
    )
    with offline_page(browser, handouts / f"{HANDOUT}.html") as watched:
        for words in ("speed up threads", "random stream", "amdahl", "a"):
            found = hits(watched.page, words)
            named = [all(word in title.lower() for word in words.split()) for title, *_ in found]
            assert named == sorted(named, reverse=True), "a heading with all words comes first"
            places = [(title, excerpt.partition(":")[0]) for title, excerpt, _ in found]
            assert len(set(places)) == len(places), "a part is there twice"
            for _, excerpt, _ in found:
                start = excerpt.partition(": …")[2].split(" ")[0]
                known = any(start in part["text"].split(" ") for part in texts)
                assert known, f"{excerpt} begins inside a word"
            marks = watched.page.locator(".found mark").all_inner_texts()
            assert {mark.lower() for mark in marks} == {*words.split()}
        inner = r"[^\W_]<mark>"  # of one letter only the beginnings of words are found
        assert not re.search(inner, watched.page.locator(".found").inner_html())


@pytest.mark.parametrize("words", ["ergodicity", "machine precision", "stealing"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_hit_leads_to_the_word(handouts: Path, browser: Browser, words: str, width: int) -> None:
    with offline_page(browser, handouts / f"{source_lists.PAGES[1]}.html", width) as watched:
        page = watched.page
        link = hits(page, words)[0][2]
        page.get_by_label("Search all pages").press("Enter")
        page.wait_for_url(f"**/{link}")
        page.wait_for_timeout(300)
        heights = page.eval_on_selector_all(
            "main mark", "marks => marks.map(mark => mark.getBoundingClientRect().top)"
        )
        assert any(0 < height < page.viewport_size["height"] for height in heights)
        assert page.evaluate(
            "[...document.querySelectorAll('main mark')].every(mark => mark.checkVisibility())"
        ), "it is folded"
        marked = page.locator("main mark").all_text_contents()
        assert {mark.lower() for mark in marked} == {*words.split()}


def test_a_key_leads_to_the_search_and_all_folds_open_at_once(
    handouts: Path, browser: Browser
) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html", 390) as watched:
        page = watched.page
        box = page.get_by_label("Search all pages")
        assert box.bounding_box()["width"] == page.locator("main h1").bounding_box()["width"]
        folded = page.locator("main details:not([open])")
        assert folded.count() > 1
        page.get_by_role("button", name="Unfold all").click()
        expect(folded).to_have_count(0)
        page.get_by_role("button", name="Fold all").click()
        expect(page.locator("main details[open]")).to_have_count(0)
        page.keyboard.press("/")
        expect(box).to_be_focused()
        page.keyboard.type("1/f")
        assert box.input_value() == "1/f"


def test_a_fraction_is_one_in_the_texts_of_the_search(handouts: Path) -> None:
    assert "S(n)=(1)/(f+(1−f)/n)≤(1)/(f)" in (handouts / "search.js").read_text("utf-8")  # noqa: RUF001


def test_the_last_hit_is_shown_in_full(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html") as watched:
        found = hits(watched.page, "thread")
        for _ in found:
            watched.page.keyboard.press("ArrowDown")
        last = watched.page.locator(".found a").last
        expect(last).to_be_focused()
        inner, outer = last.bounding_box(), watched.page.locator(".found").bounding_box()
        assert inner["y"] + inner["height"] + 2 < outer["y"] + outer["height"]


def test_each_page_offers_what_runs_and_nothing_else(file: Path, browser: Browser) -> None:
    """A notebook alone lacks its crates, and a browser shows it as text if no server sends it."""
    with offline_page(browser, file) as watched:
        links = watched.page.eval_on_selector_all(
            "a[download], a[href$='.ipynb']",
            "links => links.map(link => link.getAttribute('href'))",
        )
    assert links == [f"{ARCHIVE}.zip"]


def test_the_glossary_is_sorted_and_leads_back(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{GLOSSARY}.html") as watched:
        words = watched.page.locator("main h3").evaluate_all(
            "all => all.map(word => [word.firstChild.textContent, word.id])"
        )
        titles = [title.lower() for title, _ in words]
        assert titles == sorted(titles)
        for title, anchor in words:
            uses = watched.page.locator(f"main [id='{anchor}'] ~ p.facts").first
            for link in uses.locator("a").all():
                name, _, place = link.get_attribute("href").partition("#")
                part = (handouts / name).read_text("utf-8").partition(f'id="{place}"')[2]
                part = re.split(r"<h[1-6] id=", part)[0]
                assert f'href="{GLOSSARY}.html#{anchor}"' in part, f"{title} is not at {link}"


def test_the_scoreboard_has_the_examples_of_every_source(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{SCOREBOARD}.html") as watched:
        page = watched.page
        rows = page.locator("main table tbody tr")
        links = rows.evaluate_all("rows => rows.map(row => row.querySelector('a').href)")
        # The fifth source is a copy of the fourth, with remarks.
        sources = [name for name in source_lists.NOTEBOOKS.values() if not name.startswith("05")]
        assert sorted({Path(link).stem for link in links}) == sorted(sources)
        assert all((handouts / Path(link).name).is_file() for link in links)
        assert page.locator("main svg[role=img] desc").text_content()
        text = page.locator("main").inner_text()
        assert re.search(
            r"Measured on .+, \d+ threads?, instruction set \w+, \d{4}-\d\d-\d\d", text
        )
        assert re.search(r"\d \([\d.]+ to [\d.]+\)", text), "no intervals"
        assert "cargo xtask bench --peers" in text
        assert (watched.outside, watched.failed, watched.errors) == ([], [], [])
    with offline_page(browser, handouts / "index.html") as watched:
        assert watched.page.locator(f"main a[href='{SCOREBOARD}.html']").count()


def test_search_says_what_it_does_not_find(
    handouts: Path, browser: Browser, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes((handouts / f"{HANDOUT}.html").read_bytes())
    for file, words in ((handouts / "index.html", "nothing found"), (alone, "needs the file")):
        with offline_page(browser, file) as watched:
            watched.page.get_by_label("Search all pages").fill("xylophone")
            expect(watched.page.locator(".found")).to_contain_text(words)


def test_every_heading_can_be_found(handouts: Path) -> None:
    text = (handouts / "search.js").read_text("utf-8")
    parts = json.loads(text.removeprefix("handoutTexts(").removesuffix(");\n"))
    for name in [*source_lists.PAGES, GLOSSARY, SCOREBOARD]:
        html = (handouts / f"{name}.html").read_text("utf-8")
        anchors = re.findall(r'<h[1-6] id="([^"]+)"', html)
        found = [part["link"] for part in parts if part["link"].startswith(f"{name}.html#")]
        assert found == [f"{name}.html#{anchor}" for anchor in anchors]


def test_a_click_copies_a_cell(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html") as watched:
        page = watched.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        block = page.locator(".code .highlight:visible").nth(1)
        block.hover()
        block.get_by_role("button", name="Copy").click()
        expect(block.locator(".copy")).to_have_text("Copied")
        source = block.locator("pre").inner_text()
        assert page.evaluate("navigator.clipboard.readText()").strip() == source.strip()
        buttons = page.locator(".code .highlight .copy").count()
        assert buttons == page.locator(".code .highlight").count()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_chosen_scheme_is_remembered(handouts: Path, browser: Browser, system: str) -> None:
    with offline_page(browser, handouts / "index.html", scheme=system) as watched:
        page, seen = watched.page, []
        for words in ("system", "light", "dark"):
            expect(page.locator(".theme")).to_have_text(f"Scheme: {words}")
            seen.append(shown(page, "body", "backgroundColor"))
            page.click(".theme")
        own = 1 if system == "light" else 2
        assert seen[1] != seen[2] and seen[0] == seen[own]
        page.click(".theme")
        page.click(".theme")
        page.click("ol.handouts h2 a")
        assert shown(page, "body", "backgroundColor") == seen[2]
        page.emulate_media(media="print")
        assert shown(page, "html", "colorScheme") == "light"


def test_arrow_keys_lead_to_the_next_page_and_back(handouts: Path, browser: Browser) -> None:
    first, second = source_lists.PAGES[:2]
    with offline_page(browser, handouts / f"{first}.html") as watched:
        page = watched.page
        page.get_by_label("Search all pages").press("ArrowRight")
        assert page.url.endswith(f"{first}.html"), "a key in the search box turns the page"
        page.locator("main").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/{second}.html")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url(f"**/{first}.html")


@pytest.mark.parametrize("width", [390, 900])
def test_the_contents_can_be_reached_from_anywhere(
    handouts: Path, browser: Browser, width: int
) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html", width) as watched:
        page = watched.page
        up = page.get_by_role("link", name="↑ Contents")
        assert not up.is_visible()
        page.keyboard.press("End")
        page.wait_for_function("scrollY > 5 * innerHeight")
        page.wait_for_timeout(300)
        assert not up.is_visible(), "it covers the end of the page"
        page.keyboard.press("PageUp")
        page.wait_for_timeout(300)
        up.click()
        page.wait_for_function("scrollY < 50")
        assert page.locator(".toc a").first.is_visible()
        page.keyboard.press("End")
        page.wait_for_function("scrollY > 5 * innerHeight")
        page.wait_for_timeout(300)
        page.keyboard.press("PageUp")
        page.locator(".up").get_by_role("link", name="Search").click()
        expect(page.get_by_label("Search all pages")).to_be_focused()
        expect(page.get_by_label("Search all pages")).to_be_in_viewport()


def test_figures_are_numbered_and_have_captions(file: Path, browser: Browser) -> None:
    with offline_page(browser, file) as watched:
        open_all(watched.page)
        captions = watched.page.locator("figure.chart figcaption").all_inner_texts()
        drawn = ":is(figure.chart:not(.picture), .wide) > svg > title"
        titles = watched.page.locator(drawn).all_text_contents()
        numbered = zip(captions, titles, strict=True)
        for number, (caption, title) in enumerate(numbered, start=1):
            assert caption == f"Figure {number}. {title.strip()}"
            link = watched.page.locator(f"#figure-{number} figcaption a")
            assert link.get_attribute("href") == f"#figure-{number}"


def test_anchors_can_be_seen_and_touched(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html") as watched:
        anchor = watched.page.locator("h2 a.anchor").first
        assert float(shown(watched.page, "h2 a.anchor", "opacity")) > 0.3
        anchor.click()
        assert watched.page.url.endswith(anchor.get_attribute("href"))


def test_what_scrolls_shows_that_it_does(handouts: Path, browser: Browser) -> None:
    with offline_page(browser, handouts / f"{HANDOUT}.html", 390) as watched:
        page = watched.page
        open_all(page)
        wide = page.evaluate(
            "() => [...document.querySelectorAll('pre, .scroll, .table, .formula')]"
            ".filter(block => block.scrollWidth > block.clientWidth + 2)"
            ".map(block => block.classList.contains('scrolls'))"
        )
        assert wide and all(wide)
        colours = page.evaluate(
            "() => [...document.querySelectorAll('.highlight pre')]"
            ".map(block => getComputedStyle(block).color)"
        )
        assert len(set(colours)) == 1, "code that scrolls has a colour of its own"
        page.locator(".scrolls").first.evaluate("block => { block.id = 'to-the-end' }")
        block = page.locator("#to-the-end")
        block.evaluate("block => { block.scrollLeft = 10_000 }")
        expect(block).not_to_have_class(re.compile("scrolls"))


def test_every_word_of_the_glossary_is_linked_from_a_handout(root: Path) -> None:
    text = (root / f"notebooks/{GLOSSARY}.md").read_text("utf-8")
    words = text.partition("## Words")[2].partition("\n## ")[0]
    anchors = {
        re.sub(r"[^\w]+", "-", word.lower()).strip("-")
        for word in re.findall(r"(?m)^### (.+)$", words)
    }
    linked = set()
    for name in source_lists.PAGES:
        notebook = nbformat.read(root / f"notebooks/{name}.ipynb", as_version=4)
        source = "\n".join(cell.source for cell in notebook.cells)
        linked |= set(re.findall(rf"\]\({GLOSSARY}\.md#([\w-]+)\)", source))
    assert linked == anchors


def test_the_course_s_hours_are_those_of_its_handouts(root: Path) -> None:
    text = (root / "notebooks/index.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| \[.*\| (\d+) \| (\d+) \|", text)
    assert len(rows) == len(source_lists.PAGES)
    stated = re.search(r"about ([\d½]+) hours, .* about ([\d½]+)\.", text)
    for minutes, hours in zip(zip(*rows, strict=True), stated.groups(), strict=True):
        exact = sum(map(int, minutes)) / 60
        assert abs(float(hours.replace("½", ".5")) - exact) <= 0.25


def test_the_archive_has_what_runs(root: Path, handouts: Path) -> None:
    with ZipFile(handouts / f"{ARCHIVE}.zip") as archive:
        names = set(archive.namelist())
        assert {f"{ARCHIVE}/{name}" for name in NEEDED} <= names
        for name in source_lists.PAGES:
            own = archive.read(f"{ARCHIVE}/notebooks/{name}.ipynb")
            assert own == (handouts / f"{name}.ipynb").read_bytes()
        crates = {str(path.parent.relative_to(root)) for path in root.glob("crates/*/Cargo.toml")}
        assert {f"{ARCHIVE}/{crate}/Cargo.toml" for crate in crates} <= names
    html = (handouts / "index.html").read_text("utf-8")
    assert f'href="{ARCHIVE}.zip"' in html
