"""`cargo xtask tidy`: each deviation from the canonical form is found, and put right."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import canonical
import expect
import further
import nbformat
import pytest
import source_lists
import stamp
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

Json = dict[str, Any]


def run_notebook(*code: str) -> Json:
    """A notebook as a run leaves it: a heading, then the cells, each with its output."""
    cells = [new_markdown_cell("# Title", id="title")]
    for number, source in enumerate(code, start=1):
        outputs = [
            new_output("stream", name="stdout", text="a\nb\n"),
            new_output("execute_result", {"text/plain": "1"}, execution_count=number + 1),
        ]
        kept = {"tags": ["solution"], "jupyter": {"source_hidden": True}, "source": ["001:a"]}
        cell = new_code_cell(source, id=f"code{number}", outputs=outputs, metadata=kept)
        cell.execution_count = number + 1
        cells.append(cell)
    language = {"name": "Rust", "file_extension": ".rs"}
    metadata = {"kernelspec": canonical.KERNELSPEC, "language_info": language}
    notebook = new_notebook(cells=cells, metadata=metadata)
    stamp.record(notebook)
    return json.loads(nbformat.writes(notebook))


def text_of(notebook: Json) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


CANONICAL = text_of(run_notebook("let é = 1;\né", "é + 1"))


def second(notebook: Json) -> Json:
    return notebook["cells"][1]


def in_pieces(notebook: Json) -> None:
    first, *rest = second(notebook)["outputs"]
    pieces = [first | {"text": ["a\n"]}, first | {"text": ["b\n"]}]
    second(notebook)["outputs"] = [*pieces, *rest]


# What is planted, and what must be reported of it.
PUT_RIGHT: dict[str, Callable[[Json], Any]] = {
    "cell 2 (id none): it has no id": lambda nb: second(nb).pop("id"),
    "metadata `execution`": lambda nb: second(nb)["metadata"].update(execution={"a": "b"}),
    "metadata `collapsed`": lambda nb: second(nb)["metadata"].update(collapsed=False),
    "metadata `scrolled`": lambda nb: second(nb)["metadata"].update(scrolled=True),
    "metadata `vscode`": lambda nb: nb["cells"][0]["metadata"].update(vscode={"a": 1}),
    "metadata `jupyter.a`": lambda nb: second(nb)["metadata"]["jupyter"].update(a=1),
    "cell 1 (id title): metadata `tags`": lambda nb: nb["cells"][0]["metadata"].update(tags=[]),
    f"metadata `{further.FOLDED}`": lambda nb: nb["cells"][0]["metadata"].update(
        {further.FOLDED: True}
    ),
    "notebook metadata `widgets`": lambda nb: nb["metadata"].update(widgets={"a": 1}),
    "`language_info.version` is empty": lambda nb: nb["metadata"]["language_info"].update(
        version=""
    ),
    "the kernel is not": lambda nb: nb["metadata"]["kernelspec"].update(name="rust_2"),
    "stdout is in pieces": in_pieces,
    "a transient part": lambda nb: second(nb)["outputs"][1].update(transient={"display_id": "a"}),
    "cell 4 (id empty): it is empty": lambda nb: nb["cells"].append(
        {"cell_type": "markdown", "id": "empty", "metadata": {}, "source": []}
    ),
}
TO_BE_RUN: dict[str, Callable[[Json], Any]] = {
    "cell 2 (id code1): edited": lambda nb: second(nb).update(source="2"),
    "cell 3 (id new): added": lambda nb: nb["cells"].insert(2, second(nb) | {"id": "new"}),
    "id code2 was run, but is gone": lambda nb: nb["cells"].pop(),
    "run in another order": lambda nb: nb["cells"].insert(1, nb["cells"].pop()),
    "does not say which code": lambda nb: nb["metadata"].pop("speedup"),
    "cell 3 (id code2): not run": lambda nb: nb["cells"][2].update(
        execution_count=None, outputs=[]
    ),
    "run number 5, not 3": lambda nb: nb["cells"][2].update(execution_count=5),
    "run number 7, not the first": lambda nb: second(nb).update(execution_count=7),
    "its result is not of": lambda nb: second(nb)["outputs"][1].update(execution_count=7),
}


def test_a_canonical_notebook_stays_as_it_is() -> None:
    assert canonical.tidy(CANONICAL, {}) == (CANONICAL, [], [])


def test_what_a_person_has_chosen_stays() -> None:
    notebook = json.loads(CANONICAL)
    notebook["metadata"] |= {"title": "T", "authors": [{"name": "A"}], "rise": {"scroll": True}}
    chosen = {"slideshow": {"slide_type": "slide"}, "editable": False, "deletable": False}
    second(notebook)["metadata"] |= chosen | {"title": "cell"}
    notebook["cells"][0]["metadata"]["expect"] = [{"says": "Title", "text": "a"}]
    text = text_of(notebook)
    assert canonical.tidy(text, {}) == (text, [], [])


@pytest.mark.parametrize("state", [{}, {further.FOLDED: False}], ids=["missing", "open"])
def test_a_block_of_going_further_is_folded(state: Json) -> None:
    notebook = json.loads(CANONICAL)
    notebook["cells"][0] |= {
        "source": ["#### Going further: A kernel (5 minutes)"],
        "metadata": {"tags": ["further"]} | state,
    }
    new, done, _ = canonical.tidy(text_of(notebook), {})
    assert len(done) == 1 and "is not folded" in done[0]
    assert json.loads(new)["cells"][0]["metadata"][further.FOLDED] is True
    assert canonical.tidy(new, {}) == (new, [], [])


@pytest.mark.parametrize("report", PUT_RIGHT)
def test_what_tidy_can_put_right(report: str) -> None:
    notebook = json.loads(CANONICAL)
    PUT_RIGHT[report](notebook)
    new, done, _ = canonical.tidy(text_of(notebook), {})
    assert len(done) == 1 and report in done[0]
    if "no id" not in report:
        assert new == CANONICAL
    assert canonical.tidy(new, {})[:2] == (new, [])


@pytest.mark.parametrize("report", TO_BE_RUN)
def test_what_only_a_run_can_put_right(report: str) -> None:
    notebook = json.loads(CANONICAL)
    TO_BE_RUN[report](notebook)
    new, _, to_run = canonical.tidy(text_of(notebook), {})
    assert any(report in line for line in to_run), to_run
    assert canonical.tidy(new, {})[2] == to_run, "tidy must not hide that outputs are old"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.removesuffix("\n"),
        lambda text: json.dumps(json.loads(text), indent=2) + "\n",
        lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": 4'),
    ],
    ids=["no end", "indent and escapes", "version"],
)
def test_the_layout_of_the_file(change: Callable[[str], str]) -> None:
    new, done, _ = canonical.tidy(change(CANONICAL), {})
    assert new == CANONICAL and "layout" in done[0]


def test_new_ids_come_from_the_text_and_are_all_different() -> None:
    notebook = run_notebook("1", "1")
    for cell in notebook["cells"]:
        del cell["id"]
    ids = [[cell["id"] for cell in json.loads(canonical.tidy(text_of(notebook), {})[0])["cells"]]]
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["new"]})
    ids += [[cell["id"] for cell in json.loads(canonical.tidy(text_of(notebook), {})[0])["cells"]]]
    assert len(set(ids[0])) == 3 and ids[1][:3] == ids[0]


def test_an_id_used_twice_is_given_up_by_the_second() -> None:
    notebook = run_notebook("1", "2")
    notebook["cells"][2]["id"] = "code1"
    new, done, _ = canonical.tidy(text_of(notebook), {})
    assert done == ["cell 3 (id code1): its id is not its own"]
    assert json.loads(new)["cells"][1]["id"] == "code1"


@pytest.mark.parametrize("name", source_lists.PAGES)
def test_a_run_leaves_a_notebook_in_canonical_form(handouts: Path, name: str) -> None:
    text = (handouts / f"{name}.ipynb").read_text("utf-8")
    new, done, to_run = canonical.tidy(text, {})
    # A run marks the sentences that it contradicts. Notebooks are committed without such marks.
    marks = [line for line in done if f"`{expect.MARK}`" in line]
    assert (done, to_run) == (marks, [])
    assert len(marks) == text.count(f'"{expect.MARK}": [')
    assert new == text or marks


@pytest.fixture
def tidy(xtask: Path, root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*args: object) -> subprocess.CompletedProcess[str]:
        command = [str(xtask), "tidy", *map(str, args)]
        return subprocess.run(command, cwd=root, capture_output=True, text=True)

    return run


def test_the_command_reports_all_and_puts_right_what_it_can(
    tidy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    notebook = run_notebook("let x=1;\nx", "x + 1")
    notebook["cells"][0]["metadata"]["scrolled"] = True
    before = text_of(notebook)
    path.write_text(before, "utf-8")

    checked = tidy("--check", path)
    assert checked.returncode == 1 and path.read_text("utf-8") == before
    for line in ["cell 1 (id title): metadata `scrolled`", "-let x=1;", "+let x = 1;"]:
        assert line in checked.stdout

    fixed = tidy(path)
    assert fixed.returncode == 0, fixed.stderr
    assert "edited since the notebook was run" in fixed.stdout
    assert "".join(json.loads(path.read_text("utf-8"))["cells"][1]["source"]) == "let x = 1;\nx"

    again = tidy("--check", path)
    assert again.returncode == 1 and "is not canonical" not in again.stdout
    assert f"cargo xtask handouts {path} --in-place" in again.stdout

    path.write_text(text_of(run_notebook("let x = 1;\nx", "x + 1")), "utf-8")
    assert tidy("--check", path).returncode == 0


@pytest.mark.parametrize(
    ("code", "report"),
    [("let = 1;", "expected pattern"), ("let x = 1;", "unused_variables")],
    ids=["does not parse", "a lint"],
)
def test_the_command_fails_on_bad_rust(
    tidy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, code: str, report: str
) -> None:
    path = tmp_path / "a.ipynb"
    notebook = run_notebook("1 + 1", code)
    path.write_text(text_of(notebook), "utf-8")
    for option in [[], ["--check"]]:
        result = tidy(*option, path)
        assert result.returncode == 1
        assert "cell 3 (id code2)" in result.stderr and report in result.stderr
    notebook["cells"][2]["metadata"]["tags"] = ["raises-exception"]
    path.write_text(text_of(notebook), "utf-8")
    assert tidy("--check", path).returncode == 0


def test_what_is_no_notebook_is_refused(
    tidy: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}', "utf-8")
    result = tidy(path)
    assert result.returncode == 1 and "nbformat 4" in result.stderr
