"""What a reader sees of a mistake, and the help that the kernel gives while writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import CELL_SECONDS, Kernel, rust_kernel

FIRST = """\
:dep speedup = { path = "../crates/speedup" }
:dep rayon = "=1.12.0"
speedup::notebook::set_up();"""
SECOND = """\
use rayon::prelude::*;
let values = vec![1, 2, 3];
let zero = std::hint::black_box(0);
let kept: Box<dyn Fn(usize)> = Box::new(|k| assert!(k > 3, "too small"));
fn pick(values: &[i32], k: usize) -> i32 {
    // A function that later cells call.
    values[k]
}"""
END = "that is all"
INDEX = "index out of bounds: the len is 3 but the index is {}"
# A cell, the message of its panic, and the lines that show the place.
PANICS = {
    "statement": (
        "let k = std::hint::black_box(7);\n\nlet y = values[k] + 1;",
        INDEX.format(7),
        ["let y = values[k] + 1;", "              ^"],
    ),
    "last expression": ("1 / zero", "attempt to divide by zero", ["1 / zero"]),
    "function of an earlier cell": ("pick(&values, 9)", INDEX.format(9), ["values[k]", "^"]),
    "closure of an earlier cell": ("kept(2)", "too small (in code of an earlier cell)", []),
    "thread of a pool": (
        "(0..4).into_par_iter().map(|k| pick(&values, k)).sum::<i32>()",
        INDEX.format(3),
        ["values[k]", "^"],
    ),
    "overflow": (
        "let byte = [200_u8, 100].iter().fold(0, |a, b| a + std::hint::black_box(b));",
        "attempt to add with overflow",
        ["let byte = [200_u8, 100].iter().fold(0, |a, b| a + std::hint::black_box(b));"],
    ),
    "error value": (
        'let number = "x".parse::<i32>().unwrap();',
        "called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }",
        ['let number = "x".parse::<i32>().unwrap();'],
    ),
    "other crate": (
        "let room: Vec<u8> = Vec::with_capacity(usize::MAX);",
        "capacity overflow (alloc/src/",
        [],
    ),
}


@pytest.fixture(scope="module", params=["cells compiled", "cells kept"])
def kernel(root: Path) -> Iterator[Kernel]:
    """A kernel as JupyterLab starts it, where panics do not end the process.

    The second runs what the first has compiled.
    """
    environment = {**os.environ, "JPY_SESSION_NAME": "test.ipynb"}
    with rust_kernel(root / "notebooks", environment) as kernel:
        kernel.run(FIRST)
        kernel.run(SECOND)
        yield kernel


@pytest.mark.parametrize("name", PANICS)
def test_a_panic_shows_its_message_and_its_line(kernel: Kernel, name: str) -> None:
    cell, message, place = PANICS[name]
    first, *others = stderr_of(kernel, cell)
    assert first.startswith(f"panicked at: {message}")
    assert [line.removeprefix("  | ") for line in others][: len(place)] == place
    assert kernel.run("values.len()").strip() == "3", "variables are lost"


def stderr_of(kernel: Kernel, cell: str) -> list[str]:
    """All lines of a cell's error stream, also those that come when the cell is over."""
    kernel.client.execute(cell)
    kernel.client.execute(f'eprintln!("{END}");')
    lines: list[str] = []
    while END not in lines:
        content = kernel.client.get_iopub_msg(timeout=CELL_SECONDS)["content"]
        if content.get("name") == "stderr":
            lines += content["text"].splitlines()
    return lines[:-1]


def test_an_error_value_is_shown_as_it_is(kernel: Kernel) -> None:
    shown = stderr_of(kernel, "speedup::Threads::new(0)?;")
    assert shown == ["threads: 0 is not allowed, use 1 to 4096"]
    assert kernel.run('"x".parse::<u8>()').strip() == "Err(ParseIntError { kind: InvalidDigit })"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("let all = speedup::Threads::al", "all"),
        ("speedup::tim", "timing"),
        ("speedup::repeat::timeit(|| 1).med", "median"),
        ("values.le", "len"),
    ],
)
def test_names_are_completed(kernel: Kernel, code: str, name: str) -> None:
    content = kernel.ask(kernel.client.complete(code))
    assert any(match.startswith(name) for match in content["matches"]), content
    assert content["cursor_end"] == len(code)


def test_items_of_the_helper_crate_are_documented(kernel: Kernel) -> None:
    content = kernel.ask(kernel.client.inspect("speedup::timing::timed"))
    assert content["found"]
    assert "Runs a block once and measures it." in content["data"]["text/plain"]
    assert "<p>" in content["data"]["text/html"]
