"""Kernels keep compiled cells and the types of variables for each other, as long as they hold."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from kernels import Kernel, rust_kernel

MARK = time.time_ns()
CELLS = {
    f"""struct Pair(u64, u64);
fn sum(pair: &Pair) -> u64 {{
    pair.0 + pair.1
}}
let pair = Pair({MARK}, 1);
let (twice, thrice) = (2 * pair.0, 3 * pair.0);""": "",
    "sum(&pair)": str(MARK + 1),
    "(thrice - twice) % 10": str(MARK % 10),
    f"let pairs: Vec<_> = ({MARK}_u64..).map(|k| (k, k % 7 < 3)).take(3).collect();": "",
    "let mut last = pairs.last().cloned();": "",
    "last.take().unwrap().0 - pairs[0].0": "2",
}
MINE = '[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2021"\n'
MACRO = f"{MINE.replace('mine', 'words')}[lib]\nproc-macro = true\n"
READS = """use proc_macro::{{Literal, TokenStream, TokenTree}};
#[proc_macro]
pub fn words(_: TokenStream) -> TokenStream {{
    let text = std::fs::read_to_string("{file}").unwrap();
    TokenTree::from(Literal::string(&text)).into()
}}
"""
Files = dict[Path, tuple[int, int]]


@dataclass
class Session:
    """What one kernel showed, and what was kept after it."""

    outputs: list[str]
    asked: bool
    """Whether cargo had to compile one of the cells."""
    cells: Files = field(default_factory=dict)
    types: Files = field(default_factory=dict)
    mine: list[str] = field(default_factory=list)
    words: str = ""
    own: Files = field(default_factory=dict)
    """The kept cells that need the reader's crate."""


@dataclass
class Place:
    """Where a reader works who has crates of their own."""

    root: Path
    folder: Path

    @property
    def kept(self) -> Path:
        return self.root / "target/kernel/kept"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def with_mark(self, kind: str, mark: str = str(MARK)) -> Files:
        """The kept files of a kind that are ours: which file each is, and when it was last used."""
        files = [p for p in (self.kept / kind).iterdir() if mark.encode() in p.read_bytes()]
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}

    def session(self) -> Session:
        """Runs the cells in a new kernel, then those that need the reader's crates."""
        with rust_kernel(self.root / "notebooks") as kernel:
            before = cargo_notes(kernel)
            outputs = [kernel.run(source).strip() for source in CELLS]
            session = Session(outputs, cargo_notes(kernel) != before)
            # What has to be compiled fits to what was kept.
            new = time.time_ns()
            assert kernel.run(f"sum(&pair) + twice + {new}").strip() == str(3 * MARK + 1 + new)
            assert kernel.run(f"pairs.len() * 2 + {new}").strip() == str(6 + new)
            session.cells, session.types = self.with_mark("cells"), self.with_mark("types")
            kernel.run(f':dep mine = {{ path = "{self.folder}/mine" }}')
            session.mine = [kernel.run(source).strip() for source in ("let x = mine::f();", "x")]
            session.own = self.with_mark("cells", str(self.folder))
            kernel.run(f':dep words = {{ path = "{self.folder}/words" }}')
            session.words = kernel.run("words::words!()").strip()
        return session


def cargo_notes(kernel: Kernel) -> set[tuple[Path, int]]:
    """What cargo writes each time that it has the kernel's own crate compiled."""
    notes = kernel.folder().rglob(".fingerprint/ctx-*/dep-lib-ctx")
    return {(note, note.stat().st_mtime_ns) for note in notes}


@pytest.fixture(scope="module")
def place(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(root, tmp_path_factory.mktemp("reader"))
    place.write("mine/Cargo.toml", MINE)
    place.write("mine/src/lib.rs", "pub fn f() -> u32 { 1 }")
    # An editor's lock, which leads nowhere.
    os.symlink("user@host.1", place.folder / "mine/src/.#lib.rs")
    place.write("words/Cargo.toml", MACRO)
    place.write("words/src/lib.rs", READS.format(file=str(place.folder / "text")))
    place.write("text", "one")
    return place


@pytest.fixture(scope="module")
def sessions(place: Place) -> list[Session]:
    """Two kernels, one after the other; in between the reader changes their crates and files."""
    first = place.session()
    place.write("mine/src/lib.rs", 'pub fn f() -> String { "new".into() }')
    place.write("text", "two")
    return [first, place.session()]


@pytest.fixture(scope="module")
def whole(sessions: list[Session]) -> dict[Path, bytes]:
    """What was kept of our cells, before it was damaged."""
    files = [*sessions[1].cells, *sessions[1].types]
    return {path: path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def damaged(whole: dict[Path, bytes]) -> dict[Path, bytes]:
    """The same files, each cut in the library, or with another last bit."""
    found = {}
    for number, (path, content) in enumerate(whole.items()):
        changed = content[:-1] + bytes([content[-1] ^ 1])
        found[path] = content[: -(1 + 7 * number)] if number % 2 else changed
        path.write_bytes(found[path])
    return found


@pytest.fixture(scope="module")
def third(place: Place, damaged: dict[Path, bytes]) -> Session:
    """A kernel after kept files were damaged, and files changed that are no part of a library."""
    for name in ("README.md", "tests/mine.rs", "results/all.jsonl"):
        place.write(f"mine/{name}", "\n")
    return place.session()


def test_a_cell_is_compiled_once(sessions: list[Session]) -> None:
    """The next kernel takes what this one compiled."""
    first, second = sessions
    assert first.outputs == second.outputs == list(CELLS.values())
    assert [first.asked, second.asked] == [True, False], "cargo was asked for what was kept"
    assert first.cells, "nothing was kept"
    assert inodes(first.cells).items() <= inodes(second.cells).items(), "compiled again"


def test_types_of_variables_are_inferred_once(sessions: list[Session]) -> None:
    (path,) = [p for p in sessions[0].types if p.read_bytes().endswith(b"\0Vec<(u64, bool)>\0")]
    (first, used), (second, used_again) = (session.types[path] for session in sessions)
    assert first == second, "inferred again"
    assert used < used_again, "not taken"


def test_a_changed_crate_of_the_reader_s_is_seen(sessions: list[Session]) -> None:
    assert [session.mine for session in sessions] == [["", "1"], ["", '"new"']]


def test_files_that_are_no_part_of_a_library_do_not_matter(
    sessions: list[Session], third: Session
) -> None:
    """All but the first cell are taken: with that a kernel builds the reader's crate."""
    assert third.mine == sessions[1].mine
    before, after = inodes(sessions[1].own), inodes(third.own)
    assert before.keys() == after.keys()
    assert len(before.items() - after.items()) <= 1 < len(before), "compiled again"


def test_a_cell_with_a_macro_that_reads_a_file_is_not_kept(
    place: Place, sessions: list[Session], third: Session
) -> None:
    assert [session.words for session in [*sessions, third]] == ['"one"', '"two"', '"two"']
    assert not place.with_mark("cells", f"{place.folder}/words")


def test_what_is_damaged_is_made_again(
    whole: dict[Path, bytes], damaged: dict[Path, bytes], third: Session
) -> None:
    assert third.outputs == list(CELLS.values())
    assert third.asked
    assert not [path for path in whole if path.read_bytes() == damaged[path]], "still damaged"
    # The same again, but for the order of the variables and what a linker notes.
    sizes = {path: len(content) for path, content in whole.items()}
    assert {path: path.stat().st_size for path in whole} == sizes


def inodes(files: Files) -> dict[Path, int]:
    return {path: inode for path, (inode, _) in files.items()}
