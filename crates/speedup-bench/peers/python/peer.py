"""A Python peer: `python peer.py WORKLOAD IMPLEMENTATION THREADS`.

For each line `run` on standard input it does the work once and answers `SECONDS VALUE`.
It ends with its input. Without arguments it lists the implementations of all
workloads, one per line.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

from case import Case, Module

FOLDER = Path(__file__).parent
WORKLOADS = sorted(path.stem.removeprefix("work_") for path in FOLDER.glob("work_*.py"))


def limit_threads(threads: int, implementation: str) -> None:
    """Before NumPy and its like are loaded: they read these once."""
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)
    os.environ["NUMEXPR_MAX_THREADS"] = str(threads)
    # `openblas-Haswell-threads`: OpenBLAS as if the processor were a Haswell.
    if implementation.startswith("openblas-"):
        os.environ["OPENBLAS_CORETYPE"] = implementation.split("-")[1]
    if implementation.startswith("jax"):
        # XLA has as many threads as there are cores to run on.
        if hasattr(os, "sched_setaffinity"):
            cores = sorted(os.sched_getaffinity(0))[:threads]
            os.sched_setaffinity(0, cores)
        os.environ["JAX_PLATFORMS"] = "cpu"
        os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={threads}"


def load(workload: str) -> Module:
    if workload not in WORKLOADS:
        sys.exit(f"no workload {workload}")
    return importlib.import_module(f"work_{workload}").IMPLEMENTATIONS


def serve(case: Case) -> None:
    for line in sys.stdin:
        if line != "run\n":
            sys.exit("the only command is: run")
        start = time.perf_counter()
        result = case.work()
        taken = time.perf_counter() - start
        print(f"{taken:.9f} {case.value(result)!r}", flush=True)
        del result


def main() -> None:
    if len(sys.argv) == 1:
        for workload in WORKLOADS:
            for implementation in load(workload):
                print(workload, implementation)
        return
    _, workload, implementation, threads = sys.argv
    limit_threads(int(threads), implementation)
    serve(load(workload)[implementation](int(threads)))


if __name__ == "__main__":
    main()
