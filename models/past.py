"""What is known on the day that something is learned: everybody's purchases and the items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.purchases import Days, Floats, Ints, Purchases, bounds_of_runs, changes


@dataclass(frozen=True, slots=True)
class Lines:
    """Purchases of the known customers: by customer, oldest first, then by item.

    Orders of one day are one, and an item is in an order once, as in `History`.

    Attributes:
        customers: position of the customer, int32[n].
        items: positions, int32[n].
        days: of the day's first order, float64[n].
        orders: number of the order over all customers, rising, int32[n].
        lags: how many later orders the customer has; 0 is the newest, int32[n].
        n_customers: one more than the highest position.
    """

    customers: Ints
    items: Ints
    days: Days
    orders: Ints
    lags: Ints
    n_customers: int

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Past:
    """Everything before `day`.

    Attributes:
        purchases: of everybody, in the order of time.
        day: days since 1970-01-01.
        prices: of each item, float32[n items].
        categories: of each item, -1 unknown, int32[n items].
        sellable: whether it may be suggested at all, bool[n items].
        asked: whether anybody will look at its neighbours by factors, bool[n items]; None: who
            knows. To find those of all items costs the most of all.
    """

    purchases: Purchases
    day: float
    prices: Floats
    categories: Ints
    sellable: NDArray[np.bool_]
    asked: NDArray[np.bool_] | None = None

    @property
    def n_items(self) -> int:
        return len(self.prices)

    @cached_property
    def lines(self) -> Lines:
        return lines_of(self.purchases)


def lines_of(purchases: Purchases) -> Lines:
    """Put the purchases of known customers in order, and count their orders."""
    known = np.flatnonzero(purchases.customers >= 0)
    if not len(known):
        nothing = np.empty(0, dtype=np.int32)
        return Lines(nothing, nothing, np.empty(0), nothing, nothing, 0)
    dates = purchases.days.astype(np.int32)
    order = known[np.lexsort((purchases.items[known], dates[known], purchases.customers[known]))]
    customers, items = purchases.customers[order], purchases.items[order]
    new_order = changes(customers) | changes(dates[order])
    numbers = new_order.cumsum(dtype=np.int32) - np.int32(1)
    began = np.minimum.reduceat(purchases.days[order], np.flatnonzero(new_order))[numbers]
    bounds = bounds_of_runs(customers)
    newest = np.repeat(numbers[bounds[1:] - 1], np.diff(bounds))
    kept = np.flatnonzero(new_order | changes(items))
    return Lines(
        customers=customers[kept],
        items=items[kept],
        days=began[kept],
        orders=numbers[kept],
        lags=(newest - numbers)[kept],
        n_customers=int(customers[-1]) + 1,
    )
