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

    def leaves(self, table: Floats) -> NDArray[np.intp]:
        """float32[n, features] to the leaf that each tree puts a row in, counted through, [t, n].

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
        return place

    def log_odds(self, leaves: NDArray[np.intp]) -> Floats:
        """What the trees add up to, uncalibrated, float32[n]."""
        added = self._leaf_values.take(leaves, mode="clip").sum(axis=0)
        return np.asarray(self.baseline[0] + added, dtype=np.float32)

    def contributions(self, leaves: NDArray[np.intp], groups: Ints) -> NDArray[np.float64]:
        """What each group of features adds to the log-odds of one row.

        On the way down a tree every split moves the mean of those who got so far; the move is
        owed to the feature that was looked at (Saabas, "Interpreting random forests", 2014).

        Args:
            leaves: of the row, one per tree, [t].
            groups: number of the group of each feature, int32[features].

        Returns:
            Log-odds by number of the group, 0 where there is no such group, float64[features].
            Together with what all rows share they are the row's own.
        """
        looked_at, moves = self._ways
        where = groups.take(looked_at.take(leaves, axis=0)).ravel()
        added = np.bincount(where, moves.take(leaves, axis=0).ravel(), minlength=len(groups))
        return np.asarray(added, dtype=np.float64)

    @cached_property
    def _levels(self) -> list[tuple[NDArray[np.intp], Floats]]:
        """(feature, threshold) of the nodes of each level, tree after tree; 2p and 2p+1 are the
        children of p."""
        levels = [slice(2**level - 1, 2 ** (level + 1) - 1) for level in range(DEPTH)]
        return [
            (self.features[:, nodes].ravel().astype(np.intp), self.thresholds[:, nodes].ravel())
            for nodes in levels
        ]

    @cached_property
    def _leaf_values(self) -> Floats:
        return self.values[:, -(2**DEPTH) :].ravel()

    @cached_property
    def _ways(self) -> tuple[NDArray[np.int16], Floats]:
        """(feature, move) of every step from the root to each leaf, counted through, [, DEPTH]."""
        leaf = np.arange(2**DEPTH)
        nodes = np.stack(
            [2**level - 1 + (leaf >> (DEPTH - level)) for level in range(DEPTH + 1)], axis=1
        )
        looked_at = self.features[:, nodes[:, :-1]].reshape(-1, DEPTH)
        return looked_at, np.diff(self.values[:, nodes], axis=2).reshape(-1, DEPTH)

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
