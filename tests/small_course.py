"""A small notebook that `xtask handouts --in-place` runs, and what must hold of it at any time."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import small_notebooks
from outputs import plain_text
from processes import left_over, marked_environment

END_SECONDS = 1800  # a bound for what hangs, not a claim of speed
SLOW = "std::thread::sleep(std::time::Duration::from_secs(2));"
CODE = ["6 * 7", f'{SLOW} println!("slow");']


@dataclass
class Course:
    """A notebook in a folder of its own, and the command that runs it in place."""

    notebook: Path
    command: list[str]
    seconds: float = 0

    def start(self) -> tuple[subprocess.Popen[str], str]:
        """Starts the command; gives its process and its mark."""
        environment, mark = marked_environment()
        return subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As a shell does: who interrupts it in a terminal interrupts all of it.
            start_new_session=True,
        ), mark

    def run(self) -> tuple[int, str]:
        """Runs it to its end; gives the exit status and what it said."""
        process, mark = self.start()
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


def make(xtask: Path, folder: Path) -> Course:
    """One that was run before, so that the notebook's file has outputs."""
    notebook = small_notebooks.write(folder / "small.ipynb", CODE)
    course = Course(notebook, command(xtask, notebook))
    began = time.monotonic()
    course.works()
    course.seconds = time.monotonic() - began
    return course


def command(xtask: Path, notebook: Path) -> list[str]:
    """Runs the notebook in place; the results go beside it."""
    out = notebook.with_name("out")
    return [str(xtask), "handouts", str(notebook), "--in-place", "--out", str(out)]
