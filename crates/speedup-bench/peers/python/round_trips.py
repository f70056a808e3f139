"""Numbers to the processes of a pool and back."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context

import numpy as np
from case import Case
from numpy.typing import NDArray


def echo(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return numbers


def pool_map(jobs: int, numbers: int) -> Callable[[int], Case]:
    """Each job in a message of its own."""

    def case(threads: int) -> Case:
        pool = get_context("spawn").Pool(threads)
        sent = np.arange(float(jobs * numbers)).reshape(jobs, numbers)
        work = list(sent)
        return Case(
            lambda: pool.map(echo, work, chunksize=1),
            lambda found: float(sum(part.sum() for part in found)),
        )

    return case
