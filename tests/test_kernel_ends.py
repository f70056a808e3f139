"""Nothing of a kernel is left when it, or the server that started it, is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import rust_kernel
from processes import left_over, marked_environment

# In JupyterLab's place: starts a kernel, has it run a cell without end, and waits.
SERVER = """
import sys, time
from pathlib import Path
from kernels import rust_kernel

with rust_kernel(Path(sys.argv[1])) as kernel:
    kernel.client.execute('println!("begun"); loop { std::hint::spin_loop() }')
    while kernel.client.get_iopub_msg(timeout=300)["content"].get("text") != "begun\\n":
        pass
    print("begun", kernel.manager.provisioner.pid, flush=True)
    time.sleep(3600)
"""


@pytest.fixture
def busy(root: Path) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """The server, the kernel's launcher, and the mark of all their processes."""
    environment, mark = marked_environment()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(root / "notebooks")],
        env={**environment, "PYTHONPATH": str(Path(__file__).parent)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        # The kernel's own line, about its settings, is before it.
        launcher = next(line for line in server.stdout if line.startswith("begun "))
        yield server, int(launcher.split()[1]), mark
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_no_process_is_left_when_the_server_is_killed(
    busy: tuple[subprocess.Popen[str], int, str],
) -> None:
    server, _, mark = busy
    server.kill()
    server.wait()
    assert not left_over(mark)


def test_no_process_and_no_folder_is_left_when_the_kernel_is_killed(
    root: Path, busy: tuple[subprocess.Popen[str], int, str]
) -> None:
    _, launcher, mark = busy
    runs = root / "target/kernel/run"
    (folder,) = runs.glob(f"{launcher}-*")
    children = subprocess.run(["pgrep", "-P", str(launcher)], capture_output=True, text=True)
    os.kill(int(children.stdout), signal.SIGKILL)
    assert not left_over(mark, stays="kernel.client.execute")
    with rust_kernel(root / "notebooks"):
        assert not folder.exists(), "the next kernel does not clean up"
