"""The kernel that xtask sets up: several at a time, each in its own folder, none in the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from claims import source_ids
from kernels import Kernel, place_without_memory, rust_kernel, with_other_home
from nbformat import NotebookNode

HANDOUT = "04-wealth"
# A worker of the pool that the crate keeps in a static.
WORKER = (
    'speedup::Threads::new(1)?.install(|| format!("worker {:?}", std::thread::current().id()))?'
)
# Constants of the standard library that the types of variables depend on.
CONSTANTS = {
    "bytes": ("7_u32.to_ne_bytes()", "4"),
    "sizes": ("[0_u8; size_of::<u64>()]", "8"),
    "bits": ("[0_u8; usize::BITS as usize]", "64"),
    "text": ('[0_u8; "abc".len()]', "3"),
    "power": ("[0_u8; 4_usize.pow(2)]", "16"),
}


@pytest.fixture(scope="module")
def notebooks(root: Path) -> Path:
    return root / "notebooks"


@pytest.fixture(scope="module")
def two(notebooks: Path) -> Iterator[list[Kernel]]:
    """Two kernels at the same time that have read the helper crate."""
    with ExitStack() as stack:
        kernels = [stack.enter_context(rust_kernel(notebooks)) for _ in range(2)]
        for kernel in kernels:
            kernel.run(':dep speedup = { path = "../crates/speedup" }')
        yield kernels


def test_two_kernels_work_at_the_same_time(two: list[Kernel]) -> None:
    for value, kernel in enumerate(two):
        kernel.run(f"let a = {value};")
    assert [kernel.run("a").strip() for kernel in two] == ["0", "1"]
    assert len({kernel.folder() for kernel in two}) == 2, "both kernels work in the same folder"


def test_a_macro_is_known_to_later_cells(two: list[Kernel]) -> None:
    """Also to a function whose name is before its own in the alphabet."""
    kernel = two[0]
    kernel.run("macro_rules! twice { ($x:expr) => { 2 * $x }; }")
    kernel.run("fn four_times(x: u64) -> u64 { twice!(twice!(x)) }")
    assert kernel.run("four_times(5) + twice!(1)").strip() == "22"


def test_statics_are_shared_between_cells(two: list[Kernel]) -> None:
    kernel = two[0]
    first, second = kernel.run(WORKER), kernel.run(WORKER)
    assert "worker ThreadId(" in first
    assert first == second, "each cell has a thread pool of its own"


def test_arithmetic_in_cells_is_checked(two: list[Kernel]) -> None:
    output = two[1].run("let x: u8 = std::hint::black_box(255); x + 1")
    assert "attempt to add with overflow" in output


def test_programs_that_a_cell_starts_have_the_user_s_environment(two: list[Kernel]) -> None:
    variables = two[1].run("!env").strip().splitlines()
    names = {line.partition("=")[0] for line in variables if "=" in line}
    shell = {"_", "OLDPWD", "PWD", "SHLVL"}
    assert names - os.environ.keys() - shell <= {"JPY_PARENT_PID", "JPY_SESSION_NAME"}
    checked = two[1].run('!cd ../crates/speedup && cargo check 2>&1; echo "status $?"')
    assert checked.strip().endswith("status 0"), checked


@pytest.fixture(scope="module")
def forgetful(root: Path, notebooks: Path) -> Iterator[Kernel]:
    """A kernel for which nothing is kept, nor can be."""
    with (
        place_without_memory(root) as launcher,
        rust_kernel(notebooks, command=[str(launcher)]) as kernel,
    ):
        yield kernel


@pytest.mark.parametrize("name", CONSTANTS)
def test_variables_whose_types_need_a_constant(forgetful: Kernel, name: str) -> None:
    value, length = CONSTANTS[name]
    assert forgetful.run(f"let {name} = {value};") == ""
    assert forgetful.run("let n = 5; let tenfold = vec![10 * n];") == ""
    assert forgetful.run(f"{name}.len() * tenfold[0] / 50").strip() == length


def test_libraries_find_others_from_where_they_are(forgetful: Kernel) -> None:
    """A path that is made for another folder may lead to the right place, or to none."""
    assert forgetful.run("6 * 7").strip() == "42"
    libraries = [*forgetful.folder().rglob("libcode_*.so")]
    assert libraries
    for library in libraries:
        above = len(library.resolve().parents)
        texts = library.read_bytes().split(b"$ORIGIN")[1:]
        steps = [text.split(b"\0")[0].split(b":")[0].decode().split("/")[1:] for text in texts]
        assert steps, "no path at all"
        assert all(path.count("..") < above for path in steps), "it leads above all folders"
        assert any(library.parent.joinpath(*path).glob("libstd-*") for path in steps)


def test_a_kernel_without_the_launcher_works_too(
    root: Path, notebooks: Path, executed: Callable[[str], NotebookNode], tmp_path: Path
) -> None:
    """Somebody else's evcxr kernel: no launcher, no settings, nothing built ahead."""
    program = (root / "target/kernel/evcxr-program").read_text("utf-8").strip()
    environment = with_other_home(tmp_path)
    # The crates that Cargo.lock names are on this machine; asking for newer ones is not the point.
    environment["CARGO_NET_OFFLINE"] = "true"
    needed = ["install", "imports", "13.3.2-f", "13.3.2-timeit", "13.3.3-value"]
    cells = [cell for cell in executed(HANDOUT).cells if cell.cell_type == "code"]
    wanted = {f"004:{name}" for name in needed}
    code = [cell.source for cell in cells if wanted & {*source_ids(cell)}]
    with rust_kernel(notebooks, environment, [program, "--control_file"]) as kernel:
        output = "\n".join(kernel.run(source) for source in code)
    assert "0.9999992797121728" in output


def test_the_user_s_own_kernelspec_is_left_alone(notebooks: Path, tmp_path: Path) -> None:
    """An evcxr kernel renews the kernelspec of an older version that it finds; ours must not."""
    spec = tmp_path / ".local/share/jupyter/kernels/rust"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["mine"], "display_name": "Mine"}')
    (spec / "version.txt").write_text("0.0.1")
    mac = tmp_path / "Library/Jupyter/kernels/rust"
    shutil.copytree(spec, mac)
    environment = {**os.environ, **with_other_home(tmp_path)}
    with rust_kernel(notebooks, environment) as kernel:
        assert kernel.run("6 * 7").strip() == "42"
    for folder in (spec, mac):
        assert "mine" in (folder / "kernel.json").read_text()
        assert (folder / "version.txt").read_text() == "0.0.1"
        assert len(list(folder.iterdir())) == 2
