"""Loops that run as machine code: numba compiles them where they are first called.

What a request computes is small, so that of a dozen numpy calls nearly all is the calling. A loop
says the same in one step, and reads as plainly. The code is kept beside the source, or where
`NUMBA_CACHE_DIR` says; without a place to keep it, every process compiles for itself.

A compiled function calls no compiled function of another file, and reads no constant of one: the
kept code of a file is thrown away when that file changes, and only then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function, compiled for whatever types it is called with.

    Positions are not checked against the bounds of arrays: `Source.fits` does, before a bundle
    serves. The function as it was written is `.py_func` of the result.
    """
    try:
        return cast(Callable[P, R], numba.njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # nowhere to keep the code
        return cast(Callable[P, R], numba.njit(error_model="numpy")(function))
