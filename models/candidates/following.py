"""What customers ordered next, after an order like this customer's last ones.

A first-order Markov chain from order to order, item by item: the transitions of FPMC (Rendle,
Freudenthaler and Schmidt-Thieme, WWW 2010), counted instead of factorised, and shrunk.
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np

from models.candidates.neighbourhood import SEEDS, Neighbourhood, affordable, nearest
from models.candidates.together import baskets, shrunk_cosine
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

FADE: Final = 0.5


class Following(Neighbourhood):
    """Neighbours by pairs of orders, one right after the other."""

    name: ClassVar[str] = "following"
    limit: ClassVar[int] = 20

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        lines = past.lines
        orders = baskets(lines.orders, lines.items, past.n_items)
        earlier = np.unique(lines.orders[lines.lags > 0])
        before, after = affordable(orders[earlier], orders[earlier + 1])
        left = np.maximum(np.asarray(before.sum(axis=0)).ravel(), 1)
        right = np.maximum(np.asarray(after.sum(axis=0)).ravel(), 1)

        def cosine(both: Floats, here: Ints, there: Ints) -> Floats:
            return shrunk_cosine(both, left[here], right[there])

        return cls(*nearest(before, after, cosine, past.sellable))

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        return moment.history.lately(SEEDS, FADE)
