"""Interrupts at random moments: the kernel answers, and the next cell works.

`SPEEDUP_INTERRUPTS` is the number of interrupts, 5 without it.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import CELL_SECONDS, Kernel, rust_kernel
from processes import marked_environment, with_mark

COUNT = int(os.environ.get("SPEEDUP_INTERRUPTS", "5"))
FIRST = """\
:dep speedup = { path = "../crates/speedup" }
:dep speedup-notebook = { path = "../crates/speedup-notebook" }
:dep speedup-process = { path = "../crates/speedup-process" }
:dep rayon = "=1.12.0"
use rayon::prelude::*;
use speedup_process::{Workers, jobs::Hang};
fn double(x: usize) -> usize { 2 * x }"""
BEGUN = "begun"
SAY = f'println!("{BEGUN}");'
KEPT = "let kept = vec![1, 2, 3];"
# What runs when it is interrupted. Each cell is new, so that it is compiled.
MOMENTS = {
    "one thread computes": SAY + " loop {{ std::hint::black_box({k}); }}",
    "a parallel loop computes": SAY
    + " (0..usize::MAX).into_par_iter().for_each(|n| {{ std::hint::black_box(n + {k}); }});",
    "text is printed": 'loop {{ println!("{begun} {k}"); }}',
    "workers have a job each": "let mut team = Workers::start(2)?; "
    + SAY
    + " team.map(&vec![Hang::for_ever(); {k} % 7 + 2], 1)?;",
    "a line is read": SAY + ' std::io::stdin().read_line(&mut String::from("{k}"))?;',
    "a program runs": SAY + ' std::process::Command::new("sleep").arg("36{k}").status()?;',
}
# Nothing that runs can say that it has begun.
COMPILING = 'let made = (0..{k}_u64).map(|n| n * n).sum::<u64>(); println!("{{made}}");'
SHELL = "!sleep 36{k}"


@pytest.fixture(scope="module")
def marked(root: Path) -> Iterator[tuple[Kernel, str]]:
    """A kernel, and the mark of all that it starts."""
    environment, mark = marked_environment()
    with rust_kernel(root / "notebooks", environment) as kernel:
        kernel.run(FIRST)
        kernel.run(KEPT)
        yield kernel, mark


def plan() -> Iterator[tuple[int, str, float]]:
    """A number, what runs, and the seconds until the interrupt; all kinds come equally often."""
    draw = random.Random(21)
    kinds = [*MOMENTS, "code is compiled", "a program of the shell runs"]
    for k in range(COUNT):
        if k % len(kinds) == 0:
            draw.shuffle(kinds)
        yield k + 1, kinds[k % len(kinds)], draw.uniform(0, 1)


def wait_until_begun(kernel: Kernel, asked: str) -> None:
    while True:
        message = kernel.client.get_iopub_msg(timeout=CELL_SECONDS)
        if message["parent_header"].get("msg_id") == asked:
            assert message["msg_type"] != "error", message["content"]
            if BEGUN in message["content"].get("text", ""):
                return


def interrupt(kernel: Kernel, code: str, says: bool, after: float) -> tuple[dict, float]:
    """Runs code and interrupts it; gives the reply, and how long it took to come."""
    asked = kernel.client.execute(code, allow_stdin=True)
    if says:
        wait_until_begun(kernel, asked)
    time.sleep(after)
    begin = time.monotonic()
    # A reader may press the button again, before the next cell.
    for _ in range(1 + (after > 0.5)):
        kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request"))
        kernel.client.get_control_msg(timeout=CELL_SECONDS)
    return kernel.ask(asked), time.monotonic() - begin


def test_the_kernel_answers_an_interrupt_at_any_moment(marked: tuple[Kernel, str]) -> None:
    kernel, mark = marked
    before = len(with_mark(mark))
    longest, kinds = 0.0, Counter()
    for k, kind, after in plan():
        code = {"code is compiled": COMPILING, "a program of the shell runs": SHELL}
        source = (MOMENTS | code)[kind].format(k=k, begun=BEGUN)
        reply, took = interrupt(kernel, source, kind in MOMENTS, after)
        longest, kinds = max(longest, took), kinds + Counter([kind])
        print(f"{k} {kind}: interrupted after {after:.2f} s, answered in {took:.1f} s", flush=True)
        shown = "\n".join(reply.get("traceback", []))
        lost = "All variables are gone" in shown
        if kind in MOMENTS:
            assert lost, (kind, reply)
        elif kind.endswith("shell runs"):
            assert "Variables are kept" in shown, (kind, reply)
        else:
            assert lost or reply["status"] == "ok", (kind, reply)
        assert kernel.run("double(21)").strip() == "42", f"functions are lost while {kind}"
        if lost:
            assert "cannot find value `kept`" in kernel.run("kept.len()"), kind
            assert kernel.run(KEPT) == ""
        assert kernel.run("kept.len()").strip() == "3", f"variables are lost while {kind}"
        end = time.monotonic() + 60
        while len(with_mark(mark)) > before and time.monotonic() < end:
            time.sleep(0.1)
        assert len(with_mark(mark)) <= before, (kind, with_mark(mark))
    print(f"{COUNT} interrupts, {len(kinds)} kinds, the longest wait {longest:.1f} s")
