"""How likely is it that a candidate ends up in the customer's next order?

Gradient-boosted trees, fitted by scikit-learn in the training and evaluated here, so that serving
needs neither scikit-learn nor a format that could execute code. Calibrated by isotonic regression
(Zadrozny and Elkan, KDD 2002) on what trees say of customers whom they never saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.purchases import Floats, Ints

DEPTH = 5


@dataclass(frozen=True)
class Ranker:
    """t complete binary trees of depth `DEPTH`; node i has the children 2i+1 and 2i+2.

    Attributes:
        features: column that a node looks at, int16[t, 2**DEPTH - 1].
        thresholds: go right if the value is above it; +inf in nodes that do not split,
            float32[t, 2**DEPTH - 1].
        values: log-odds added by a leaf, in a node above the mean over the examples that it
            was fitted on; the last 2**DEPTH are the leaves, float32[t, 2**(DEPTH + 1) - 1].
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
        """What the trees add up to, uncalibrated: float32[n, features] to float32[n]."""
        return _added(table, self.features, self.thresholds, self.values, self.baseline[0])

    def contributions(self, table: Floats, groups: Ints) -> Floats:
        """What each group of features adds to the log-odds of each row, float32[n, features].

        On the way down a tree every split moves the mean of those who got so far; the move is
        owed to the feature that was looked at (Saabas, "Interpreting random forests", 2014).

        Args:
            table: float32[n, features].
            groups: number of the group of each feature, int32[features].

        Returns:
            Log-odds by number of the group, 0 where there is no such group. Together with what
            all rows share they are the row's own.
        """
        return _owed(table, groups, self.features, self.thresholds, self.values)

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


@compiled
def _added(
    table: Floats,
    features: NDArray[np.int16],
    thresholds: Floats,
    values: Floats,
    baseline: np.float32,
) -> Floats:
    """The sum of the leaves that each row falls into."""
    sums = np.full(len(table), baseline, dtype=np.float32)
    for tree in range(len(features)):
        looked_at, threshold, value = features[tree], thresholds[tree], values[tree]
        for candidate in range(len(table)):
            row = table[candidate]
            node = np.uint32(0)  # without a sign, nothing is counted from the end
            for _ in range(DEPTH):
                right = row[np.uint32(looked_at[node])] > threshold[node]
                node = np.uint32(2 * node + 1 + right)
            sums[candidate] += value[node]
    return sums


@compiled
def _owed(
    table: Floats, groups: Ints, features: NDArray[np.int16], thresholds: Floats, values: Floats
) -> Floats:
    """The moves from node to node, by the group of the feature that decides."""
    owed = np.zeros((len(table), len(groups)), dtype=np.float32)
    for tree in range(len(features)):
        for row in range(len(table)):
            node = 0
            for _ in range(DEPTH):
                feature = features[tree, node]
                below = 2 * node + 1 + (table[row, feature] > thresholds[tree, node])
                owed[row, groups[feature]] += values[tree, below] - values[tree, node]
                node = below
    return owed
