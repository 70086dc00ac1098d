"""How likely is it that a candidate ends up in the customer's next order?

Gradient-boosted trees, fitted by scikit-learn in the training and evaluated here by numpy, so that
serving needs neither scikit-learn nor a format that could execute code. Calibrated by isotonic
regression (Zadrozny and Elkan, KDD 2002) on a later period than the trees saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.purchases import Floats

DEPTH = 5


@dataclass(frozen=True, slots=True)
class Ranker:
    """t complete binary trees of depth `DEPTH`; node i has the children 2i+1 and 2i+2.

    Attributes:
        features: column that a node looks at, int16[t, 2**DEPTH - 1].
        thresholds: go right if the value is above it; +inf in nodes that do not split,
            float32[t, 2**DEPTH - 1].
        values: log-odds added by a leaf, float32[t, 2**DEPTH].
        baseline: log-odds before any tree, float32[1].
        raw: rising log-odds at which the calibration is known, float32[c].
        calibrated: the probability there, float32[c]; straight lines in between.
    """

    features: NDArray[np.int16]
    thresholds: Floats
    values: Floats
    baseline: Floats
    raw: Floats
    calibrated: Floats

    def log_odds(self, table: Floats) -> Floats:
        """float32[n, features] to the uncalibrated log-odds, float32[n]."""
        n, trees = len(table), len(self.features)
        inner = self.features.shape[1]
        flat_features, flat_thresholds = self.features.ravel(), self.thresholds.ravel()
        flat_table = np.ascontiguousarray(table).ravel()
        rows = (np.arange(n, dtype=np.int32) * table.shape[1])[:, None]
        first = (np.arange(trees, dtype=np.int32) * inner)[None, :]
        node = np.zeros((n, trees), dtype=np.int32)
        for _ in range(DEPTH):
            place = first + node
            value = flat_table.take(rows + flat_features.take(place))
            node = 2 * node + 1 + (value > flat_thresholds.take(place))
        leaf = node - inner + np.arange(trees, dtype=np.int32)[None, :] * (inner + 1)
        return np.asarray(
            self.baseline[0] + self.values.ravel().take(leaf).sum(axis=1), dtype=np.float32
        )

    def probability(self, log_odds: Floats) -> Floats:
        """Calibrated chance that the item is in the next order, float32[n]."""
        return np.interp(log_odds, self.raw, self.calibrated).astype(np.float32)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {
            "features": self.features,
            "thresholds": self.thresholds,
            "values": self.values,
            "baseline": self.baseline,
            "raw": self.raw,
            "calibrated": self.calibrated,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(**arrays)
