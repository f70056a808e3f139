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
    # As the Rust tests have built it: with other features all would be built again.
    build = ["cargo", "build", "--quiet", "--workspace", "--all-features"]
    build += ["--example", "eigenvalues"]
    messages = output([*build, "--message-format=json"], root).splitlines()
    programs = [json.loads(message).get("executable") for message in messages]
    (program,) = filter(None, programs)
    return [json.loads(line) for line in output([program], root).splitlines()]


def output(command: list[str], folder: Path) -> str:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


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
