"""What README shows is what the notebooks have."""

from __future__ import annotations

from pathlib import Path

import nbformat
import source_lists
from outputs import outputs_of, tags


def test_picture_is_the_notebook_s_chart(root: Path) -> None:
    found = []
    for name in source_lists.NOTEBOOKS.values():
        notebook = nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4)
        cells = [cell for cell in notebook.cells if "readme-picture" in tags(cell)]
        found += [output.data["image/svg+xml"] for output in outputs_of(cells)]
    picture = (root / ".github/speed-up.svg").read_text("utf-8")
    assert [chart.strip() for chart in found] == [picture.strip()]
    assert "(.github/speed-up.svg)" in (root / "README.md").read_text("utf-8")


def test_every_handout_is_in_the_table(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    names = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    assert names == set(source_lists.NOTEBOOKS.values())
    for name in names:
        assert f"(notebooks/{name}.ipynb)" in text, f"README does not name {name}"


def test_the_index_of_jupyterlab_has_the_same_table(root: Path) -> None:
    tables = []
    for path in (root / "README.md", root / "notebooks/index.md"):
        lines = path.read_text("utf-8").splitlines()
        start = lines.index("| notebook | minutes | what it teaches |")
        tables.append(lines[start : start + 2 + len(source_lists.NOTEBOOKS)])
    readme, index = tables
    assert [line.replace("](notebooks/", "](") for line in readme] == index
    assert all(line.startswith("|") for line in index)
