"""README, the pages beside it, the notebooks and the folders agree."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import source_lists
from editions import ROOT
from outputs import has_chart, outputs_of, tags

PAGES = ["README.md", *(f".github/{path.name}" for path in sorted(ROOT.glob(".github/*.md")))]


def test_picture_is_the_notebook_s_chart(root: Path) -> None:
    found = []
    for name in source_lists.HANDOUTS:
        notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
        cells = [cell for cell in notebook.cells if "readme-picture" in tags(cell)]
        charts = [output for output in outputs_of(cells) if has_chart(output)]
        found += [chart.data["image/svg+xml"] for chart in charts]
    picture = (root / ".github/speed-up.svg").read_text("utf-8")
    assert [chart.strip() for chart in found] == [picture.strip()]
    assert "(.github/speed-up.svg)" in (root / "README.md").read_text("utf-8")


def test_every_handout_is_in_the_table(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    names = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    assert names == set(source_lists.PAGES)
    for name in names:
        assert f"(notebooks/{name}.ipynb)" in text, f"README does not name {name}"


def test_the_index_of_jupyterlab_has_the_same_table(root: Path) -> None:
    tables = []
    for path in (root / "README.md", root / "notebooks/index.md"):
        lines = path.read_text("utf-8").splitlines()
        start = lines.index("| notebook | minutes | with *Going further* | what it teaches |")
        tables.append(lines[start : start + 2 + len(source_lists.PAGES)])
    readme, index = tables
    assert [line.replace("](notebooks/", "](") for line in readme] == index
    assert all(line.startswith("|") for line in index)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_path_of_a_page_leads_somewhere(page: str, root: Path) -> None:
    text = (root / page).read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    missing = [link for link in links if not ((root / page).parent / link).exists()]
    # A name in code that begins like a folder of the checkout, without a place for a name.
    paths = re.findall(r"`((?:crates|notebooks|tests|\.github)/[\w./-]*)`", text)
    missing += [path for path in paths if "NN" not in path and not (root / path).exists()]
    assert missing == []


def test_readme_is_two_screens_and_names_every_page(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 100
    for page in PAGES[1:]:
        assert f"({page})" in text, f"README does not name {page}"


def table(root: Path, head: str) -> list[str]:
    """The names in the first column of a table of CONTRIBUTING.md."""
    text = (root / ".github/CONTRIBUTING.md").read_text("utf-8")
    rows = text.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_the_map_has_every_folder_of_the_crates(root: Path) -> None:
    def rooms(crate: Path) -> list[Path]:
        """The folder of the source with all those in it, and the crate's others but for tests."""
        own = [path for path in crate.iterdir() if path.is_dir()]
        own = [path for path in own if path.name not in ("tests", "examples", "target")]
        return own + [room for room in (crate / "src").rglob("*") if room.is_dir()]

    crates = [path.parent for path in (root / "crates").glob("*/Cargo.toml")]
    folders = {path.relative_to(root).as_posix() for crate in crates for path in rooms(crate)}
    # Programs beside a library, and a folder that holds only rooms.
    folders = {folder for folder in folders if not folder.endswith(("/bin", "xtask/src"))}
    assert set(table(root, "folder")) == folders


def test_every_test_file_is_in_the_list(root: Path) -> None:
    assert set(table(root, "file")) == {path.name for path in (root / "tests").glob("test_*.py")}


def test_a_crate_uses_only_crates_below_it_on_the_map(root: Path) -> None:
    order = list(dict.fromkeys(folder.split("/")[1] for folder in table(root, "folder")))
    for place, name in enumerate(order):
        manifest = (root / "crates" / name / "Cargo.toml").read_text("utf-8")
        used = re.findall(r'path = "\.\./([\w-]+)"', manifest)
        assert set(used) <= set(order[place + 1 :]), f"{name} uses {used}"


@pytest.mark.parametrize("crate", ["speedup", "speedup-notebook"])
def test_a_room_uses_only_rooms_below_it_on_the_map(crate: str, root: Path) -> None:
    source = f"crates/{crate}/src/"
    names = [name.removeprefix(source) for name in table(root, "folder") if source in name]
    order = [name for name in names if "/" not in name]
    assert len(order) >= 3
    for place, room in enumerate(order):
        for file in (root / source / room).rglob("*.rs"):
            paths = re.findall(r"\bcrate::(\w+|\{[^;]*)", file.read_text("utf-8"))
            used = {word for path in paths for word in re.findall(r"\w+", path)} & set(order)
            assert used <= set(order[place:]), f"{file.name} in {room} uses {used}"
