"""Machines that Linux makes for root: full disks, places for reading only, no network, Pythons.

Only run when this file is named, by somebody who is root:
`pytest tests/machines.py`, with SPEEDUP_XTASK naming the program behind `cargo xtask`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
import small_course
import small_notebooks
from outputs import plain_text
from small_course import END_SECONDS, Course


@pytest.fixture(scope="module")
def course(xtask: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A small notebook."""
    return small_course.make(xtask, tmp_path_factory.mktemp("machines"))


def on_machine(course: Course, line: str) -> tuple[int, str]:
    """Runs the command where the line for the shell has changed what it sees."""
    shell = f"set -e; {line}; exec {shlex.join(course.command)}"
    own = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", shell]
    return Course(course.notebook, own).run()


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


@pytest.mark.parametrize("name", REFUSALS)
def test_a_machine_that_refuses_is_named_and_nothing_is_damaged(
    name: str, course: Course, root: Path
) -> None:
    line, step = REFUSALS[name]
    folder = course.notebook.parent
    # As it was before its first run, so that there is something to write.
    small_notebooks.write(course.notebook, small_course.CODE)
    before = course.notebook.read_bytes()
    names: dict[str, object] = {"out": folder / "out", "notebook": course.notebook}
    names |= {"folder": folder, "root": root}
    # A disk that the notebook fills.
    names["pages"] = 4 * -(-len(before) // 4096)
    status, said = on_machine(course, f"{LOOPBACK}; {line.format(**names)}")
    assert status != 0, said
    assert step in said, said
    assert course.notebook.read_bytes() == before
    course.works()


def test_nothing_needs_a_network_after_the_first_run(course: Course) -> None:
    status, said = on_machine(course, LOOPBACK)
    assert status == 0, said


def test_a_user_who_may_not_write_is_told_so(course: Course) -> None:
    nobody = ["setpriv", "--reuid=65534", "--clear-groups", *course.command]
    before = course.notebook.read_bytes()
    status, said = Course(course.notebook, nobody).run()
    assert status != 0 and "next: " in said, said
    assert course.notebook.read_bytes() == before


def test_two_at_once_take_turns(course: Course) -> None:
    started = [course.start() for _ in range(2)]
    said = ["".join(process.communicate(timeout=END_SECONDS)) for process, _ in started]
    assert [process.returncode for process, _ in started] == [0, 0], said
    assert sum("waiting for another process" in text for text in said) >= 1
    course.works()


# The folder, the file and what is written there: in the old form of control groups, and the new.
GROUPS_OLD = [
    ("memory", "memory.limit_in_bytes", "1500000000"),
    ("cpu", "cpu.cfs_quota_us", "100000"),
    ("pids", "pids.max", "150"),
]
GROUPS_NEW = [
    ("", "memory.max", "1500000000"),
    ("", "cpu.max", "100000 100000"),
    ("", "pids.max", "150"),
]
IN_A_GROUP = [
    "{deps}",
    "speedup::Threads::all().count()",
    "speedup::kernels::grid::linspace(0.0, 1.0, 1 << 28).unwrap_err().to_string()",
    "speedup::Threads::new(256)?.install(|| 1).unwrap_err().to_string()",
    "speedup::kernels::grid::linspace(0.0, 1.0, 1 << 20).unwrap().len()",
]


@contextmanager
def control_group() -> Iterator[list[Path]]:
    """Makes a group with 1.5 GB, one core and 150 threads; gives the files that take processes."""
    top = Path("/sys/fs/cgroup")
    is_new = (top / "cgroup.controllers").exists()
    settings = GROUPS_NEW if is_new else GROUPS_OLD
    folders = {top / place / "speedup-test" for place, _, _ in settings}
    try:
        for place, file, value in settings:
            folder = top / place / "speedup-test"
            folder.mkdir(exist_ok=True)
            (folder / file).write_text(value)
        yield [folder / "cgroup.procs" for folder in folders]
    finally:
        for folder in folders:
            folder.rmdir()


def test_the_limits_of_a_control_group_are_those_of_the_machine(
    xtask: Path, root: Path, tmp_path: Path
) -> None:
    """As in a container of a hub, or a job of a cluster."""
    code = [cell.format(deps=small_notebooks.dep_line(root)) for cell in IN_A_GROUP]
    notebook = small_notebooks.write(tmp_path / "small.ipynb", code)
    command = small_course.command(xtask, notebook)
    with control_group() as files:
        enter = "; ".join(f"echo $$ > {file}" for file in files)
        own = ["sh", "-c", f"set -e; {enter}; exec {shlex.join(command)}"]
        status, said = Course(notebook, own).run()
    assert status == 0, said
    cells = nbformat.read(notebook, as_version=4).cells
    shown = ["".join(map(plain_text, cell.get("outputs", []))).strip() for cell in cells[3::2]]
    cores, memory, threads, length = shown
    assert cores == "1"
    assert "2.0 GiB are needed, and " in memory and "of the 1.4 GiB" in memory
    assert "thread pool" in threads
    assert length == str(1 << 20)


PYTHONS = sorted((Path.home() / ".pyenv/versions").glob("*/bin/python3"))


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
        # No Python of the system, which is used where the first is too old.
        env={**variables, "PATH": f"{tmp_path / 'bin'}:{rust}"},
        capture_output=True,
        text=True,
    )
    made = (tmp_path / ".venv/xtask-stamp").exists()
    minor = int(python.parts[-3].split(".")[1])
    is_new = python.parts[-3].startswith("3.") and minor >= 10
    assert made == is_new, run.stdout + run.stderr
    assert is_new or "install one, and run the same command again" in run.stderr
