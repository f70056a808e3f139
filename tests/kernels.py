"""Kernels that tests start and talk to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expect import ANSI
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

# Where `cargo xtask` puts the kernelspec, for tests that are started without it.
KERNELSPECS = Path(__file__).resolve().parents[1] / "target/kernel/jupyter"
os.environ.setdefault("JUPYTER_PATH", str(KERNELSPECS))

START_SECONDS = 300
CELL_SECONDS = 1800  # a bound for a kernel that hangs, not a claim of speed


@dataclass
class Answer:
    """What the kernel sent for one cell: its reply, and before that the messages of its outputs."""

    reply: dict[str, Any] = field(default_factory=dict)
    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def stream(self, name: str) -> str:
        """All text of `stdout` or `stderr`."""
        return "".join(c["text"] for _, c in self.outputs if c.get("name") == name)

    def texts(self) -> list[str]:
        """Each output as text: a stream, a result's plain text, an error's lines and message."""
        found = []
        for kind, content in self.outputs:
            match kind:
                case "stream":
                    found.append(content["text"])
                case "execute_result" | "display_data":
                    found.append(content["data"].get("text/plain", ""))
                case "error":
                    found += [*content["traceback"], content["evalue"]]
        return found


class Kernel:
    """A running kernel; cells are executed one by one."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_SECONDS)

    def execute(self, source: str, **options: Any) -> Answer:
        """Executes a cell; returns all that the kernel sent until it was idle."""
        answer = Answer()

        def collect(message: dict[str, Any]) -> None:
            if message["msg_type"] not in ("status", "execute_input"):
                answer.outputs.append((message["msg_type"], message["content"]))

        options = {"allow_stdin": False, "timeout": CELL_SECONDS, **options}
        reply = self.client.execute_interactive(source, output_hook=collect, **options)
        answer.reply = reply["content"]
        return answer

    def run(self, source: str) -> str:
        """Executes a cell; returns all its output as one text."""
        return "\n".join(self.execute(source).texts())

    def folder(self) -> Path:
        """Where this kernel has its cells compiled."""
        return Path(self.run(":last_compile_dir").strip())

    def ask(self, message: str) -> dict[str, Any]:
        """The kernel's answer to a message that was sent, by the message's id."""
        while True:
            answer = self.client.get_shell_msg(timeout=CELL_SECONDS)
            if answer["parent_header"].get("msg_id") == message:
                return answer["content"]


def failure(answer: Answer) -> tuple[str, str, list[str]]:
    """Name, message and lines of an error, which reply and output have alike."""
    (error,) = [content for kind, content in answer.outputs if kind == "error"]
    assert answer.reply["status"] == "error"
    assert error.items() <= answer.reply.items()
    assert not ANSI.search("".join(error["traceback"]) + error["evalue"])
    return error["ename"], error["evalue"], error["traceback"]


@contextmanager
def rust_kernel(
    folder: Path, environment: dict[str, str] | None = None, command: list[str] | None = None
) -> Iterator[Kernel]:
    """A kernel working in `folder`: this environment's `rust`, or another command."""
    manager = KernelManager(kernel_name="rust")
    if command is not None:
        manager._kernel_spec = KernelSpec(
            argv=[*command, "{connection_file}"],
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


@contextmanager
def place_without_memory(root: Path) -> Iterator[Path]:
    """A second folder of the kernel, where nothing is kept or can be; gives its launcher."""
    ours = root / "target/kernel"
    # As deep as the first: what was built names libraries by relative paths.
    with tempfile.TemporaryDirectory(dir=ours.parent, prefix="kernel-") as name:
        place = Path(name)
        for part in ours.iterdir():
            if part.name not in ("kept", "launcher", "run"):
                (place / part.name).symlink_to(part)
        shutil.copy(ours / "launcher", place)
        (place / "kept").write_text("a file where the kernel wants a folder")
        yield place / "launcher"


def with_other_home(home: Path) -> dict[str, str]:
    """The environment of a user whose home is `home`, with the same Rust and without xtask's."""
    ours = ("JUPYTER", "SPEEDUP_", "EVCXR", "XDG_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    old = Path.home()
    environment.setdefault("CARGO_HOME", str(old / ".cargo"))
    environment.setdefault("RUSTUP_HOME", str(old / ".rustup"))
    environment["HOME"] = str(home)
    return environment
