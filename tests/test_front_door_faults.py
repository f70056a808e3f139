"""What `xtask handouts --in-place` leaves when it is interrupted, or a machine refuses something.

The variable `INTERRUPTS` sets another number of interrupts than two. With `MACHINES=1` come
machines that Linux makes for root: full disks, places for reading only, no network, other Pythons.
"""

from __future__ import annotations

import os
import random
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import small_notebooks
from outputs import plain_text
from processes import left_over, marked_environment

INTERRUPTS = int(os.environ.get("INTERRUPTS", "2"))
MACHINES = os.environ.get("MACHINES") == "1"
KINDS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT]
END_SECONDS = 300  # a bound for what hangs, not a claim of speed
AGAIN = "run the same command again"


@dataclass
class Course:
    """A notebook in a folder of its own, and the command that runs it in place."""

    notebook: Path
    command: list[str]
    seconds: float = 0

    def start(self, before: str | None = None) -> tuple[subprocess.Popen[str], str]:
        """Starts the command, after a line for the shell; gives its process and its mark."""
        environment, mark = marked_environment()
        line = f"{before}; exec {shlex.join(self.command)}"
        return subprocess.Popen(
            self.command if before is None else ["sh", "-c", line],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As a shell does: who interrupts it in a terminal interrupts all of it.
            start_new_session=True,
        ), mark

    def run(self, before: str | None = None) -> tuple[int, str]:
        """Runs it to its end; gives the exit status and what it said."""
        process, mark = self.start(before)
        said = "".join(process.communicate(timeout=END_SECONDS))
        assert not left_over(mark)
        return process.returncode, said

    def works(self) -> None:
        """The command works, and nothing is left beside the results."""
        status, said = self.run()
        assert status == 0, said
        self.is_whole()
        assert {path.name for path in self.notebook.parent.iterdir()} == {"small.ipynb", "out"}

    def is_whole(self) -> None:
        """The notebook has its outputs, which are those of a run."""
        notebook = nbformat.read(self.notebook, as_version=4)
        nbformat.validate(notebook)
        shown = [
            plain_text(output) for cell in notebook.cells for output in cell.get("outputs", [])
        ]
        assert shown == ["42", "slow\n"]


