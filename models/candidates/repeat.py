"""What this customer bought before, the more often and the more recently the better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import NOTHING, Scored
from models.moment import Moment
from models.past import Past

FADE: Final = 0.8
"""How much less each earlier order counts."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Personal frequency, decayed order by order; learns nothing from others.

    Attributes:
        sellable: what may be suggested again, bool[n].
    """

    name: ClassVar[str] = "repeat"
    limit: ClassVar[int] = 60
    sellable: NDArray[np.bool_]

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        return cls(past.sellable)

    def score(self, moment: Moment) -> Scored:
        history = moment.history
        if not len(history):
            return NOTHING
        items, scores = history.by_item.items, history.by_item.faded(FADE, history.lags)
        sellable = self.sellable[items]
        return Scored(items[sellable], scores[sellable])

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"sellable": self.sellable}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["sellable"])

    def fits(self, n_items: int) -> bool:
        return len(self.sellable) == n_items
