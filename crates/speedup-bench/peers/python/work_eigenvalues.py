"""All eigenvalues of 20 matrices of 1000 × 1000 normal draws."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from case import Case, Module
from inputs import uniforms
from numpy.typing import NDArray

MATRICES, SIZE = 20, 1000


def matrix(number: int) -> NDArray[np.float64]:
    """Box and Muller's normals, filled column by column."""
    u = uniforms(2 * SIZE * SIZE, seed=number)
    normals = np.sqrt(-2 * np.log1p(-u[0::2])) * np.cos(2 * np.pi * u[1::2])
    return normals.reshape(SIZE, SIZE, order="F")


def check(values: list[NDArray[np.complex128]]) -> float:
    return float(np.abs(values).sum())


def lapack_across(threads: int) -> Case:
    """LAPACK, one matrix a thread: NumPy frees Python's lock, BLAS has one thread."""
    from threadpoolctl import threadpool_limits

    matrices = [matrix(k) for k in range(MATRICES)]
    pool = ThreadPoolExecutor(threads)
    threadpool_limits(1)
    return Case(lambda: list(pool.map(np.linalg.eigvals, matrices)), check)


def lapack_handout(threads: int) -> Case:
    """One matrix after another, threads inside BLAS: as the lecture writes it."""
    matrices = [matrix(k) for k in range(MATRICES)]
    return Case(lambda: [np.linalg.eigvals(x) for x in matrices], check)


IMPLEMENTATIONS: Module = {
    "lapack-threads": lapack_across,
    "lapack-handout": lapack_handout,
}
