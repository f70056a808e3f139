"""All eigenvalues of 20 matrices of 1000 × 1000 normal draws."""

from __future__ import annotations

import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from case import Case, Module
from inputs import uniforms
from numpy.typing import NDArray

MATRICES, SIZE = 20, 1000

Values = NDArray[np.complex128]


def matrix(number: int) -> NDArray[np.float64]:
    """Box and Muller's normals, filled column by column."""
    u = uniforms(2 * SIZE * SIZE, seed=number)
    normals = np.sqrt(-2 * np.log1p(-u[0::2])) * np.cos(2 * np.pi * u[1::2])
    return normals.reshape(SIZE, SIZE, order="F")


def check(values: list[Values]) -> float:
    return float(np.abs(values).sum())


def lapack_across(threads: int) -> Case:
    """LAPACK, one matrix a thread: NumPy frees Python's lock, BLAS has one thread."""
    from threadpoolctl import threadpool_limits

    matrices = [matrix(k) for k in range(MATRICES)]
    pool = ThreadPoolExecutor(threads)
    threadpool_limits(1)
    return Case(lambda: list(pool.map(np.linalg.eigvals, matrices)), check)


def lapack_handout(threads: int) -> Case:
    """One matrix after another, threads inside BLAS: as the lecture writes it."""
    matrices = [matrix(k) for k in range(MATRICES)]
    return Case(lambda: [np.linalg.eigvals(x) for x in matrices], check)


def mkl_eigenvalues(threads: int) -> Callable[[NDArray[np.float64]], Values]:
    """LAPACK's dgeev from Intel's MKL, which PyPI's package `mkl` puts into the environment."""
    import ctypes
    import sys

    library = next(Path(sys.prefix, "lib").glob("libmkl_rt.so*"))
    mkl = ctypes.CDLL(str(library))
    mkl.MKL_Set_Num_Threads(threads)

    def address(array: NDArray) -> ctypes.c_void_p:
        return ctypes.c_void_p(array.ctypes.data)

    def integer(value: int) -> object:
        return ctypes.byref(ctypes.c_int(value))

    def eigenvalues(x: NDArray[np.float64]) -> Values:
        a = x.copy(order="F")
        real, imaginary = np.empty(SIZE), np.empty(SIZE)
        # More than the 3 n that LAPACK needs, for the blocks of the reduction.
        work = np.empty(100 * SIZE)
        none, one, n, info = ctypes.c_char_p(b"N"), integer(1), integer(SIZE), ctypes.c_int()
        mkl.dgeev_(
            none, none, n, address(a), n, address(real), address(imaginary), None, one, None, one,
            address(work), integer(len(work)), ctypes.byref(info),
        )  # fmt: skip
        if info.value != 0:
            raise ArithmeticError(f"dgeev: {info.value}")
        return real + 1j * imaginary

    return eigenvalues


def mkl_across(threads: int) -> Case:
    """MKL, one matrix a thread: a call by ctypes frees Python's lock."""
    matrices = [matrix(k) for k in range(MATRICES)]
    pool, eigenvalues = ThreadPoolExecutor(threads), mkl_eigenvalues(1)
    return Case(lambda: list(pool.map(eigenvalues, matrices)), check)


def mkl_inside(threads: int) -> Case:
    """MKL, one matrix after another, threads inside it."""
    matrices = [matrix(k) for k in range(MATRICES)]
    return Case(lambda: [*map(mkl_eigenvalues(threads), matrices)], check)


def kernels() -> list[str]:
    """The kernels of OpenBLAS that run on this processor, beside its own choice."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text().split() if cpuinfo.exists() else []
    names = {"Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512f"}
    return [name for name, flag in names.items() if flag in flags]


IMPLEMENTATIONS: Module = {
    "lapack-threads": lapack_across,
    "lapack-handout": lapack_handout,
    **{f"openblas-{kernel}-threads": lapack_across for kernel in kernels()},
}
if platform.system() == "Linux" and platform.machine() == "x86_64":
    IMPLEMENTATIONS |= {"mkl-threads": mkl_across, "mkl-inside": mkl_inside}
