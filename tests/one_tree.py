"""The smallest ranker that has an opinion."""

from __future__ import annotations

import numpy as np

from models.features import FEATURES
from models.ranker import DEPTH, Ranker


def split_at(feature: str, gain: float) -> Ranker:
    """One tree that gives `gain` to what has some of a feature."""
    features = np.full((1, 2**DEPTH - 1), FEATURES.index(feature), dtype=np.int16)
    thresholds = np.zeros((1, 2**DEPTH - 1), dtype=np.float32)
    values = np.zeros((1, 2 ** (DEPTH + 1) - 1), dtype=np.float32)
    rightmost = [2 ** (level + 1) - 2 for level in range(1, DEPTH + 1)]
    values[0, rightmost] = gain
    nothing = np.zeros(1, dtype=np.float32)
    return Ranker(features, thresholds, values, nothing, nothing, nothing)
