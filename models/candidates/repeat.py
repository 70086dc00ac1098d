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
    """Personal frequency, decayed order by order; learns nothing from others."""

    name: ClassVar[str] = "repeat"
    limit: ClassVar[int] = 60

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        return cls()

    def score(self, moment: Moment) -> Scored:
        history = moment.history
        if not len(history):
            return NOTHING
        by_item = history.by_item
        return Scored(by_item.items, by_item.sums(np.power(FADE, history.lags)))

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls()

    def fits(self, n_items: int) -> bool:
        return True
