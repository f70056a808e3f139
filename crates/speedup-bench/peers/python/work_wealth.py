"""Median wealth of 50,000 households after 1,000 periods, every one simulated."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from case import Case, Module
from inputs import shares

HOUSEHOLDS, PERIODS = 50_000, 1_000
R, S, V1, V2, W0 = 0.1, 0.3, 0.1, 1.0, 1.0
BLOCK = 5_000  # arrays of 40 KB stay in the caches; tried 1,250 to 25,000


def numpy_threads(threads: int) -> Case:
    """Blocks of households, whole arrays of them, a thread a share."""
    pool = ThreadPoolExecutor(threads)
    seeds = np.random.SeedSequence(1).spawn(threads)
    wealth = np.empty(HOUSEHOLDS)

    def simulate(seed: np.random.SeedSequence, share: slice) -> None:
        rng = np.random.Generator(np.random.SFC64(seed))
        z = np.empty(BLOCK)
        for first in range(share.start, share.stop, BLOCK):
            w = wealth[first : min(first + BLOCK, share.stop)]
            w[:] = W0
            z = z[: len(w)]
            for _ in range(PERIODS):
                rng.standard_normal(out=z)
                z *= V1
                np.exp(z, out=z)
                z *= (1 + R) * S
                w *= z
                rng.standard_normal(out=z)
                # z *= V2, which is 1
                np.exp(z, out=z)
                w += z

    def work() -> float:
        list(pool.map(simulate, seeds, shares(HOUSEHOLDS, threads)))
        return float(np.median(wealth))

    return Case(work, float)


def numba_case(fastmath: bool) -> Callable[[int], Case]:
    def case(threads: int) -> Case:
        from numba import njit, prange

        @njit(fastmath=fastmath)
        def h(w: float, r: float, s: float, v1: float, v2: float) -> float:
            gross = np.exp(v1 * np.random.randn()) * (1 + r)
            y = np.exp(v2 * np.random.randn())
            return gross * s * w + y

        @njit(parallel=True, fastmath=fastmath)
        def compute_long_run_median(w0: float, periods: int, num_reps: int) -> float:
            obs = np.empty(num_reps)
            for i in prange(num_reps):
                w = w0
                for _ in range(periods):
                    w = h(w, R, S, V1, V2)
                obs[i] = w
            return np.median(obs)

        return Case(lambda: compute_long_run_median(W0, PERIODS, HOUSEHOLDS), float)

    return case


def jax_case(double: bool) -> Callable[[int], Case]:
    """A device a thread, all its households as one array, in a compiled loop."""

    def case(threads: int) -> Case:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", double)
        kind = jnp.float64 if double else jnp.float32
        # The faster ones of those tried: Philox and small blocks for doubles, Threefry and
        # the whole share for singles.
        block = 1_250 if double else HOUSEHOLDS // threads
        generator = "unsafe_rbg" if double else "threefry2x32"

        def simulate(key: jax.Array) -> jax.Array:
            def body(k: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
                key, w = state
                key, draw = jax.random.split(key)
                z = jax.random.normal(draw, (2, block), dtype=kind)
                w = (1 + R) * S * jnp.exp(V1 * z[0]) * w + jnp.exp(V2 * z[1])
                return key, w

            return jax.lax.fori_loop(0, PERIODS, body, (key, jnp.full(block, W0, kind)))[1]

        blocks = HOUSEHOLDS // block // threads
        mapped = jax.pmap(lambda keys: jax.lax.map(simulate, keys), devices=jax.devices()[:threads])
        keys = jax.random.split(jax.random.key(1, impl=generator), (threads, blocks))
        return Case(lambda: float(np.median(np.asarray(mapped(keys)))), float)

    return case


IMPLEMENTATIONS: Module = {
    "numpy-threads": numpy_threads,
    "numba-handout": numba_case(fastmath=False),
    "numba": numba_case(fastmath=True),
    "jax": jax_case(double=True),
    "jax-single": jax_case(double=False),
}
