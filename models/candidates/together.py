"""What is bought in one order with what this customer bought last or called about.

Item to item by cosine of the order vectors, which corrects for popularity (Linden, Smith and
York, "Amazon.com Recommendations", IEEE Internet Computing 2003), shrunk where counts are small.
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.neighbourhood import SEEDS, Neighbourhood, affordable, nearest
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

SHRINK: Final = 5.0
LARGEST_ORDER: Final = 200
"""Orders with more items say little about what goes together, and cost the square of their size."""
FADE: Final = 0.8
"""How much less each earlier order counts."""


class Together(Neighbourhood):
    """Neighbours by the orders that have both."""

    name: ClassVar[str] = "together"
    limit: ClassVar[int] = 20

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        orders = baskets(past.purchases.orders, past.purchases.items, past.n_items)
        orders, _ = affordable(orders, orders)
        counts = np.maximum(np.asarray(orders.sum(axis=0)).ravel(), 1)

        def cosine(both: Floats, here: Ints, there: Ints) -> Floats:
            return shrunk_cosine(both, counts[here], counts[there])

        return cls(*nearest(orders, orders, cosine, past.sellable))

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        items, strengths = moment.history.lately(SEEDS, FADE)
        if not len(moment.contact_items):
            return items, strengths
        about = np.ones(len(moment.contact_items), dtype=np.float32)
        return (
            np.concatenate([moment.contact_items, items]),
            np.concatenate([about, strengths]),
        )


def shrunk_cosine(both: Floats, here: NDArray[np.floating], there: NDArray[np.floating]) -> Floats:
    """Cosine of two 0/1 vectors from counts, times n / (n + SHRINK); 0 where they met only once."""
    cosine = both / np.sqrt(here * there) * both / (both + SHRINK)
    return np.where(both > 1, cosine, 0).astype(np.float32)


def baskets(orders: Ints, items: Ints, n_items: int) -> sparse.csr_matrix:
    """Orders by items, 1 where the order has the item; float32[orders, n_items]."""
    n_orders = int(orders.max(initial=-1)) + 1
    ones = np.ones(len(items), dtype=np.float32)
    found = sparse.csr_matrix((ones, (orders, items)), shape=(n_orders, n_items))
    found.sum_duplicates()
    sizes = np.diff(found.indptr)
    found.data = np.repeat(np.where(sizes > LARGEST_ORDER, 0.0, 1.0), sizes).astype(np.float32)
    found.eliminate_zeros()
    return found
