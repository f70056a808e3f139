"""The maximum of cos(x² + y²) / (1 + x² + y²) over 5000 × 5000 points from -3 to 3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from case import Case, Module
from inputs import shares

N = 5000


def numba_fused(threads: int) -> Case:
    """The lecture's fused loop, in parallel over rows."""
    from numba import njit, prange

    @njit(parallel=True, fastmath=True)
    def compute_max(grid: np.ndarray) -> float:
        best = -np.inf
        for i in prange(len(grid)):
            y2 = grid[i] * grid[i]
            row = -np.inf
            for x in grid:
                r = x * x + y2
                row = max(row, np.cos(r) / (1 + r))
            best = max(best, row)
        return best

    grid = np.linspace(-3, 3, N)
    return Case(lambda: compute_max(grid), float)


def numba_handout(threads: int) -> Case:
    """The lecture's parallel ufunc over the whole grid, then the maximum."""
    from numba import vectorize

    @vectorize("float64(float64, float64)", target="parallel")
    def f(x: float, y: float) -> float:
        return np.cos(x**2 + y**2) / (1 + x**2 + y**2)

    x, y = np.meshgrid(np.linspace(-3, 3, N), np.linspace(-3, 3, N))
    return Case(lambda: np.max(f(x, y)), float)


def numpy_threads(threads: int) -> Case:
    """Row by row, so that the arrays in between stay in the cache; NumPy's cosine uses vectors."""
    pool = ThreadPoolExecutor(threads)
    grid = np.linspace(-3, 3, N)
    squares = grid * grid

    def largest(share: slice) -> float:
        r, c = np.empty(N), np.empty(N)
        best = -np.inf
        for y2 in squares[share]:
            np.add(squares, y2, out=r)
            np.cos(r, out=c)
            np.add(r, 1.0, out=r)
            np.divide(c, r, out=c)
            best = max(best, c.max())
        return best

    return Case(lambda: max(pool.map(largest, shares(N, threads))), float)


def numexpr_whole(threads: int) -> Case:
    import numexpr

    numexpr.set_num_threads(threads)
    x = np.linspace(-3, 3, N)[:, None]
    y = np.linspace(-3, 3, N)[None, :]

    def work() -> float:
        values = numexpr.evaluate("cos(x**2 + y**2) / (1 + x**2 + y**2)", {"x": x, "y": y})
        return values.max()

    return Case(work, float)


def jax_fused(threads: int) -> Case:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def largest(ys: jax.Array, xs: jax.Array) -> jax.Array:
        r = xs[None, :] ** 2 + ys[:, None] ** 2
        return jnp.max(jnp.cos(r) / (1 + r))

    mapped = jax.pmap(largest, in_axes=(0, None), devices=jax.devices()[:threads])
    grid = jnp.linspace(-3.0, 3.0, N)
    if N % threads:
        raise SystemExit("the number of threads must divide 5000")
    rows = grid.reshape(threads, -1)
    return Case(lambda: float(mapped(rows, grid).max()), float)


IMPLEMENTATIONS: Module = {
    "numba": numba_fused,
    "numba-handout": numba_handout,
    "numpy-threads": numpy_threads,
    "numexpr": numexpr_whole,
    "jax": jax_fused,
}
