"""What everybody buys lately. Never empty: the answer to a customer whom nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Scored, within
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

DECAY_DAYS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Popular:
    """Share of all sales, decayed with 30 days.

    Attributes:
        items: the best sellers, rising, int32[limit].
        scores: share of all recent lines, float32[limit].
    """

    name: ClassVar[str] = "popular"
    limit: ClassVar[int] = 20
    items: Ints
    scores: Floats

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        purchases = past.purchases
        weights = np.exp((purchases.days - past.day) / DECAY_DAYS)
        counts = np.bincount(purchases.items, weights, minlength=past.n_items) * past.sellable
        best = np.argsort(-counts, kind="stable")[: cls.limit]
        best = np.sort(best[counts[best] > 0])
        share = counts[best] / max(counts.sum(), 1e-9)
        return cls(best.astype(np.int32), share.astype(np.float32))

    def score(self, moment: Moment) -> Scored:
        return Scored(self.items, self.scores)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"items": self.items, "scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["items"], arrays["scores"])

    def fits(self, n_items: int) -> bool:
        rising = bool((np.diff(self.items) > 0).all())
        return len(self.items) == len(self.scores) and rising and within(self.items, n_items)
