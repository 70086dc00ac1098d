"""How the shop throws its dice: a stream of random numbers per stage, and picks for many at once.

Every stage has a stream of its own, so a change to the contacts leaves the orders as they were.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def stream(seed: int, stage: str) -> np.random.Generator:
    """The random numbers of one stage of the shop made by `seed`."""
    return np.random.default_rng([seed, *stage.encode()])


def pick(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column for each row of `weights` (n, k), in proportion to the row's weights."""
    edges = np.cumsum(weights, axis=1)
    level = rng.random(len(edges)) * edges[:, -1]
    # rounding may lift the level to the very end, past the last column
    columns: Ints = np.minimum((edges <= level[:, None]).sum(axis=1), edges.shape[1] - 1)
    return columns


def choose(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """`n` places of the one-dimensional `weights`, with replacement."""
    edges = np.cumsum(weights)
    level = rng.random(n) * edges[-1]
    places: Ints = np.minimum(np.searchsorted(edges, level, side="right"), len(edges) - 1)
    return places


def softmax(scores: Floats) -> Floats:
    """Shares of each row, from scores (n, k)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
