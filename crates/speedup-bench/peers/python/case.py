"""What a peer has to offer: the work that is timed, and the value that is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Case:
    """`work` is timed; `value`, of its result, is not. The value is a Python float."""

    work: Callable[[], Any]
    value: Callable[[Any], float]


# The implementations of a workload by name; each takes the number of threads.
Module = dict[str, Callable[[int], Case]]
