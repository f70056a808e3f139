"""The cubic a x³ + b x² + c x + d for 10,000 choices of its coefficients at 50 points."""

from __future__ import annotations

from multiprocessing import get_context

import numpy as np
from case import Case, Module
from numpy.typing import NDArray


def inputs() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    i = np.arange(10_000)
    parameters = np.stack([i // power % 10 / 9 for power in (1000, 100, 10, 1)], axis=1)
    return parameters, np.linspace(-2, 2, 50)


def check(y: NDArray[np.float64]) -> float:
    # Without a large array in between: to free it would give the memory of the next result
    # back to the system, and the peer would wait for its pages.
    return float((1 + np.arange(10_000) % 10) @ np.sum(y, axis=1))


def numba_rows(threads: int) -> Case:
    from numba import njit, prange

    @njit(parallel=True, fastmath=True)
    def poly_grid(parameters: np.ndarray, x: np.ndarray) -> np.ndarray:
        y = np.empty((len(parameters), len(x)))
        for i in prange(len(parameters)):
            a, b, c, d = parameters[i, 0], parameters[i, 1], parameters[i, 2], parameters[i, 3]
            for j in range(len(x)):
                y[i, j] = ((a * x[j] + b) * x[j] + c) * x[j] + d
        return y

    parameters, x = inputs()
    return Case(lambda: poly_grid(parameters, x), check)


def gemm(threads: int) -> Case:
    """The coefficients times a matrix of powers."""
    parameters, x = inputs()
    return Case(lambda: parameters @ np.vander(x, 4).T, check)


def numpy_rows(threads: int) -> Case:
    parameters, x = inputs()

    def work() -> NDArray[np.float64]:
        a, b, c, d = (parameters[:, k, None] for k in range(4))
        return ((a * x + b) * x + c) * x + d

    return Case(work, check)


def polynomial(row: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c, d = row
    return a * x**3 + b * x**2 + c * x + d


def pool_apply_handout(threads: int) -> Case:
    """One `Pool.apply` for each row: as the handout's exercise has it."""
    parameters, x = inputs()
    pool = get_context("spawn").Pool(threads)
    return Case(lambda: [pool.apply(polynomial, (row, x)) for row in parameters], check)


IMPLEMENTATIONS: Module = {
    "numba": numba_rows,
    "gemm": gemm,
    "numpy": numpy_rows,
    "pool-apply-handout": pool_apply_handout,
}
