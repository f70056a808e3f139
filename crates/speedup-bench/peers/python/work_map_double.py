"""2k for each of 2,000,000 integers, into a new list."""

from __future__ import annotations

from multiprocessing import get_context

import numpy as np
from case import Case, Module

COUNT = 2_000_000


def check(doubled: object) -> float:
    return float(np.asarray(doubled).sum())


def numba_loop(threads: int) -> Case:
    from numba import njit, prange

    @njit(parallel=True)
    def double(values: np.ndarray) -> np.ndarray:
        doubled = np.empty_like(values)
        for k in prange(len(values)):
            doubled[k] = 2 * values[k]
        return doubled

    values = np.arange(COUNT)
    return Case(lambda: double(values), check)


def numpy_whole(threads: int) -> Case:
    values = np.arange(COUNT)
    return Case(lambda: 2 * values, check)


def twice(k: int) -> int:
    return 2 * k


def pool_map_handout(threads: int) -> Case:
    """Python's own integers through a pool of processes, in chunks: as the handout has it."""
    pool = get_context("spawn").Pool(threads)
    values = range(COUNT)
    return Case(lambda: pool.map(twice, values), check)


IMPLEMENTATIONS: Module = {
    "numba": numba_loop,
    "numpy": numpy_whole,
    "pool-map-handout": pool_map_handout,
}
