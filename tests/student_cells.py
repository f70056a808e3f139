"""Cells as students write them, and the state that each leaves a reader in.

A file of `student_cells/` is a list of cells:

- `name`            what the cell is about
- `code`            the cell; `@NAME@` stands for a long text of `LONG`
- `before`          cells that are run first, without a fault
- `shows`           a part of what it shows, if all is well; nothing is shown for an empty text
- `error`, `panic`  a part of the message of the first error
- `lines`           a part of the lines below that message
- `ends`            a part of the message, as the process that runs the cells has ended
- `interrupt`       the cell is interrupted
- `answer`          what is typed when the cell asks for a line
- `after`           cells that are run then, each with a part of what it shows
- `leaves`          `cleared` when all is gone
- `note`            what a reader should know of it

Afterwards earlier variables are there, and earlier functions can be called. Where the process has
ended, variables are gone, and functions are there.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import yaml
from kernels import Answer, Kernel

FOLDER = Path(__file__).parent / "student_cells"
Cell = dict[str, Any]
KEPT = "let kept = vec![1, 2, 3];"
DOUBLE = "fn double(x: i32) -> i32 { 2 * x }"
PROBE, SEES = 'println!("{} {}", kept.len(), double(21));', "3 42"
LONG = {
    "@LONG@": "x" * 100_000,
    "@TERMS@": " + ".join(["1"] * 1_000),
    "@DEEP@": "(" * 3_000 + "1" + ")" * 3_000,
    "@400@": "(" * 400 + "1" + ")" * 400,
}
ENDED, GONE = "The cell's process has ended", "All variables are gone"
KEYS = {"name", "code", "before", "shows", "error", "panic", "ends", "interrupt", "answer"}
KEYS |= {"after", "leaves", "lines", "note"}
INTERRUPT_SECONDS = 1.0
# What names the kernel's own code, which says nothing to a student.
INTERNAL = ("evcxr_", "EvcxrUser", "EVCXR_", "lib.rs", "run_user_code", "JOBSERVER", "MAKEFLAGS")


def files() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str) -> list[Cell]:
    """The cells of one file."""
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))


def filled(code: str) -> str:
    for name, text in LONG.items():
        code = code.replace(name, text)
    return code


def make_state(kernel: Kernel) -> None:
    """Makes what the probe uses."""
    for code in (KEPT, DOUBLE):
        assert kernel.run(code) == ""


def execute(kernel: Kernel, cell: Cell) -> Answer:
    options: dict[str, Any] = {}
    if "answer" in cell:
        options["allow_stdin"] = True
        options["stdin_hook"] = lambda _: kernel.client.input(cell["answer"])
    timer = None
    if cell.get("interrupt"):
        timer = threading.Timer(INTERRUPT_SECONDS, kernel.manager.interrupt_kernel)
        timer.start()
    try:
        return kernel.execute(filled(cell["code"]), **options)
    finally:
        if timer is not None:
            timer.cancel()


def message_problem(cell: Cell, answer: Answer) -> str | None:
    """What is wrong with the cell's own answer."""
    shown = "\n".join(answer.texts())
    kind = next((key for key in ("error", "panic", "ends") if key in cell), None)
    if found := [word for word in INTERNAL if word in shown]:
        return f"the answer names the kernel's own {found}: {shown[:400]}"
    if kind is None:
        if answer.reply["status"] != "ok":
            return f"fails: {shown[:400]}"
        wanted = cell.get("shows", "")
        if wanted not in shown or (wanted == "" and "shows" in cell and shown.strip()):
            return f"shows {shown[:400]!r}"
        return None
    if answer.reply["status"] != "error":
        return f"is ok, and shows {shown[:400]!r}"
    first = next(content for name, content in answer.outputs if name == "error")
    message, name = first["evalue"], first["ename"]
    if name != ("Panic" if kind == "panic" else "Error"):
        return f"is an error of the kind {name}: {message}"
    if kind == "ends" and not (ENDED in message and GONE in message):
        return f"does not say that the process has ended: {message}"
    if cell.get("lines", "") not in shown:
        return f"shows {shown[:600]!r}"
    place = shown if kind == "ends" else message
    return None if cell[kind] in place else f"says {place[:600]!r}"


def probe_problem(kernel: Kernel, cell: Cell) -> str | None:
    """What is wrong with the state afterwards; the state is as before then."""
    if cell.get("leaves") == "cleared":
        for name in ("kept", "double"):
            if f"`{name}`" not in kernel.run(f"{name};"):
                return f"`{name}` is still there"
        make_state(kernel)
    elif "ends" in cell:
        if "cannot find value `kept`" not in kernel.run("kept.len()"):
            return "variables are still there"
        if (seen := kernel.run("double(21)").strip()) != "42":
            return f"functions are lost: {seen[:400]}"
        kernel.run(KEPT)
    if cell.get("error") is not None:
        # The process has not been asked to run anything. Nothing is compiled for this.
        return None if "kept: Vec<i32>" in kernel.run(":vars") else "variables are lost"
    seen = kernel.run(PROBE).strip()
    return None if SEES in seen else f"a later cell sees {seen[:400]!r}"


def problems(kernel: Kernel, cell: Cell) -> list[str]:
    """Runs a cell and looks at what it leaves."""
    found = []
    for code in cell.get("before", []):
        if (answer := kernel.execute(filled(code))).reply["status"] != "ok":
            found.append(f"the cell before fails: {answer.texts()}")
    found.append(message_problem(cell, execute(kernel, cell)))
    for code, wanted in cell.get("after", []):
        if wanted not in (seen := kernel.run(code)) or (wanted == "" and seen.strip()):
            found.append(f"then {code!r} shows {seen[:400]!r}")
    found.append(probe_problem(kernel, cell))
    return [f"{cell['name']}: {problem}" for problem in found if problem]
