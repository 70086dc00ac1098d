"""What meets the need that a returned item did not: of the same sort, and about as dear."""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np

from models.candidates.neighbourhood import NEIGHBOURS, Neighbourhood
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints, places_in_runs

PRICE_SPREAD: Final = 0.5
"""In logarithms: what is half as dear again, or two thirds of the price, counts half as much."""
WINDOW: Final = 2 * NEIGHBOURS
"""So many items on either side, by price, are looked at."""


class Replace(Neighbourhood):
    """Neighbours of the same category, by closeness in price and by sales."""

    name: ClassVar[str] = "replace"
    limit: ClassVar[int] = 20

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        n = past.n_items
        neighbours = np.full((n, NEIGHBOURS), -1, dtype=np.int32)
        weights = np.zeros((n, NEIGHBOURS), dtype=np.float32)
        sold = np.log1p(np.bincount(past.purchases.items, minlength=n)) * past.sellable
        dear = np.log(np.maximum(past.prices, 0.01))
        by_price = np.lexsort((dear, past.categories))
        by_price = by_price[past.categories[by_price] >= 0]
        place = places_in_runs(past.categories[by_price])
        size = np.bincount(past.categories[by_price])[past.categories[by_price]]
        for at, item in enumerate(by_price.tolist()):
            first = at - min(int(place[at]), WINDOW)
            near = by_price[first : at + min(int(size[at] - place[at]), WINDOW)]
            weight = sold[near] * np.exp(-(((dear[near] - dear[item]) / PRICE_SPREAD) ** 2))
            weight[near == item] = 0.0
            best = np.lexsort((near, -weight))[:NEIGHBOURS]
            best = best[weight[best] > 0]
            neighbours[item, : len(best)] = near[best]
            weights[item, : len(best)] = weight[best]
        return cls(neighbours, weights)

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        items = moment.contact_items if moment.gives_back else moment.contact_items[:0]
        return items, np.ones(len(items), dtype=np.float32)
