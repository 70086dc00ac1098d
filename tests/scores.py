"""What a source says of each item, for tests to look at."""

from __future__ import annotations

import numpy as np

from models.candidates.base import Scored


def added_up(scored: Scored) -> Scored:
    """Items rising and each once, with the sums of their scores above zero."""
    items, inverse = np.unique(scored.items, return_inverse=True)
    sums = np.bincount(inverse, scored.scores, minlength=len(items)).astype(np.float32)
    return Scored(items[sums > 0], sums[sums > 0])
