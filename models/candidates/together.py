"""What is bought in one order with what this customer bought last or called about.

Item to item by cosine of the order vectors, which corrects for popularity (Linden, Smith and
York, "Amazon.com Recommendations", IEEE Internet Computing 2003), shrunk where counts are small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.base import NOTHING, Proposals, unique_sums, within
from models.moment import Moment
from models.purchases import Floats, Ints, Purchases

LIMIT = 50
NEIGHBOURS = 40
SHRINK = 5.0
SEEDS = 40
LARGEST_ORDER = 200
"""Orders with more items say little about what goes together, and cost the square of their size."""


@dataclass(frozen=True, slots=True)
class Together:
    """The nearest items of each item.

    Attributes:
        neighbours: positions, int32[n, NEIGHBOURS]; -1 where there are fewer.
        weights: shrunk cosines, 0 where there are fewer, float32[n, NEIGHBOURS].
    """

    name: ClassVar[str] = "together"
    neighbours: Ints
    weights: Floats

    @classmethod
    def fit(cls, purchases: Purchases, day: float, n_items: int, seed: int) -> Self:
        baskets = _baskets(purchases, n_items)
        counts = np.asarray(baskets.sum(axis=0)).ravel()
        together = (baskets.T @ baskets).tocsr()
        neighbours = np.full((n_items, NEIGHBOURS), -1, dtype=np.int32)
        weights = np.zeros((n_items, NEIGHBOURS), dtype=np.float32)
        for item in range(n_items):
            row = slice(together.indptr[item], together.indptr[item + 1])
            others, both = together.indices[row], together.data[row]
            keep = (others != item) & (both > 1)
            others, both = others[keep], both[keep]
            cosine = both / np.sqrt(counts[item] * counts[others]) * both / (both + SHRINK)
            order = np.lexsort((others, -cosine))[:NEIGHBOURS]
            neighbours[item, : len(order)] = others[order]
            weights[item, : len(order)] = cosine[order]
        return cls(neighbours, weights)

    def propose(self, moment: Moment) -> Proposals:
        seeds = seeds_of(moment)
        if not len(seeds):
            return NOTHING
        weights = self.weights[seeds].ravel()
        found = weights.nonzero()[0]
        return unique_sums(self.neighbours[seeds].ravel()[found], weights[found], LIMIT)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"neighbours": self.neighbours, "weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["neighbours"], arrays["weights"])

    def fits(self, n_items: int) -> bool:
        same = self.neighbours.shape == self.weights.shape == (n_items, NEIGHBOURS)
        return same and within(self.neighbours, n_items)


def seeds_of(moment: Moment) -> Ints:
    """The items of the last order and of the contact, at most `SEEDS`."""
    history = moment.history
    last = history.items[history.orders == history.orders[-1]] if len(history) else history.items
    return np.concatenate([moment.contact_items, last])[:SEEDS]


def _baskets(purchases: Purchases, n_items: int) -> sparse.csr_matrix:
    """Orders by items, 1 where the order has the item; float32[orders, n_items]."""
    n_orders = int(purchases.orders.max(initial=0)) + 1
    ones = np.ones(len(purchases), dtype=np.float32)
    baskets = sparse.csr_matrix(
        (ones, (purchases.orders, purchases.items)), shape=(n_orders, n_items)
    )
    baskets.sum_duplicates()
    sizes = np.diff(baskets.indptr)
    baskets.data = np.repeat(np.where(sizes > LARGEST_ORDER, 0.0, 1.0), sizes).astype(np.float32)
    baskets.eliminate_zeros()
    return baskets
