"""1000 problems of 3 variables: the squared distance to a target, from the origin."""

from __future__ import annotations

import numpy as np
from case import Case, Module
from inputs import shares, uniforms

PROBLEMS = 1000


def quantecon_numba(threads: int) -> Case:
    """QuantEcon's solver in a parallel Numba loop.

    It stops by the range of values alone: at 1e-8, which leaves the minimisers as near to
    the targets as SciPy's rule does (the default, 1e-10, takes a fifth longer).
    """
    import quantecon
    from numba import njit, prange

    solve = quantecon.optimize.nelder_mead

    @njit(fastmath=True)
    def minus_distance(x: np.ndarray, target: np.ndarray) -> float:
        return -((x[0] - target[0]) ** 2 + (x[1] - target[1]) ** 2 + (x[2] - target[2]) ** 2)

    @njit(parallel=True)
    def solve_all(targets: np.ndarray) -> np.ndarray:
        found = np.empty_like(targets)
        for i in prange(len(targets)):
            args = (targets[i],)
            found[i] = solve(minus_distance, np.zeros(3), args=args, tol_f=1e-8, tol_x=1e-30).x
        return found

    targets = uniforms(3 * PROBLEMS).reshape(-1, 3)
    return Case(lambda: solve_all(targets), lambda found: float(found.sum()))


def distance(x: np.ndarray, target: np.ndarray) -> float:
    return float(((x - target) ** 2).sum())


def solve_share(targets: np.ndarray) -> list[np.ndarray]:
    from scipy.optimize import minimize

    found = [minimize(distance, np.zeros(3), (t,), method="nelder-mead") for t in targets]
    if not all(result.success for result in found):
        raise SystemExit("a search did not converge")
    return [result.x for result in found]


def scipy_joblib(threads: int) -> Case:
    """SciPy's solver, as the handout has it; a share of the problems for each process."""
    from joblib import Parallel, delayed

    targets = uniforms(3 * PROBLEMS).reshape(-1, 3)
    parallel = Parallel(n_jobs=threads)

    def work() -> list[list[np.ndarray]]:
        return parallel(delayed(solve_share)(targets[s]) for s in shares(PROBLEMS, threads))

    return Case(work, lambda found: float(np.concatenate(found).sum()))


IMPLEMENTATIONS: Module = {
    "quantecon-numba": quantecon_numba,
    "scipy-joblib-handout": scipy_joblib,
}
