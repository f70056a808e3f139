"""Kernels that tests start and talk to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from outputs import ANSI

START_SECONDS = 300
CELL_SECONDS = 1800  # a bound for a kernel that hangs, not a claim of speed


class Kernel:
    """A running kernel; cells are executed one by one."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_SECONDS)

    def run(self, source: str) -> str:
        """Executes a cell; returns all its output as one text."""
        texts: list[str] = []

        def collect(message: dict) -> None:
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    texts.append(content["text"])
                case "execute_result" | "display_data":
                    texts.append(content["data"].get("text/plain", ""))
                case "error":
                    texts.extend([*content["traceback"], content["evalue"]])

        self.client.execute_interactive(
            source, timeout=CELL_SECONDS, output_hook=collect, allow_stdin=False
        )
        return ANSI.sub("", "\n".join(texts))

    def ask(self, message: str) -> dict[str, Any]:
        """The kernel's answer to a message that was sent, by the message's id."""
        while True:
            answer = self.client.get_shell_msg(timeout=CELL_SECONDS)
            if answer["parent_header"].get("msg_id") == message:
                return answer["content"]


@contextmanager
def rust_kernel(
    folder: Path, environment: dict[str, str] | None = None, program: str | None = None
) -> Iterator[Kernel]:
    """A kernel working in `folder`: this environment's `rust`, or another program."""
    manager = KernelManager(kernel_name="rust")
    if program is not None:
        manager._kernel_spec = KernelSpec(
            argv=[program, "--control_file", "{connection_file}"],
            display_name="Rust",
            language="rust",
            interrupt_mode="message",
        )
    manager.start_kernel(cwd=str(folder), env=environment or dict(os.environ))
    kernel = None
    try:
        kernel = Kernel(manager)
        yield kernel
    finally:
        if kernel is not None:
            kernel.client.stop_channels()
        manager.shutdown_kernel(now=True)


def with_other_home(home: Path) -> dict[str, str]:
    """The environment of a user whose home is `home`, with the same Rust and without xtask's."""
    ours = ("JUPYTER", "SPEEDUP_", "EVCXR", "XDG_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    old = Path.home()
    environment.setdefault("CARGO_HOME", str(old / ".cargo"))
    environment.setdefault("RUSTUP_HOME", str(old / ".rustup"))
    environment["HOME"] = str(home)
    return environment
