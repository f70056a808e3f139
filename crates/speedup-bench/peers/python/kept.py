"""100,000 squares as a result that joblib keeps on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from case import Case
from numpy.typing import NDArray

COUNT = 100_000


def squares(count: int, run: int) -> NDArray[np.float64]:
    return np.arange(float(count)) ** 2


def joblib_memory(empties: bool) -> Callable[[int], Case]:
    """A call of a function whose results joblib keeps; if it empties, each call is the first."""

    def case(threads: int) -> Case:
        from joblib import Memory

        folder = tempfile.TemporaryDirectory(prefix="speedup-bench-joblib-")
        memory = Memory(Path(folder.name), verbose=0)
        kept = memory.cache(squares)
        kept(COUNT, 0)
        runs = iter(range(1, 1_000_000))

        def value(found: NDArray[np.float64]) -> float:
            assert folder.name  # the folder lasts as long as the case
            if empties:
                kept.clear(warn=False)
            return float(found.sum())

        return Case(lambda: kept(COUNT, next(runs) if empties else 0), value)

    return case
