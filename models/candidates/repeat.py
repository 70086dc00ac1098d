"""What this customer bought before, the more often and the more recently the better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import NOTHING, Proposals, best_of
from models.moment import Moment
from models.purchases import Purchases

LIMIT = 80
DECAY_DAYS = 180.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Personal frequency with exponential decay; learns nothing from others."""

    name: ClassVar[str] = "repeat"

    @classmethod
    def fit(cls, purchases: Purchases, day: float, n_items: int, seed: int) -> Self:
        return cls()

    def propose(self, moment: Moment) -> Proposals:
        history = moment.history
        if not len(history):
            return NOTHING
        weights = np.exp((history.days - moment.day) / DECAY_DAYS)
        return best_of(history.by_item.items, history.by_item.sums(weights), LIMIT)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls()

    def fits(self, n_items: int) -> bool:
        return True
