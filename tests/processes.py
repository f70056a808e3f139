"""The processes that a program started, found by a variable that they all inherit."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from pathlib import Path

VARIABLE = "SPEEDUP_TEST_RUN"
PATIENCE_SECONDS = 60


def marked_environment() -> tuple[dict[str, str], str]:
    """This environment with a mark of its own, and the mark."""
    mark = f"{VARIABLE}={uuid.uuid4().hex}"
    return {**os.environ, VARIABLE: mark.partition("=")[2]}, mark


def left_over(mark: str, stays: str | None = None) -> list[str]:
    """The command lines of processes with the mark that do not end by themselves.

    A process with `stays` in its command line is meant to go on.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = [line for line in with_mark(mark) if stays is None or stays not in line]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def with_mark(mark: str) -> list[str]:
    """The command lines of all processes that have the mark in their environment."""
    if not Path("/proc/self/environ").exists():  # macOS
        lines = subprocess.run(["ps", "axeww"], capture_output=True, text=True).stdout
        return [line for line in lines.splitlines() if mark in line]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append(command.decode(errors="replace"))
        except OSError:
            continue  # it has ended meanwhile, or is not ours
    return found
