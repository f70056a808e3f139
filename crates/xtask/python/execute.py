"""Executes one notebook in a fresh Rust kernel: execute.py [options] SOURCE OUT.

Exit status 1, with a report on standard error, when a cell failed. With --hold also when outputs
contradict a sentence of the text, after cells that do were repeated (expect.py).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import quick  # noqa: F401 (first)

# isort: split
import expect
import nbformat
import psutil
import stamp
import zmq
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode

KERNEL_START_SECONDS = 120
# How often a cell is run again that contradicts the text.
REPEATS = 6
# How long a cell that is run again waits for other programs to end, and what of the processors they
# may take.
PATIENCE_SECONDS = 60
QUIET_PERCENT = 5


class Failure(Exception):
    """What went wrong in a cell, as a text for the person who wrote it."""


class Client(NotebookClient):
    """A client that notes how long cells took, and when the first chart came."""

    first_chart: float | None = None
    cells_to_chart = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cell_seconds: list[float] = []

    def output(
        self,
        outs: list[NotebookNode],
        msg: dict[str, Any],
        display_id: str,
        cell_index: int,
    ) -> NotebookNode | None:
        is_chart = "image/svg+xml" in msg["content"].get("data", {})
        if is_chart and self.first_chart is None:
            self.first_chart = time.monotonic()
            self.cells_to_chart = len(self.cell_seconds) + 1
        return super().output(outs, msg, display_id, cell_index)


def output_text(output: NotebookNode) -> str:
    """All text of one output."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join([*output.traceback, str(output.evalue)])
    return "\n".join(str(value) for value in output.data.values())


def find_problem(cell: NotebookNode, private: list[str]) -> str | None:
    """What is wrong with an executed cell, if anything is."""
    tags = cell.metadata.get("tags", [])
    errors = [out for out in cell.outputs if out.output_type == "error"]
    texts = [output_text(out) for out in cell.outputs]
    if "raises-exception" in tags:
        if not errors:
            return "the cell is tagged raises-exception, but nothing failed"
    elif errors:
        return "\n".join(map(output_text, errors))
    if any("EVCXR_" in text for text in texts):
        return "the output contains a marker of the kernel (EVCXR_...)"
    for path in private:
        pattern = re.compile(re.escape(path) + r"(?![\w.-])")
        for text in texts:
            for line in text.splitlines():
                if pattern.search(line):
                    return f"the output names a folder of this machine: {line}"
    return None


def report(source: Path, number: int, cell: NotebookNode, problem: str) -> str:
    """The whole message on a cell that failed."""
    return (
        f"{source.name}, cell {number} (id {cell.get('id', '-')}):\n\n"
        f"{cell.source}\n\n{problem.strip()}"
    )


def run_cell(client: Client, index: int, source: Path, private: list[str]) -> None:
    """Executes one cell."""
    cells = client.nb.cells
    cell = cells[index]
    start = time.monotonic()
    problem: str | None
    try:
        client.execute_cell(cell, index)
        problem = find_problem(cell, private)
    except CellTimeoutError:
        problem = f"no answer within {client.timeout} s; --timeout gives a cell more time"
    except DeadKernelError:
        problem = (
            "the kernel died: the cell has ended it, or the memory was used up; change the cell"
        )
    took = time.monotonic() - start
    client.cell_seconds.append(took)
    if problem is not None:
        raise Failure(report(source, index + 1, cell, problem))
    if took > 1:
        print(f"      {source.stem}  cell {index + 1}/{len(cells)}  {took:.1f} s")


def run_cells(client: Client, source: Path, private: list[str], hold: bool) -> None:
    """Executes the cells in order; stops at the first that fails.

    With `hold`, cells whose outputs contradict the text are run again before any later cell runs,
    so that no later cell ever sees values of theirs that are not those in their outputs.
    """
    first = None
    for index, cell in enumerate(client.nb.cells):
        if cell.cell_type != "code":
            continue
        run_cell(client, index, source, private)
        first = first or cell.execution_count
        for _ in range(REPEATS if hold else 0):
            repeated = expect.to_repeat(client.nb, index)
            if any(expect.measures(client.nb.cells[again]) for again in repeated):
                wait_until_quiet()
            for again in repeated:
                print(f"      {source.stem}  cell {again + 1}: run again")
                try:
                    run_cell(client, again, source, private)
                except Failure as failure:
                    hint = f"if it cannot be run twice, tag it `{expect.ONCE}`"
                    raise Failure(f"{failure}\n\nThis was not its first run: {hint}") from failure
    if hold and first is not None:
        number_runs(client.nb, first)


