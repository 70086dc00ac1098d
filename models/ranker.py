"""How likely is it that a candidate ends up in the customer's next order?

Gradient-boosted trees, fitted by scikit-learn in the training and evaluated here by numpy, so that
serving needs neither scikit-learn nor a format that could execute code. Calibrated by isotonic
regression (Zadrozny and Elkan, KDD 2002) on a later period than the trees saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.purchases import Floats

DEPTH = 5


@dataclass(frozen=True)
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
        """float32[n, features] to the uncalibrated log-odds, float32[n].

        All trees and candidates go down one level at a time; a table that lies in memory column
        by column, as `features` makes it, is read where it is.
        """
        columns = np.ascontiguousarray(table.T)
        n = columns.shape[1]
        values, candidate = columns.ravel(), np.arange(n)
        place = np.arange(len(self.features))[:, None]
        for features, thresholds in self._levels:
            at = (features * n).take(place, mode="clip") + candidate
            right = values.take(at, mode="clip") > thresholds.take(place, mode="clip")
            place = 2 * place + right
        leaves = self.values.ravel().take(place, mode="clip")
        return np.asarray(self.baseline[0] + leaves.sum(axis=0), dtype=np.float32)

    @cached_property
    def _levels(self) -> list[tuple[NDArray[np.intp], Floats]]:
        """(feature, threshold) of the nodes of each level, tree after tree; 2p and 2p+1 are the
        children of p."""
        levels = [slice(2**level - 1, 2 ** (level + 1) - 1) for level in range(DEPTH)]
        return [
            (self.features[:, nodes].ravel().astype(np.intp), self.thresholds[:, nodes].ravel())
            for nodes in levels
        ]

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
