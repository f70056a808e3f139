"""The canonical form of notebooks: canonical.py [--check] [--sources FILE] NOTEBOOK...

Reports what is not canonical, and puts it right unless only asked to check. Outputs are
left as the run made them: when they do not belong to the code, only a run helps.
Exit status 1: something is left that is not canonical. 2: a file is no valid notebook.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import quick  # noqa: F401 (first)

# isort: split
import expect
import further
import nbformat
import stamp

KERNELSPEC = {"display_name": "Rust", "language": "rust", "name": "rust"}
# What the handouts use, and what a person has chosen (a title, slides, a cell that is locked);
# all else in the metadata is a program's leftover.
NOTEBOOK_KEYS = {"kernelspec", "language_info", stamp.KEY, "title", "authors", "rise"}
CELL_KEYS = {"source", "tags", "jupyter", "stub", expect.KEY}
CELL_KEYS |= {"title", "slideshow", "editable", "deletable"}
JUPYTER_KEYS = {"source_hidden", "outputs_hidden"}
# The kernel's first execution count is 2; other kernels' is 1.
FIRST_COUNTS = {1, 2}

Json = dict[str, Any]


def text_of(value: Any) -> str:
    """A text as notebooks store it: whole, or as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def label(number: int, cell: Json) -> str:
    """A cell's name in the report."""
    return f"cell {number} (id {cell.get('id', 'none')})"


def drop(metadata: Json, keep: set[str]) -> list[str]:
    """Takes away all other keys, and those without content; returns their names."""
    gone = [key for key, value in metadata.items() if key not in keep or value in ({}, [])]
    for key in gone:
        del metadata[key]
    return gone


def tidy_metadata(notebook: Json) -> Iterator[str]:
    """Brings the notebook's own metadata in order."""
    metadata = notebook["metadata"]
    language = metadata.get("language_info", {})
    for key in [key for key, value in language.items() if not value]:
        del language[key]
        yield f"notebook metadata `language_info.{key}` is empty"
    for key in drop(metadata, NOTEBOOK_KEYS):
        yield f"notebook metadata `{key}` is not used here"
    if metadata.get("kernelspec") != KERNELSPEC:
        metadata["kernelspec"] = dict(KERNELSPEC)
        yield "the kernel is not the one named `rust`"


def tidy_ids(cells: list[Json]) -> Iterator[str]:
    """Gives an id, made from the text, to each cell that has none of its own."""
    taken: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        if (name := cell.get("id")) and name not in taken:
            taken.add(name)
            continue
        yield f"{label(number, cell)}: " + ("its id is not its own" if name else "it has no id")
        salt = 0
        while not (name and name not in taken):
            content = f"{cell['cell_type']} {salt} {cell['source']}"
            name = hashlib.sha256(content.encode()).hexdigest()[:8]
            salt += 1
        cell["id"] = name
        taken.add(name)


def tidy_source(cell: Json, formatted: str) -> Iterator[str]:
    """Puts in the formatted Rust."""
    if cell["source"] != formatted:
        old, new = cell["source"].split("\n"), formatted.split("\n")
        diff = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        yield "\n      ".join(["the Rust is not formatted:", *diff])
        cell["source"] = formatted


def tidy_cell(cell: Json) -> Iterator[str]:
    """Brings one cell's metadata and the layout of its outputs in order."""
    metadata = cell["metadata"]
    for key in drop(metadata.get("jupyter", {}), JUPYTER_KEYS):
        yield f"metadata `jupyter.{key}` is not used here"
    is_heading = further.is_heading(cell)
    for key in drop(metadata, CELL_KEYS | {further.FOLDED} if is_heading else CELL_KEYS):
        yield f"metadata `{key}` is not used here"
    if is_heading and metadata.get(further.FOLDED) is not True:
        metadata[further.FOLDED] = True
        yield "a block of Going further is not folded"
    outputs: list[Json] = []
    for output in cell.get("outputs", []):
        if output.pop("transient", None) is not None:
            yield "an output has a transient part"
        last = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            yield f"the output to {output['name']} is in pieces"
            last["text"] = text_of(last["text"]) + text_of(output["text"])
        else:
            outputs.append(output)
    if "outputs" in cell:
        cell["outputs"] = outputs


