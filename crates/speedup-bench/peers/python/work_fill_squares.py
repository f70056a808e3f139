"""M[i, j] = i² + j² for 5000 × 5000 doubles, into new memory or into old."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from case import Case, Module
from inputs import shares
from numpy.typing import NDArray

N = 5000


def check(m: NDArray[np.float64]) -> float:
    return float(m.sum() + 1e3 * m[17, 4999])


def numba_fill(new: bool) -> Callable[[int], Case]:
    def case(threads: int) -> Case:
        from numba import njit, prange

        @njit(parallel=True, fastmath=True)
        def fill_into(m: np.ndarray) -> np.ndarray:
            for i in prange(len(m)):
                a = float(i) * float(i)
                for j in range(m.shape[1]):
                    m[i, j] = a + float(j) * float(j)
            return m

        if new:
            return Case(lambda: fill_into(np.empty((N, N))), check)
        old = np.zeros((N, N))
        return Case(lambda: fill_into(old), check)

    return case


def numpy_fill(new: bool) -> Callable[[int], Case]:
    """A share of the rows for each thread, by broadcasting."""

    def case(threads: int) -> Case:
        pool = ThreadPoolExecutor(threads)
        old = None if new else np.zeros((N, N))
        squares = np.arange(float(N)) ** 2

        def fill(m: NDArray[np.float64], rows: slice) -> None:
            np.add(squares[rows, None], squares, out=m[rows])

        def work() -> NDArray[np.float64]:
            m = np.empty((N, N)) if old is None else old
            list(pool.map(fill, [m] * threads, shares(N, threads)))
            return m

        return Case(work, check)

    return case


def row(i: int) -> list[int]:
    return [i**2 + j**2 for j in range(N)]


def joblib_handout(threads: int) -> Case:
    """The rows spread over processes, each a loop of Python: as the handout has it."""
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=threads)
    return Case(lambda: np.array(parallel(delayed(row)(i) for i in range(N)), float), check)


IMPLEMENTATIONS: Module = {
    "numba-new": numba_fill(new=True),
    "numba-old": numba_fill(new=False),
    "numpy-new": numpy_fill(new=True),
    "numpy-old": numpy_fill(new=False),
    "joblib-handout-new": joblib_handout,
}
