"""What a source says of each item, for tests to look at."""

from __future__ import annotations

import numpy as np

from models.candidates.base import Scored
from models.purchases import Ints


def added_up(scored: Scored) -> Scored:
    """Items rising and each once, with the sums of their scores above zero."""
    items, inverse = np.unique(scored.items, return_inverse=True)
    sums = np.bincount(inverse, scored.scores, minlength=len(items)).astype(np.float32)
    return Scored(items[sums > 0], sums[sums > 0])


def best(scored: Scored, limit: int) -> Ints:
    """The items with the `limit` highest scores; each is there only once."""
    return scored.items[np.argsort(-scored.scores, kind="stable")[:limit]]
