"""The crate's eigenvalues are those of LAPACK, which NumPy calls."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

RELATIVE_TOLERANCE = 1e-8


@pytest.fixture(scope="module")
def printed(root: Path) -> list[dict[str, list]]:
    """The matrices and eigenvalues that the crate's example prints."""
    command = ["cargo", "run", "--quiet", "-p", "speedup-linalg", "--example", "eigenvalues"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def largest_gap(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest distance when each number is matched with the nearest one still free."""
    distances = np.abs(ours[:, None] - theirs[None, :])
    gap = 0.0
    for row in distances:
        nearest = int(np.argmin(row))
        gap = max(gap, float(row[nearest]))
        distances[:, nearest] = np.inf
    return gap


def test_sizes_are_small_and_large(printed: list[dict[str, list]]) -> None:
    assert {len(entry["rows"]) for entry in printed} == {3, 10, 100, 600}


def test_eigenvalues_are_those_of_lapack(printed: list[dict[str, list]]) -> None:
    for entry in printed:
        matrix = np.array(entry["rows"])
        ours = np.array(entry["re"]) + 1j * np.array(entry["im"])
        assert len(ours) == len(matrix)
        gap = largest_gap(ours, np.linalg.eigvals(matrix))
        limit = RELATIVE_TOLERANCE * float(np.linalg.norm(matrix, 2))
        assert gap < limit, f"a {len(matrix)} by {len(matrix)} matrix is {gap} apart"


def test_a_wrong_eigenvalue_is_seen(printed: list[dict[str, list]]) -> None:
    theirs = np.linalg.eigvals(np.array(printed[-1]["rows"]))
    ours = theirs.copy()
    ours[0] = ours[1]  # one twice, one missing
    assert largest_gap(ours, theirs) > 1e-4
