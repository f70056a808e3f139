"""What the kernel sends of a mistake, which every client then shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client import BlockingKernelClient
from kernels import CELL_SECONDS, Kernel, failure, rust_kernel

MARK = time.time_ns()
WAIT = "std::thread::sleep(std::time::Duration::from_secs(1));"
FIRST = """\
:dep speedup = { path = "../crates/speedup" }
:dep speedup-notebook = { path = "../crates/speedup-notebook" }
:dep rayon = "=1.12.0\""""
SET_UP = "speedup_notebook::notebook::set_up();"
SECOND = """\
use rayon::prelude::*;
let values = vec![1, 2, 3];
let zero = std::hint::black_box(0);
let kept: Box<dyn Fn(usize)> = Box::new(|k| assert!(k > 3, "too small"));
fn pick(values: &[i32], k: usize) -> i32 {
    // A function that later cells call.
    values[k]
}"""
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
    "closure of an earlier cell": (
        "kept(2)",
        "too small",
        ['let kept: Box<dyn Fn(usize)> = Box::new(|k| assert!(k > 3, "too small"));'],
    ),
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
        "capacity overflow",
        [],
    ),
    "after text": (f'print!("{MARK}"); panic!("told");', "told", ['panic!("told");', "^"]),
}


@pytest.fixture(scope="module", params=["cells compiled", "cells kept, set up"])
def kernel(request: pytest.FixtureRequest, root: Path) -> Iterator[Kernel]:
    """A kernel; the second runs what the first has compiled, after the crate's own set-up."""
    with rust_kernel(root / "notebooks") as kernel:
        kernel.run(FIRST)
        if request.param.endswith("set up"):
            kernel.run(SET_UP)
        kernel.run(SECOND)
        yield kernel


@pytest.mark.parametrize("name", PANICS)
def test_a_panic_shows_its_message_and_its_line(kernel: Kernel, name: str) -> None:
    cell, message, place = PANICS[name]
    answer = kernel.execute(cell)
    kind, shown, (first, *others) = failure(answer)
    assert (kind, shown) == ("Panic", message)
    assert first.startswith(f"panicked at: {message}")
    assert ("(alloc/src/" in first) == (name == "other crate")
    assert all(line.startswith("  | ") for line in others)
    for line, wanted in zip([line[4:] for line in others], place, strict=False):
        assert line.startswith(wanted)
    assert len(others) >= len(place)
    assert "EVCXR_" not in "".join(answer.texts())
    assert answer.stream("stdout") == (str(MARK) if name == "after text" else "")
    assert kernel.run("values.len()").strip() == "3", "variables are lost"


def test_an_error_value_is_shown_as_it_is(kernel: Kernel) -> None:
    message = "threads: 0 is not allowed, use 1 to 4096"
    name, shown, lines = failure(kernel.execute("speedup::Threads::new(0)?;"))
    assert (name, shown) == ("Error", message)
    assert lines[:2] == [f"error: {message}", "  | speedup::Threads::new(0)?;"]
    assert kernel.run('"x".parse::<u8>()').strip() == "Err(ParseIntError { kind: InvalidDigit })"
    assert kernel.run("values.len()").strip() == "3", "variables are lost"


def test_a_compile_error_has_no_colours(kernel: Kernel) -> None:
    name, shown, lines = failure(kernel.execute('let number: i32 = "text";'))
    assert (name, shown) == ("Error", "mismatched types")
    assert "expected `i32`, found `&str`" in "\n".join(lines)


def test_a_panic_that_the_program_catches_is_no_error(kernel: Kernel) -> None:
    answer = kernel.execute('std::panic::catch_unwind(|| panic!("caught")).is_err()')
    assert answer.reply["status"] == "ok"
    assert answer.texts()[-1].strip() == "true"
    assert answer.stream("stderr").startswith("panicked at: caught\n  | ")