def tidy_cells(notebook: Json, sources: Json) -> Iterator[str]:
    """Brings all cells in order."""
    yield from tidy_ids(notebook["cells"])
    for index, cell in enumerate(notebook["cells"]):
        found = [*tidy_source(cell, sources.get(str(index), cell["source"])), *tidy_cell(cell)]
        yield from (f"{label(index + 1, cell)}: {problem}" for problem in found)
        if not cell["source"].strip():
            yield f"{label(index + 1, cell)}: it is empty"
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["source"].strip()]


def stale(notebook: Json) -> Iterator[str]:
    """Why the outputs are not those of one run of this code, from a fresh kernel."""
    labels = {cell["id"]: label(n, cell) for n, cell in enumerate(notebook["cells"], start=1)}
    for name, problem in stamp.differences(notebook):
        yield problem if name is None else f"{labels[name]}: {problem}"
    expected = None
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        count = cell["execution_count"]
        results = [out for out in cell["outputs"] if out["output_type"] == "execute_result"]
        if count is None:
            yield f"{label(number, cell)}: not run"
        elif expected is None and count not in FIRST_COUNTS:
            yield f"{label(number, cell)}: run number {count}, not the first in a fresh kernel"
        elif expected is not None and count != expected:
            yield f"{label(number, cell)}: run number {count}, not {expected}: not in order"
        elif any(out["execution_count"] != count for out in results):
            yield f"{label(number, cell)}: its result is not of run number {count}"
        expected = None if count is None else count + 1


def read(text: str) -> Json:
    """The notebook, its texts whole, before nbformat makes up what is missing."""
    notebook = json.loads(text)
    if notebook.get("nbformat") != 4:
        raise ValueError("not of nbformat 4: convert it with `jupyter nbconvert --to notebook`")
    for cell in notebook["cells"]:
        cell["source"] = text_of(cell["source"])
    return notebook


def tidy(text: str, sources: Json) -> tuple[str, list[str], list[str]]:
    """The canonical text, what was put right for it, and what only a run can."""
    notebook = read(text)
    done = [*tidy_metadata(notebook), *tidy_cells(notebook, sources)]
    notebook["nbformat_minor"] = 5
    node = nbformat.from_dict(notebook)
    nbformat.validate(node)
    new = nbformat.writes(node) + "\n"
    if new != text and not done:
        done.append("the layout of the file (version, indent, order of keys, end)")
    return new, done, list(stale(notebook))


def main() -> int:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="change no file")
    parser.add_argument("--sources", type=Path, help="formatted Rust, by notebook and cell")
    parser.add_argument("notebooks", type=Path, nargs="+")
    args = parser.parse_args()
    sources = json.loads(args.sources.read_text("utf-8")) if args.sources else {}
    canonical = True
    for path in args.notebooks:
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        try:
            old = path.read_bytes().decode()
            new, done, to_run = tidy(old, sources.get(str(path), {}))
        except (ValueError, KeyError, TypeError, nbformat.ValidationError) as error:
            print(f"{shown} is not a valid notebook: {error}", file=sys.stderr)
            return 2
        if args.check:
            report(f"{shown} is not canonical, run `cargo xtask tidy {shown}`:", done)
            canonical = canonical and not done and not to_run
        else:
            report(f"{shown} is put right:", done)
            if new != old:
                write(path, new)
        run = f"cargo xtask handouts {shown} --in-place"
        report(f"{shown} has outputs of another run, run `{run}`:", to_run)
    return 0 if canonical else 1


def write(path: Path, text: str) -> None:
    """Writes the file so that it has the old content or the new, never a half."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(text.encode())
    new.replace(path)


def report(title: str, found: list[str]) -> None:
    """Prints what was found in one file."""
    if found:
        print("\n".join([title, *(f"    {line}" for line in found)]))


if __name__ == "__main__":
    sys.exit(main())
