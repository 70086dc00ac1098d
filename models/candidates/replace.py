"""What meets the need that a returned item did not: of the same sort, and about as dear."""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np

from models.candidates.neighbourhood import NEIGHBOURS, Neighbourhood, best_of_rows
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints, places_in_runs

PRICE_SPREAD: Final = 0.5
"""In logarithms: what is half as dear again, or two thirds of the price, counts half as much."""
WINDOW: Final = 2 * NEIGHBOURS
"""So many items on either side, by price, are looked at."""
BLOCK: Final = 16_384
"""Items whose neighbours are weighed at once."""


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
        sold *= past.sellable
        dear = np.log(np.maximum(past.prices, 0.01))
        by_price = np.lexsort((dear, past.categories))
        by_price = by_price[past.categories[by_price] >= 0]
        place = places_in_runs(past.categories[by_price])
        size = np.bincount(past.categories[by_price])[past.categories[by_price]]
        steps = np.arange(-WINDOW, WINDOW)
        for start in range(0, len(by_price), BLOCK):
            at = np.arange(start, min(start + BLOCK, len(by_price)))[:, None]
            inside = (steps >= -place[at]) & (steps < size[at] - place[at]) & (steps != 0)
            near, item = by_price[np.where(inside, at + steps, at)], by_price[at]
            weight = sold[near] * np.exp(-(((dear[near] - dear[item]) / PRICE_SPREAD) ** 2))
            weight[~inside] = 0.0
            neighbours[item[:, 0]], weights[item[:, 0]] = best_of_rows(near, weight)
        return cls(neighbours, weights)

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        items = moment.contact_items if moment.gives_back else moment.contact_items[:0]
        return items, np.ones(len(items), dtype=np.float32)
