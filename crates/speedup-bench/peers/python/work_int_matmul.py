"""The product of two 1000 × 1000 matrices of whole numbers from 0 to 9."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from case import Case, Module
from inputs import shares, splitmix64
from numpy.typing import DTypeLike, NDArray

N = 1000


def inputs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    entries = (splitmix64(2 * N * N) % np.uint64(10)).astype(np.int64)
    return entries[: N * N].reshape(N, N), entries[N * N :].reshape(N, N)


WEIGHTS = (1 + (31 * np.arange(N)[:, None] + 17 * np.arange(N)) % 64).ravel()


def check(product: NDArray[np.int64]) -> float:
    # Without a large array in between: to free it would give the memory of the next result
    # back to the system, and the peer would wait for its pages.
    return float(product.ravel() @ WEIGHTS)


def blas(kind: DTypeLike) -> Callable[[int], Case]:
    """To floating point and back: exact while the sums fit in the mantissa."""

    def case(threads: int) -> Case:
        a, b = inputs()
        return Case(lambda: (a.astype(kind) @ b.astype(kind)).astype(np.int64), check)

    return case


def numpy_integers(threads: int) -> Case:
    a, b = inputs()
    return Case(lambda: a @ b, check)


def joblib_handout(threads: int) -> Case:
    """A block of rows for each process, multiplied as integers: the handout's `parallel_dot`."""
    from joblib import Parallel, delayed

    a, b = inputs()
    parallel = Parallel(n_jobs=threads)

    def work() -> NDArray[np.int64]:
        blocks = parallel(delayed(np.dot)(a[rows], b) for rows in shares(N, threads))
        return np.concatenate(blocks)

    return Case(work, check)


IMPLEMENTATIONS: Module = {
    "blas-double": blas(np.float64),
    "blas-single": blas(np.float32),
    "numpy-integers": numpy_integers,
    "joblib-handout": joblib_handout,
}
