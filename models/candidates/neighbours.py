"""What customers with like orders bought last: collaborative filtering from item to item.

User-based filtering sums over customers who share items with this one (UP-CF: Faggioli, Polato
and Aiolli, UMAP 2020; TIFU-KNN: Hu et al., SIGIR 2020). Here the sum over customers is done at
night, once for each pair of items: how much likelier is it that somebody's newest order has one
when their history has the other?
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np
from scipy import sparse

from models.candidates.neighbourhood import SEEDS, Neighbourhood, affordable, nearest
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

PRIOR: Final = 20.0
"""So many customers weigh as much as what is true of everybody."""


class Neighbours(Neighbourhood):
    """Neighbours by customers: (both - expected) / (customers with the first + PRIOR)."""

    name: ClassVar[str] = "neighbours"
    limit: ClassVar[int] = 20

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        lines, newest = past.lines, past.lines.lags == 0
        shape = (lines.n_customers, past.n_items)
        had = _marked(lines.customers[~newest], lines.items[~newest], shape)
        has = _marked(lines.customers[newest], lines.items[newest], shape)
        had, has = affordable(had, has)
        customers = max(1, len(np.unique(lines.customers)))
        before = np.asarray(had.sum(axis=0)).ravel()
        share = np.asarray(has.sum(axis=0)).ravel() / customers

        def lift(both: Floats, here: Ints, there: Ints) -> Floats:
            above = (both - share[there] * before[here]) / (before[here] + PRIOR)
            return np.where(both > 1, above, 0).astype(np.float32)

        return cls(*nearest(had, has, lift, past.sellable))

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        items, strengths = moment.history.lately(SEEDS, 1.0)
        return items, np.minimum(strengths, 1.0)


def _marked(customers: Ints, items: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 where the customer has the item, float32[customers, n]."""
    ones = np.ones(len(items), dtype=np.float32)
    found = sparse.csr_matrix((ones, (customers, items)), shape=shape)
    found.sum_duplicates()
    found.data[:] = 1.0
    return found
