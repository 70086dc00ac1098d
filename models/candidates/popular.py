"""What everybody buys lately. Never empty: the answer to a customer whom nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Proposals, best, within
from models.moment import Moment
from models.purchases import Floats, Ints, Purchases

LIMIT = 30
DECAY_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Popular:
    """Orders with the item, decayed with 30 days.

    Attributes:
        items: the best sellers, best first, int32[LIMIT].
        scores: share of all recent lines, float32[LIMIT].
    """

    name: ClassVar[str] = "popular"
    items: Ints
    scores: Floats

    @classmethod
    def fit(cls, purchases: Purchases, day: float, n_items: int, seed: int) -> Self:
        weights = np.exp((purchases.days - day) / DECAY_DAYS)
        counts = np.bincount(purchases.items, weights, minlength=n_items)
        top = best(counts / max(counts.sum(), 1e-9), LIMIT)
        return cls(top.items, top.scores)

    def propose(self, moment: Moment) -> Proposals:
        return Proposals(self.items, self.scores)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"items": self.items, "scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["items"], arrays["scores"])

    def fits(self, n_items: int) -> bool:
        return len(self.items) == len(self.scores) and within(self.items, n_items)
