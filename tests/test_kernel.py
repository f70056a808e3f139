"""The kernel that xtask sets up: ready at once, several at a time, and alone in its folder."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import source_lists
from claims import source_ids
from kernels import Kernel, rust_kernel, with_other_home
from nbformat import NotebookNode

HANDOUT = "04-wealth"
# A worker of the pool that the crate keeps in a static.
WORKER = (
    'speedup::Threads::new(1)?.install(|| format!("worker {:?}", std::thread::current().id()))?'
)
FOLDER = 'std::env::var("EVCXR_TMPDIR")?'
CELLS = 'std::env::var("SPEEDUP_CELLS")?'
TYPES = 'std::env::var("SPEEDUP_TYPES")?'


def deps(source: str) -> list[str]:
    """The `:dep` lines of a cell."""
    return re.findall(r"(?m)^:dep .*$", source)


@pytest.fixture(scope="module")
def notebooks(root: Path) -> Path:
    return root / "notebooks"


@pytest.fixture(scope="module")
def dep_lines(executed: Callable[[str], NotebookNode]) -> str:
    """All `:dep` lines of the handout."""
    code = [cell.source for cell in executed(HANDOUT).cells if cell.cell_type == "code"]
    lines = deps("\n".join(code))
    assert lines, f"{HANDOUT} has no :dep line"
    return "\n".join(lines)


@pytest.fixture(scope="module")
def two(notebooks: Path, dep_lines: str) -> Iterator[list[Kernel]]:
    """Two kernels at the same time that have read the crates."""
    with ExitStack() as stack:
        kernels = [stack.enter_context(rust_kernel(notebooks)) for _ in range(2)]
        for kernel in kernels:
            kernel.run(dep_lines)
        yield kernels


def test_two_kernels_work_at_the_same_time(two: list[Kernel]) -> None:
    for value, kernel in enumerate(two):
        kernel.run(f"let a = {value};")
    assert [kernel.run("a").strip() for kernel in two] == ["0", "1"]
    folders = {kernel.run(FOLDER) for kernel in two}
    assert len(folders) == 2, "both kernels work in the same folder"


@pytest.mark.parametrize("name", source_lists.NOTEBOOKS.values())
def test_crates_are_not_built_again(
    name: str, notebooks: Path, executed: Callable[[str], NotebookNode]
) -> None:
    """Also not when a later cell of the notebook adds a crate."""
    cells = [cell.source for cell in executed(name).cells if cell.cell_type == "code"]
    with rust_kernel(notebooks) as kernel:
        started = time.time()
        output = "\n".join(kernel.run("\n".join(deps(cell))) for cell in cells if deps(cell))
        folder = Path(kernel.run(FOLDER).strip().strip('"'))
        libraries = [path for path in folder.rglob("libspeedup*") if path.is_file()]
        new = [path.name for path in libraries if path.stat().st_mtime > started]
    assert "Compiling" not in output
    assert libraries, f"no library of the helper crate in {folder}"
    assert not new, "built again, though `cargo xtask` builds ahead"


def test_a_cell_is_compiled_once(notebooks: Path) -> None:
    """The next kernel takes what this one compiled, and what it has to compile fits to it."""
    mark = time.time_ns()
    code = [
        f"""struct Pair(u64, u64);
fn sum(pair: &Pair) -> u64 {{
    pair.0 + pair.1
}}
let pair = Pair({mark}, 1);
let (twice, thrice) = (2 * pair.0, 3 * pair.0);""",
        "sum(&pair)",
        "(thrice - twice) % 10",
    ]
    outputs, compiled, asked = [], [], []
    for _ in range(2):
        with rust_kernel(notebooks) as kernel:
            cells = Path(kernel.run(CELLS).strip().strip('"'))
            folder = Path(kernel.run(FOLDER).strip().strip('"'))
            before = cargo_notes(folder)
            outputs.append([kernel.run(source).strip() for source in code])
            asked.append(cargo_notes(folder) != before)
            keys = [key for key in cells.glob("*/key") if str(mark) in key.read_text("utf-8")]
            compiled.append({(key, key.stat().st_ino) for key in cells.glob("*/key")})
            new = mark + len(compiled)
            assert kernel.run(f"sum(&pair) + twice + {new}").strip() == str(3 * mark + 1 + new)
    assert outputs == 2 * [["", str(mark + 1), str(mark % 10)]]
    assert keys, "nothing of the first kernel was kept"
    assert asked == [True, False], "cargo was asked for what was kept"
    # The last cell of the first kernel, not in its list yet, and its first try to show the value.
    assert len(compiled[1] - compiled[0]) == 2


def test_types_of_variables_are_inferred_once(notebooks: Path) -> None:
    """The next kernel takes the types that this one inferred; each knows what it infers."""
    mark = time.time_ns()
    code = [
        f"let pairs: Vec<_> = ({mark}_u64..).map(|k| (k, k % 7 < 3)).take(3).collect();",
        "let mut last = pairs.last().cloned();",
        "last.take().unwrap().0 - pairs[0].0",
    ]
    files, used = [], []
    for _ in range(2):
        with rust_kernel(notebooks) as kernel:
            types = Path(kernel.run(TYPES).strip().strip('"'))
            assert [kernel.run(source).strip() for source in code] == ["", "", "2"]
            (kept,) = [path for path in types.iterdir() if str(mark) in path.read_text("utf-8")]
            files.append((kept, kept.stat().st_ino))
            used.append(kept.stat().st_mtime_ns)
            assert kept.read_text("utf-8").endswith("\0pairs\0\0Vec<(u64, bool)>\0")
            assert kernel.run("let all = pairs.len(); all * 2").strip() == "6"
    assert files[0] == files[1], "inferred again"
    assert used[0] < used[1], "not taken"


def cargo_notes(folder: Path) -> set[tuple[Path, int]]:
    """What cargo writes each time that it has the kernel's own crate compiled."""
    notes = folder.rglob(".fingerprint/ctx-*/dep-lib-ctx")
    return {(note, note.stat().st_mtime_ns) for note in notes}


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
    with rust_kernel(notebooks, environment, program) as kernel:
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
