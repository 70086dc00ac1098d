"""From scores of all items to the best few."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.purchases import Ints
from training.benchmark.task import LENGTH


def best_items(
    scores: NDArray[np.floating[Any]], popularity: NDArray[np.floating[Any]], length: int = LENGTH
) -> list[Ints]:
    """Per row of scores, float[q, n], the positions of the best items, best first.

    Of equal scores the more popular item wins, float[n], then the earlier one; so whoever has
    scores for fewer items than are asked for is completed by what is popular.

    >>> popularity = np.array([5.0, 9.0, 1.0, 5.0])
    >>> scores = np.array([[0.0, 0.0, 0.3, 0.3], [0.0, 0.0, 0.0, 0.0]])
    >>> [best.tolist() for best in best_items(scores, popularity, 3)]
    [[3, 2, 1], [1, 0, 3]]
    """
    by_popularity = np.argsort(-popularity, kind="stable")
    turned = scores[:, by_popularity]
    length = min(length, turned.shape[1])
    least = np.partition(turned, turned.shape[1] - length, axis=1)[:, -length]
    chosen = []
    for row, bar in zip(turned, least, strict=True):
        places = np.flatnonzero(row >= bar)
        places = places[np.argsort(-row[places], kind="stable")[:length]]
        chosen.append(by_popularity[places].astype(np.int32))
    return chosen
