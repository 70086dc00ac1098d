"""What trees learn from and are judged by: candidates of moments, and which were bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.purchases import Floats, Ints


@dataclass(frozen=True, slots=True)
class Table:
    """Every candidate of every example.

    Attributes:
        features: float32[n, len(FEATURES)].
        labels: whether it was in the next order, bool[n].
        moments: which example it belongs to, rising, int32[n].
        customers: whose example it is, int32[n].
        weights: of the example, float32[n].
    """

    features: Floats
    labels: NDArray[np.bool_]
    moments: Ints
    customers: Ints
    weights: Floats

    def only(self, rows: NDArray[Any]) -> Table:
        """Some of the candidates, by a mask or by their numbers, which rise."""
        return Table(
            self.features[rows],
            self.labels[rows],
            self.moments[rows],
            self.customers[rows],
            self.weights[rows],
        )

    def thinned(self, share: float, rng: np.random.Generator) -> Table:
        """With only a share of the candidates that were not bought."""
        return self.only(self.labels | (rng.random(len(self.labels)) < share))
