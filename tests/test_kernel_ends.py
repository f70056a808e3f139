"""What is left of a kernel when it, or the server that started it, is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.connect import write_connection_file
from kernels import Kernel, rust_kernel
from processes import left_over, marked_environment, with_mark

# In JupyterLab's place: starts kernels, has each run a cell without end, and waits.
SERVER = """
import os, sys
from contextlib import ExitStack
from pathlib import Path
from kernels import rust_kernel

with ExitStack() as stack:
    for mark in sys.argv[2:]:
        name, _, value = mark.partition("=")
        kernel = rust_kernel(Path(sys.argv[1]), {**os.environ, name: value})
        kernel = stack.enter_context(kernel)
        kernel.client.execute('println!("begun"); loop { std::hint::spin_loop() }')
        while kernel.client.get_iopub_msg(timeout=300)["content"].get("text") != "begun\\n":
            pass
        print("begun", kernel.manager.provisioner.pid, flush=True)
        sys.stdin.readline()
"""


def test_nothing_is_left_when_the_kernel_or_then_the_server_is_killed(root: Path) -> None:
    marks = [marked_environment()[1] for _ in range(2)]
    command = [sys.executable, "-c", SERVER, str(root / "notebooks"), *marks]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env={**os.environ, **path}, text=True, **pipes) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            # The kernel's own line, about its settings, is before it.
            launcher = next(line for line in server.stdout if line.startswith("begun ")).split()[1]
            (folder,) = (root / "target/kernel/run").glob(f"{launcher}-*")
            children = subprocess.run(["pgrep", "-P", launcher], capture_output=True, text=True)
            os.kill(int(children.stdout), signal.SIGKILL)
            assert not left_over(marks[0])
            server.stdin.write("\n")
            server.stdin.flush()
            assert any(line.startswith("begun ") for line in server.stdout)
            assert not folder.exists(), "the next kernel does not clean up"
        finally:
            server.kill()
    assert not left_over(marks[1])


def test_a_kernel_ends_whose_server_had_ended_before_it_began(root: Path, tmp_path: Path) -> None:
    server = subprocess.Popen(["true"])
    server.wait()
    environment, mark = marked_environment()
    file, _ = write_connection_file(str(tmp_path / "kernel.json"))
    command = [str(root / "target/kernel/launcher"), file]
    environment["JPY_PARENT_PID"] = str(server.pid)
    with subprocess.Popen(command, env=environment, start_new_session=True) as launcher:
        assert launcher.wait(timeout=300) != 0
    assert not left_over(mark)


# Workers that somebody has stopped notice nothing until they go on.
WORKERS = """
let crew = speedup_process::Workers::start(2).unwrap();
for id in crew.ids() {
    let mut stop = std::process::Command::new("kill");
    assert!(stop.arg("-STOP").arg(id.to_string()).status().unwrap().success());
}
crew.count()
"""


@pytest.mark.parametrize("killed", [False, True], ids=["shut down", "killed"])
def test_stopped_workers_end_with_their_kernel(root: Path, killed: bool) -> None:
    environment, mark = marked_environment()
    with rust_kernel(root / "notebooks", environment) as kernel:
        kernel.run(':dep speedup-process = { path = "../crates/speedup-process" }')
        assert kernel.run(WORKERS) == "2"
        stopped = [line for line in with_mark(mark) if "speedup-worker" in line]
        assert len(stopped) == 2
        if killed:
            launcher = str(kernel.manager.provisioner.pid)
            children = subprocess.run(["pgrep", "-P", launcher], capture_output=True, text=True)
            os.kill(int(children.stdout), signal.SIGKILL)
        else:
            kernel.manager.shutdown_kernel()
        assert not left_over(mark)


def test_a_kernel_waits_for_ports_that_the_one_before_still_holds(root: Path) -> None:
    with rust_kernel(root / "notebooks") as kernel:
        manager, before = kernel.manager, kernel.client
        before.stop_channels()
        for port in ("shell_port", "hb_port"):
            manager.shutdown_kernel(now=True, restart=True)
            address = (before.ip, before.get_connection_info()[port])
            with socket.create_server(address):
                manager.start_kernel(**manager._launch_args)
                time.sleep(2)
            kernel = Kernel(manager)
            assert kernel.run("6 * 7") == "42"
            kernel.client.stop_channels()
