"""JupyterLab, started as `cargo xtask lab` starts it."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import left_over, marked_environment

START_SECONDS = 600
STOP_SECONDS = 120


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url: str, method: str = "GET") -> bool:
    """Whether the server answers a request."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


def token_in(log: Path) -> str | None:
    """The token that the server made, as it tells who started it."""
    found = re.search(
        r"http://localhost:\d+/lab\S*\?token=([0-9a-f]{48})\b", log.read_text("utf-8")
    )
    return found and found[1]


@contextmanager
def running_lab(xtask: Path, folder: Path, log: Path) -> Iterator[tuple[str, str]]:
    """Serves the notebooks of `folder`; gives the address and the token; then shuts it down."""
    port, token = free_port(), None
    address = f"http://127.0.0.1:{port}"
    # Where it listens, and that it asks for a token, is left to the command.
    options = ["--no-browser", "--allow-root"]
    options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    # The reader's own theme and open windows are neither used nor changed.
    for name in ("user_settings_dir", "workspaces_dir"):
        options.append(f"--LabApp.{name}={log.with_suffix('')}-{name}")
    options.append(str(folder))
    environment, mark = marked_environment()
    with log.open("w") as output:
        lab = subprocess.Popen(
            [str(xtask), "lab", "--", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while (token := token_in(log)) is None or not answers(f"{address}/api?token={token}"):
                assert lab.poll() is None, f"JupyterLab ended: {log.read_text()}"
                assert time.monotonic() < deadline, f"no answer: {log.read_text()}"
                time.sleep(0.5)
            yield address, token
        finally:
            # Also after a failure: a server does not end with the program that started it.
            asked = answers(f"{address}/api/shutdown?token={token}", method="POST")
            try:
                status = lab.wait(STOP_SECONDS)
            finally:
                lab.kill()
                lab.wait()
        assert asked and status == 0, log.read_text()
    assert not left_over(mark), "the server is gone, but its kernels are not"