def wait_until_quiet() -> None:
    """Waits, while the kernel has nothing to do, until other programs take little for a second."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and psutil.cpu_percent(interval=1) > QUIET_PERCENT:
        pass


def number_runs(notebook: NotebookNode, first: int) -> None:
    """Numbers the cells from `first` on, as if none had been repeated.

    The kernel counts each run. The last run of each cell came after those of the cells before and
    before those of the cells after, so the outputs are those of one run in order.
    """
    cells = [cell for cell in notebook.cells if cell.get("execution_count") is not None]
    new = {cell.execution_count: number for number, cell in enumerate(cells, start=first)}

    def renamed(text: str) -> str:
        """An error's text names the run: cell [7]."""
        return re.sub(
            r"\bcell \[(\d+)\]", lambda run: f"cell [{new.get(int(run[1]), run[1])}]", text
        )

    for cell in cells:
        cell.execution_count = new[cell.execution_count]
        for output in cell.outputs:
            if output.get("execution_count") is not None:
                output.execution_count = cell.execution_count
            if output.output_type == "error":
                output.traceback = [renamed(line) for line in output.traceback]
                output.evalue = renamed(output.evalue)


def kill_group(group: int | None) -> None:
    """Ends the kernel with all that it started."""
    if group is not None:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass


def end_with_parent(manager: AsyncKernelManager) -> None:
    """Ends all when the program that started this one is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        kill_group(getattr(manager.provisioner, "pgid", None))
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def execute(
    notebook: NotebookNode,
    source: Path,
    folder: Path,
    timeout: int,
    private: list[str],
    hold: bool,
) -> dict[str, float | str | None]:
    """Executes the notebook in place; returns its times in seconds, and how many cells ran."""
    manager = AsyncKernelManager(kernel_name="rust")
    client = Client(
        notebook,
        km=manager,
        timeout=timeout,
        startup_timeout=KERNEL_START_SECONDS,
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    end_with_parent(manager)
    start = time.monotonic()
    group: int | None = None
    try:
        try:
            client.start_new_kernel(stdout=subprocess.DEVNULL)
            group = getattr(manager.provisioner, "pgid", None)
            client.start_new_kernel_client()
        except (RuntimeError, TimeoutError) as error:
            raise Failure(f"{source.name}: the kernel did not start: {error}") from error
        ready = time.monotonic()
        run_cells(client, source, private, hold)
        assert client.kc is not None
        info = client.wait_for_reply(client.kc.kernel_info())
        assert info is not None
        language = info["content"]["language_info"]
    finally:
        kill_group(group)
        # After a start that failed the sockets are closed already, and the kernel is gone.
        with contextlib.suppress(zmq.ZMQError):
            if manager.has_kernel:
                run_sync(manager.shutdown_kernel)(now=True)
    notebook.metadata["language_info"] = {k: v for k, v in language.items() if v}
    notebook.metadata["kernelspec"] = {
        "display_name": "Rust",
        "language": "rust",
        "name": "rust",
    }
    stamp.record(notebook)
    chart = client.first_chart
    return {
        "kernel_ready": round(ready - start, 2),
        "first_chart": None if chart is None else round(chart - start, 2),
        "cells_to_chart": client.cells_to_chart,
        "total": round(time.monotonic() - start, 2),
        "cells": len(client.cell_seconds),
        "shortest_cell": round(min(client.cell_seconds, default=0.0), 4),
        "date": f"{date.today():%-d %B %Y}",
    }


def clear(notebook: NotebookNode) -> None:
    """Takes away what an earlier run left."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop(expect.MARK, None)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def usable_cpus() -> int:
    """How many CPUs a notebook uses that asks for all of them."""
    asked_for = os.environ.get("RAYON_NUM_THREADS", "")
    allowed = len(os.sched_getaffinity(0))
    return int(asked_for) if asked_for.isdecimal() and int(asked_for) else allowed


def refuse(source: Path, what: str, found: Iterable[str]) -> None:
    """Fails if anything was found."""
    if lines := "\n\n".join(found):
        raise Failure(f"{source.name} {what}:\n\n{lines}")


def main() -> int:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one cell")
    parser.add_argument("--folder", type=Path, help="the kernel's working folder")
    parser.add_argument("--private", action="append", default=[], help="path to refuse")
    parser.add_argument(
        "--hold", action="store_true", help="refuse outputs that contradict the text"
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    private = [path for path in args.private if len(path) > 1]
    try:
        notebook = nbformat.read(args.source, as_version=4)
        clear(notebook)
        folder = args.folder or args.source.parent
        if args.hold:
            refuse(args.source, "has expectations that are at fault", expect.faults(notebook))
        times = execute(notebook, args.source, folder, args.timeout, private, args.hold)
        if args.hold:
            refuse(args.source, "gave outputs that contradict its text", expect.refusals(notebook))
        for index, says in expect.mark(notebook, usable_cpus()):
            print(f"      {args.source.stem}  cell {index + 1}: not so on this machine: {says}")
        nbformat.validate(notebook)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except (ValueError, nbformat.ValidationError) as error:
        print(f"{args.source.name} is not a valid notebook: {error}", file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 1
    nbformat.write(notebook, args.out)
    notes = args.out.with_name("timings.json")
    timings = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    timings[args.source.stem] = times
    notes.write_text(json.dumps(timings, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"      {args.source.stem}  {times['total']:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
