"""Crates are built once and ahead, in fixed versions, whatever else is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import source_lists
from kernels import Kernel, rust_kernel
from nbformat import NotebookNode

# Of these there are often newer versions than those that are fixed.
LIVELY = {"syn", "serde", "rand", "thiserror"}
# A crate that no handout needs.
OTHER, VERSION = "humantime", "2.3.0"
# What allows cargo to use the network, or does not.
NETWORK = ["", ":offline 0"]
Package = tuple[str, str]


def packages(lock_file: Path) -> set[Package]:
    """Names and versions of the packages from a registry."""
    head = re.compile(r'name = "(.*)"\nversion = "(.*)"\nsource = ')
    return set(head.findall(lock_file.read_text("utf-8")))


@pytest.fixture(scope="module")
def fixed(root: Path) -> set[Package]:
    """The versions that the set-up has fixed."""
    return packages(root / "target/kernel/crates/Cargo.lock")


@pytest.fixture(scope="module")
def dep_cells(executed: Callable[[str], NotebookNode]) -> list[list[str]]:
    """For each handout its cells with `:dep` lines; of each cell only these lines."""
    found = []
    for name in source_lists.HANDOUTS:
        code = [cell.source for cell in executed(name).cells if cell.cell_type == "code"]
        lines = ["\n".join(re.findall(r"(?m)^:dep .*$", source)) for source in code]
        found.append([line for line in lines if line])
    assert all(found)
    return found


@pytest.fixture(scope="module")
def newer_home(fixed: set[Package], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of cargo's home, where another project has fetched newer versions of our crates."""
    old = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    home = tmp_path_factory.mktemp("cargo")
    for file in old.glob("config*"):
        shutil.copy(file, home)
    # Cargo writes into the files of the index, but not into those of crates.
    shutil.copytree(old / "registry/index", home / "registry/index", symlinks=True)
    for part in ("cache", "src"):
        subprocess.run(["cp", "-al", old / "registry" / part, home / "registry"], check=True)
    for names in (LIVELY, {name for name, _ in fixed}):
        if newer(fetched(names, home), fixed):
            return home
    pytest.fail("no crate has a newer version than the one that is fixed")


def fetched(names: Iterable[str], home: Path) -> set[Package]:
    """The newest versions of crates, fetched by a project of its own."""
    project = home / "project"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "src/lib.rs").touch()
    head = '[package]\nname = "other"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n'
    lines = "".join(f'{name} = "*"\n' for name in sorted(names))
    (project / "Cargo.toml").write_text(head + lines)
    environment = {**os.environ, "CARGO_HOME": str(home)}
    subprocess.run(["cargo", "fetch", "--quiet"], cwd=project, env=environment, check=True)
    return packages(project / "Cargo.lock")


def newer(found: set[Package], fixed: set[Package]) -> set[Package]:
    """Those that are later than every fixed version of the same crate."""

    def number(version: str) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", version.partition("+")[0])))

    return {
        (name, version)
        for name, version in found
        if (ours := [number(other) for same, other in fixed if same == name])
        and number(version) > max(ours)
    }


def add_all(kernel: Kernel, dep_cells: list[list[str]], first: str) -> None:
    """Names the crates of each handout in turn, as in a new kernel, and sees that none is built."""
    started = time.time()
    for cells in dep_cells:
        kernel.run(f":clear\n{first}")
        for lines in cells:
            answer = kernel.execute(lines)
            assert answer.reply["status"] == "ok", answer.texts()
            assert "Compiling" not in "".join(answer.texts())
    libraries = [path for path in kernel.folder().rglob("libspeedup*") if path.is_file()]
    new = [path.name for path in libraries if path.stat().st_mtime > started]
    assert libraries, "no library of the helper crate"
    assert not new, "built again, though `cargo xtask` builds ahead"


def test_crates_are_not_built_again(
    root: Path, dep_cells: list[list[str]], fixed: set[Package]
) -> None:
    """Also not when a later cell of the notebook adds a crate."""
    with rust_kernel(root / "notebooks") as kernel:
        for first in NETWORK:
            add_all(kernel, dep_cells, first)
        assert packages(kernel.folder() / "Cargo.lock") <= fixed


def test_nothing_is_shared_that_a_build_script_writes(root: Path) -> None:
    """One kernel that runs such a script again would have all others build again."""
    with rust_kernel(root / "notebooks") as kernel:
        written = [path for path in kernel.folder().glob("target/**/build/*/out/**/*")]
        shared = [path.name for path in written if path.is_file() and path.stat().st_nlink > 1]
    assert written and not shared


def test_newer_versions_on_the_machine_do_not_matter(
    root: Path,
    dep_cells: list[list[str]],
    fixed: set[Package],
    newer_home: Path,
) -> None:
    """For cargo another home means other crates: the cells are those that were kept before."""
    environment = {**os.environ, "CARGO_HOME": str(newer_home)}
    with rust_kernel(root / "notebooks", environment) as kernel:
        for first in NETWORK:
            add_all(kernel, dep_cells, first)
        used = packages(kernel.folder() / "Cargo.lock")
    assert used and used <= fixed


def test_a_crate_of_the_reader_s_is_added_to_the_others(root: Path, fixed: set[Package]) -> None:
    """As KERNEL.md says it; the first time on a machine the crate has to be downloaded."""
    assert OTHER not in dict(fixed)
    with rust_kernel(root / "notebooks") as kernel:
        kernel.run(":offline 0")
        kernel.run(f':dep {OTHER} = "={VERSION}"')
        minute = f"{OTHER}::format_duration(std::time::Duration::from_secs(60)).to_string()"
        assert kernel.run(minute).strip() == '"1m"'
        kernel.run(':dep speedup = { path = "../crates/speedup" }')
        assert kernel.run("speedup::Threads::new(2)?.count()").strip() == "2"
        own = packages(kernel.folder() / "Cargo.lock") - fixed
    assert own == {(OTHER, VERSION)}
