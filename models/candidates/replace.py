"""What meets the need that a returned item did not: of the same sort, and about as dear."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Final, Self

import numpy as np

from models.candidates.neighbourhood import NEIGHBOURS, Neighbourhood
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints, bounds_of_runs

PRICE_SPREAD: Final = 0.5
"""In logarithms: half as dear again, or two thirds of the price, counts 0.6 as much."""


class Replace(Neighbourhood):
    """Neighbours of the same category, by closeness in price and by sales."""

    name: ClassVar[str] = "replace"
    limit: ClassVar[int] = 20

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        n = past.n_items
        neighbours = np.full((n, NEIGHBOURS), -1, dtype=np.int32)
        weights = np.zeros((n, NEIGHBOURS), dtype=np.float32)
        sold = np.log1p(np.bincount(past.purchases.items, minlength=n)).astype(np.float32)
        dear = np.log(np.maximum(past.prices, 0.01))
        order = np.lexsort((dear, past.categories))
        bounds = bounds_of_runs(past.categories[order])
        for start, end in pairwise(bounds.tolist()):
            sort = order[start:end]
            if past.categories[sort[0]] >= 0:
                for place, item in enumerate(sort.tolist()):
                    near = sort[max(0, place - 2 * NEIGHBOURS) : place + 2 * NEIGHBOURS]
                    near = near[(near != item) & past.sellable[near]]
                    weight = sold[near] * np.exp(-(((dear[near] - dear[item]) / PRICE_SPREAD) ** 2))
                    best = np.lexsort((near, -weight))[:NEIGHBOURS]
                    best = best[weight[best] > 0]
                    neighbours[item, : len(best)] = near[best]
                    weights[item, : len(best)] = weight[best]
        return cls(neighbours, weights)

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        items = moment.contact_items if moment.gives_back else moment.contact_items[:0]
        return items, np.ones(len(items), dtype=np.float32)