@pytest.fixture(scope="module")
def course(xtask: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One that was run before, so that the notebook's file has outputs."""
    folder = tmp_path_factory.mktemp("interrupted")
    slow = "std::thread::sleep(std::time::Duration::from_secs(2));"
    code = ["6 * 7", f'{slow} println!("slow");']
    notebook = small_notebooks.write(folder / "small.ipynb", code)
    command = [str(xtask), "handouts", str(notebook), "--in-place", "--out", str(folder / "out")]
    course = Course(notebook, command)
    began = time.monotonic()
    course.works()
    course.seconds = time.monotonic() - began
    return course


@pytest.mark.parametrize("number", range(INTERRUPTS))
def test_an_interrupted_run_damages_nothing_and_the_next_works(course: Course, number: int) -> None:
    kind = KINDS[number % len(KINDS)]
    process, mark = course.start()
    # The last part of a run is where files are written.
    time.sleep(course.seconds * random.Random(number).uniform(0.02, 1))
    if kind == signal.SIGINT:
        os.killpg(process.pid, kind)
    else:
        process.send_signal(kind)
    out, err = process.communicate(timeout=END_SECONDS)
    early = process.returncode == -kind and not out
    late = process.returncode == 0
    assert early or late or kind == signal.SIGKILL or AGAIN in err, out + err
    assert not left_over(mark), "something goes on"
    course.is_whole()
    course.works()


def test_a_kernel_that_is_killed_in_mid_cell_is_named(
    course: Course, xtask: Path, tmp_path: Path
) -> None:
    kill = 'std::process::Command::new("kill").arg("-9")'
    code = (
        f"{kill}.arg(std::os::unix::process::parent_id().to_string()).status().unwrap(); loop {{}}"
    )
    notebook = small_notebooks.write(tmp_path / "killed.ipynb", ["6 * 7", code])
    before = notebook.read_bytes()
    command = [str(xtask), "handouts", str(notebook), "--in-place", "--out", str(tmp_path / "out")]
    status, said = Course(notebook, command).run()
    assert status != 0 and "cell 4" in said, said
    assert "the kernel died" in said and "change the cell" in said
    assert notebook.read_bytes() == before


@pytest.fixture
def machine() -> Iterator[Callable[[Course, str], tuple[int, str]]]:
    """Runs a command on a machine that the line for the shell has changed."""

    def run(course: Course, line: str) -> tuple[int, str]:
        own = ["unshare", "--mount", "--net", "--propagation", "private"]
        changed = Course(course.notebook, [*own, "sh", "-c", f"set -e; {line}"])
        changed.command[-1] += f"; exec {shlex.join(course.command)}"
        return changed.run()

    yield run


LOOPBACK = "ip link set lo up"
# Lines for the shell, with the folder of the results, of the notebook and of the checkout.
REFUSALS = {
    "results on a full disk": ("mount -t tmpfs -o size=40k none {out}", "free some space"),
    "notebook on a full disk": (
        "exec 3<{notebook}; mount -t tmpfs -o size={pages}k none {folder}; cat <&3 >{notebook}; "
        "mkdir {out}; mount -t tmpfs none {out}",
        "free some space",
    ),
    "kernels on a full disk": (
        "mount -t tmpfs -o size=300k none {root}/target/kernel/run",
        "free some space",
    ),
    "results for reading only": (
        "mount --bind {out} {out}; mount -o remount,bind,ro {out}",
        "name such a folder with --out",
    ),
    "checkout for reading only": (
        "mount --bind {root} {root}; mount -o remount,bind,ro {root}",
        "copy the checkout",
    ),
    "notebook for reading only": (
        "mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}; "
        "mount -t tmpfs none {out}",
        "copy the checkout",
    ),
}


@pytest.mark.parametrize("name", REFUSALS if MACHINES else [])
def test_a_machine_that_refuses_is_named_and_nothing_is_damaged(
    name: str, course: Course, root: Path, machine: Callable[[Course, str], tuple[int, str]]
) -> None:
    line, step = REFUSALS[name]
    folder = course.notebook.parent
    before = course.notebook.read_bytes()
    names: dict[str, object] = {"out": folder / "out", "notebook": course.notebook}
    names |= {"folder": folder, "root": root}
    # A disk that the notebook fills.
    names["pages"] = 4 * -(-len(before) // 4096)
    status, said = machine(course, f"{LOOPBACK}; {line.format(**names)}")
    assert status != 0, said
    assert step in said, said
    assert course.notebook.read_bytes() == before
    course.works()


@pytest.mark.parametrize("name", ["no network"] if MACHINES else [])
def test_nothing_needs_a_network_after_the_first_run(
    name: str, course: Course, machine: Callable[[Course, str], tuple[int, str]]
) -> None:
    status, said = machine(course, LOOPBACK)
    assert status == 0, said


@pytest.mark.parametrize("name", ["another user"] if MACHINES else [])
def test_a_user_who_may_not_write_is_told_so(name: str, course: Course) -> None:
    nobody = ["setpriv", "--reuid=65534", "--clear-groups", *course.command]
    before = course.notebook.read_bytes()
    status, said = Course(course.notebook, nobody).run()
    assert status != 0 and "next: " in said, said
    assert course.notebook.read_bytes() == before


@pytest.mark.parametrize("count", [2] if MACHINES else [])
def test_two_at_once_take_turns(count: int, course: Course) -> None:
    started = [course.start() for _ in range(count)]
    said = ["".join(process.communicate(timeout=END_SECONDS)) for process, _ in started]
    assert [process.returncode for process, _ in started] == [0] * count, said
    assert sum("waiting for another process" in text for text in said) >= 1
    course.works()


PYTHONS = sorted((Path.home() / ".pyenv/versions").glob("*/bin/python3")) if MACHINES else []


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parts[-3])
def test_each_python_of_this_machine_works_or_is_refused(
    python: Path, xtask: Path, root: Path, tmp_path: Path
) -> None:
    """A checkout without crates: what fails after the Python environment is of no interest."""
    (tmp_path / "crates/xtask").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    for name in ("environment.yml", "environment.lock"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "bin/python3").symlink_to(python)
    rust = Path(shutil.which("rustc") or "rustc").parent
    variables = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    run = subprocess.run(
        [str(xtask), "setup"],
        cwd=tmp_path,
        env={**variables, "PATH": f"{tmp_path / 'bin'}:{rust}:/bin"},
        capture_output=True,
        text=True,
    )
    made = (tmp_path / ".venv/xtask-stamp").exists()
    minor = int(python.parts[-3].split(".")[1])
    is_new = python.parts[-3].startswith("3.") and minor >= 10
    assert made == is_new, run.stdout + run.stderr
    assert is_new or "install one, and run the same command again" in run.stderr
