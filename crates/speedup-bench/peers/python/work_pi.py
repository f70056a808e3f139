"""π by Monte Carlo: 100,000,000 points."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from case import Case, Module

POINTS = 100_000_000
BLOCK = 1 << 14  # two arrays of 128 KiB stay in the second-level cache; tried 2^12 to 2^20


def numpy_threads(threads: int) -> Case:
    """Each thread draws blocks with the fastest of NumPy's generators."""
    pool = ThreadPoolExecutor(threads)
    seeds = np.random.SeedSequence(1).spawn(threads)

    def count(seed: np.random.SeedSequence, points: int) -> int:
        rng = np.random.Generator(np.random.SFC64(seed))
        u, v = np.empty(BLOCK), np.empty(BLOCK)
        inside = 0
        for first in range(0, points, BLOCK):
            n = min(BLOCK, points - first)
            x, y = u[:n], v[:n]
            rng.random(out=x)
            rng.random(out=y)
            np.multiply(x, x, out=x)
            np.multiply(y, y, out=y)
            np.add(x, y, out=x)
            inside += int(np.count_nonzero(x < 1.0))
        return inside

    def work() -> float:
        points = [POINTS // threads + (k < POINTS % threads) for k in range(threads)]
        return 4 * sum(pool.map(count, seeds, points)) / POINTS

    return Case(work, float)


def numba_handout(threads: int) -> Case:
    """The lecture's solution."""
    from numba import njit, prange

    @njit(parallel=True)
    def calculate_pi(n: int) -> float:
        count = 0
        for _ in prange(n):
            u, v = np.random.uniform(0, 1), np.random.uniform(0, 1)
            d = np.sqrt((u - 0.5) ** 2 + (v - 0.5) ** 2)
            if d < 0.5:
                count += 1
        return count * 4 / n

    return Case(lambda: calculate_pi(POINTS), float)


def numba_fast(threads: int) -> Case:
    """The same with fastmath, no square root and a block a task."""
    from numba import njit, prange

    @njit(parallel=True, fastmath=True)
    def calculate_pi(blocks: int, points: int) -> float:
        count = 0
        for _block in prange(blocks):
            inside = 0
            for _point in range(points):
                u, v = np.random.random(), np.random.random()
                if u * u + v * v < 1.0:
                    inside += 1
            count += inside
        return 4 * count / (blocks * points)

    return Case(lambda: calculate_pi(1_000, POINTS // 1_000), float)


def jax_double(threads: int) -> Case:
    """A device a thread, blocks in a compiled loop; Philox, the faster of XLA's generators."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    block = 1 << 15

    def count(key: jax.Array) -> jax.Array:
        def body(k: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            key, inside = state
            key, draw = jax.random.split(key)
            u = jax.random.uniform(draw, (2, block), dtype=jnp.float64)
            return key, inside + jnp.sum(u[0] ** 2 + u[1] ** 2 < 1.0)

        start = (key, jnp.zeros((), dtype=jnp.int64))
        return jax.lax.fori_loop(0, POINTS // block // threads, body, start)[1]

    mapped = jax.pmap(count, devices=jax.devices()[:threads])
    keys = jax.random.split(jax.random.key(1, impl="unsafe_rbg"), threads)
    points = POINTS // block // threads * threads * block
    return Case(lambda: 4 * float(mapped(keys).sum()) / points, float)


IMPLEMENTATIONS: Module = {
    "numpy-threads": numpy_threads,
    "numba-handout": numba_handout,
    "numba": numba_fast,
    "jax": jax_double,
}
