"""The lists by which tests are dealt out to processes name what there is."""

from __future__ import annotations

from pathlib import Path

import distribution
import pytest

TESTS = Path(__file__).parent


@pytest.mark.parametrize("file", sorted({*distribution.ALONE, *distribution.FIRST}))
def test_names_are_those_of_files_and_tests(file: str) -> None:
    text = (TESTS / f"{file}.py").read_text("utf-8")
    for start in distribution.ALONE.get(file, ()):
        assert f"\ndef {start}" in text, f"no test begins with {start}"


def test_a_test_is_alone_only_if_its_list_says_so() -> None:
    alone = "tests/test_kernel.py::test_a_kernel_without_the_launcher_works_too"
    assert distribution.unit(alone) == alone
    for test in ("test_all_results_of_a_cell_are_shown", "test_statics_are_shared[a-b]"):
        assert distribution.unit(f"tests/test_kernel.py::{test}") == "tests/test_kernel.py"
    one = "tests/test_edition_runs.py::test_spine_runs_alone[a/b::c]"
    assert distribution.unit(one) == one
    assert distribution.place("tests/test_tidy.py::a") > distribution.place(one)
