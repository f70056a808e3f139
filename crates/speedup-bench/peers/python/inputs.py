"""The input numbers, the same in every language: SplitMix64 (Steele, Lea, Flood 2014)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def splitmix64(count: int, seed: int = 1) -> NDArray[np.uint64]:
    step, one, two = (
        np.uint64(k) for k in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
    )
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * step
    z = (z ^ (z >> np.uint64(30))) * one
    z = (z ^ (z >> np.uint64(27))) * two
    return z ^ (z >> np.uint64(31))


def uniforms(count: int, seed: int = 1) -> NDArray[np.float64]:
    """53 random bits each, from 0 to 1."""
    return (splitmix64(count, seed) >> np.uint64(11)) * 2.0**-53


def shares(total: int, parts: int) -> list[slice]:
    """`total` in `parts` nearly equal slices."""
    ends = [total * k // parts for k in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]
