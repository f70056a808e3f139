"""What a reader is told of cells as students write them, and what is left afterwards.

Every third cell of each list is run; with `SPEEDUP_STUDENT_CELLS=all` each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import student_cells
from kernels import Kernel, rust_kernel

STEP = 1 if os.environ.get("SPEEDUP_STUDENT_CELLS") == "all" else 3


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all cells, of a user who has not asked for backtraces."""
    environment = {k: v for k, v in os.environ.items() if k != "RUST_BACKTRACE"}
    with rust_kernel(tmp_path_factory.mktemp("student"), environment) as kernel:
        yield kernel


def test_the_lists_are_well_formed() -> None:
    cells = [cell for name in student_cells.files() for cell in student_cells.load(name)]
    names = [cell["name"] for cell in cells]
    assert len(names) == len(set(names)) and len(names) >= 200
    for cell in cells:
        assert cell.keys() <= student_cells.KEYS, cell["name"]
        assert len({"error", "panic", "ends", "shows"} & cell.keys()) <= 1, cell["name"]


@pytest.mark.parametrize("name", student_cells.files())
def test_each_cell_leaves_the_state_that_the_list_says(kernel: Kernel, name: str) -> None:
    kernel.run(":clear")
    student_cells.make_state(kernel)
    cells = student_cells.load(name)[::STEP]
    found = [problem for cell in cells for problem in student_cells.problems(kernel, cell)]
    assert found == []
    print(f"{name}: {len(cells)} cells")


def test_a_list_that_says_what_is_not_so_is_refused(kernel: Kernel) -> None:
    kernel.run(":clear")
    student_cells.make_state(kernel)
    wrong = [
        {"code": "kept.len()", "shows": "4"},
        {"code": "kept.len()", "panic": "out of bounds"},
        {"code": "kept[7]", "shows": "1"},
        {"code": "kept[7]", "panic": "overflow"},
        {"code": "kep", "panic": "cannot find value"},
        {"code": "std::process::exit(3)", "error": "status: 3"},
        {"code": "drop(kept);"},
    ]
    for cell in wrong:
        assert student_cells.problems(kernel, {"name": "planted"} | cell), cell
        kernel.run(student_cells.KEPT)
