"""The sum of the numbers below i for 10,000 i, into a new list."""

from __future__ import annotations

import numpy as np
from case import Case, Module

COUNT = 10_000


def check(sums: object) -> float:
    return float(np.asarray(sums).sum())


def numba_loop(threads: int) -> Case:
    """LLVM turns the inner loop into a formula, as for Rust."""
    from numba import njit, prange

    @njit(parallel=True)
    def all_sums(count: int) -> np.ndarray:
        sums = np.empty(count, np.int64)
        for i in prange(count):
            total = 0
            for j in range(i):
                total += j
            sums[i] = total
        return sums

    return Case(lambda: all_sums(COUNT), check)


def numpy_running_sums(threads: int) -> Case:
    """Each sum from the one before, on one thread."""
    return Case(lambda: np.cumsum(np.arange(-1, COUNT - 1).clip(0)), check)


def silly(i: int) -> int:
    total = 0
    for j in range(i):
        total += j
    return total


def joblib_handout(threads: int) -> Case:
    """Each sum a task for processes: as the handout has it."""
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=threads)
    return Case(lambda: parallel(delayed(silly)(i) for i in range(COUNT)), check)


IMPLEMENTATIONS: Module = {
    "numba": numba_loop,
    "numpy": numpy_running_sums,
    "joblib-handout": joblib_handout,
}
