"""What `xtask handouts --in-place` leaves when it is interrupted, or its kernel is killed.

The variable `SPEEDUP_INTERRUPTS` sets another number of interrupts than two.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
import small_course
import small_notebooks
from processes import left_over
from small_course import END_SECONDS, Course

INTERRUPTS = int(os.environ.get("SPEEDUP_INTERRUPTS", "2"))
KINDS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT]
AGAIN = "run the same command again"


@pytest.fixture(scope="module")
def course(xtask: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A small notebook."""
    return small_course.make(xtask, tmp_path_factory.mktemp("interrupted"))


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
    status, said = Course(notebook, small_course.command(xtask, notebook)).run()
    assert status != 0 and "cell 4" in said, said
    assert "the kernel died" in said and "change the cell" in said
    assert notebook.read_bytes() == before
