"""Which tests run one after the other in the same process, and which begin.

The tests of a file share what its fixtures make, so they stay together. Where some share nothing
that takes long, each of them runs where there is room. With pytest 9.2 the groups of pytest-xdist
are lost: https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

from __future__ import annotations

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# How the names of tests begin that share nothing, for each file that has some.
ALONE: dict[str, tuple[str, ...]] = {
    "test_accessible": ("",),
    "test_clients": ("",),
    "test_edition_runs": ("",),
    "test_environment": ("test_the_lock_is_complete",),
    "test_kernel": ("test_a_kernel_without_the_launcher", "test_the_user_s_own_kernelspec"),
    "test_kernel_crates": ("",),
    "test_kernel_ends": ("",),
    "test_pdf": ("test_the_course_is", "test_no_folder_of", "test_a_cut_chart"),
    "test_planted_runs": (
        "test_a_cell_that",
        "test_a_notebook_edited",
        "test_a_reader",
        "test_each_kind_of",
        "test_pages_are",
    ),
}
# The files that take longest, so that no process goes on long after the others have ended.
FIRST = (
    "test_lab_sessions",
    "test_editions",
    "test_edition_runs",
    "test_student_cells",
    "test_kernel",
    "test_lab",
    "test_kernel_errors",
    "test_plain_nbconvert",
    "test_kernel_kept",
    "test_kernel_crates",
    "test_planted_runs",
    "test_front_door_faults",
    "test_interrupts",
    "test_pdf",
    "test_eigenvalues",
    "test_kernel_completion",
    "test_clients",
    "test_environment",
    "test_mpi_hosts",
    "test_kernel_ends",
)


def unit(nodeid: str) -> str:
    """The file of a test, or the test itself if it shares nothing."""
    path, _, test = nodeid.partition("::")
    return nodeid if test.startswith(ALONE.get(Path(path).stem, ())) else path


def place(nodeid: str) -> int:
    """When the tests of a file begin; those of one file are in one place."""
    file = Path(nodeid.partition("::")[0]).stem
    return FIRST.index(file) if file in FIRST else len(FIRST)


class Distribution(LoadScopeScheduling):
    """Gives each process the next unit as soon as it has nearly done its last."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