def test_a_panic_of_the_kernel_s_own_is_an_error_and_no_end(kernel: Kernel) -> None:
    name, shown, _ = failure(kernel.execute(":env ="))
    assert name == "Error" and shown.startswith("The kernel itself failed: ")
    assert kernel.run("values.len()").strip() == "3", "variables are lost"


def test_what_waits_behind_a_mistake_is_dropped(kernel: Kernel) -> None:
    def replies(cells: list[str], stop: bool = True) -> list[str]:
        asked = [kernel.client.execute(cell, stop_on_error=stop) for cell in cells]
        info = kernel.client.kernel_info()
        found = [kernel.ask(message)["status"] for message in asked]
        assert kernel.ask(info)["status"] == "ok", "other requests are dropped, too"
        return found

    cells = [f'{WAIT} panic!("planted")', "1", "2"]
    assert replies(cells) == ["error", "aborted", "aborted"]
    assert kernel.run("6 * 7").strip() == "42"
    assert replies(cells, stop=False) == ["error", "ok", "ok"]
    assert replies(['let number: i32 = "text";', "1"]) == ["error", "aborted"]


def test_the_same_holds_when_who_asked_has_gone(kernel: Kernel) -> None:
    """And to the others the kernel is idle again."""
    kernel.run("1")  # reads what others have left
    gone = BlockingKernelClient()
    gone.load_connection_info(kernel.client.get_connection_info())
    gone.start_channels(iopub=False, stdin=False, hb=False)
    for cell in (f"{WAIT} panic!();", 'println!("ran all the same");'):
        gone.execute(cell)
    while kernel.client.get_iopub_msg(timeout=CELL_SECONDS)["msg_type"] != "execute_input":
        pass
    gone.stop_channels()
    states = {}
    last = kernel.client.kernel_info()
    while states.get(last) != "idle":
        message = kernel.client.get_iopub_msg(timeout=CELL_SECONDS)
        assert "ran all the same" not in message["content"].get("text", "")
        if message["msg_type"] == "status":
            states[message["parent_header"]["msg_id"]] = message["content"]["execution_state"]
    kernel.ask(last)
    assert len(states) == 3 and set(states.values()) == {"idle"}


def test_an_end_of_the_process_is_explained_and_panics_are_errors_after_it(kernel: Kernel) -> None:
    """Not before the others: the kernel's variables are gone after it."""
    name, shown, _ = failure(kernel.execute("std::process::exit(3)"))
    assert name == "Error" and "All variables are gone" in shown and "status: 3" in shown
    name, shown, lines = failure(kernel.execute("pick(&[1, 2, 3], 9)"))
    assert (name, shown, lines[1]) == ("Panic", INDEX.format(9), "  | values[k]")
    assert "cannot find value `values`" in kernel.run("values.len()")


def test_closed_standard_output_ends_the_process_and_not_the_kernel(kernel: Kernel) -> None:
    close = "drop(unsafe { <std::fs::File as std::os::fd::FromRawFd>::from_raw_fd(1) });"
    answer = kernel.execute(f'println!("before"); {close} loop {{ std::thread::park(); }}')
    assert answer.stream("stdout") == "before\n"
    name, shown, _ = failure(answer)
    assert name == "Error" and "The cell's process has ended" in shown
    assert kernel.run("pick(&[5], 0)").strip() == "5", "functions are lost"


def test_an_interrupt_ends_the_cell_and_drops_what_waits(kernel: Kernel) -> None:
    begun = kernel.client.execute('println!("begun"); loop { std::hint::spin_loop() }')
    waits = kernel.client.execute("1 + 1")
    while True:
        message = kernel.client.get_iopub_msg(timeout=CELL_SECONDS)
        if message["content"].get("text") == "begun\n":
            break
    kernel.manager.interrupt_kernel()
    reply = kernel.ask(begun)
    assert reply["status"] == "error" and "All variables are gone" in "".join(reply["traceback"])
    assert kernel.ask(waits)["status"] == "aborted"
    assert kernel.run("pick(&[5], 0)").strip() == "5", "functions are lost"
