"""What is known on the day that something is learned: everybody's purchases and the items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.purchases import Days, Floats, Ints, Purchases, bounds_of_runs


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

    @property
    def n_orders(self) -> int:
        return int(self.orders[-1]) + 1 if len(self) else 0


@dataclass(frozen=True)
class Past:
    """Everything before `day`.

    Attributes:
        purchases: of everybody, in the order of time.
        day: days since 1970-01-01.
        prices: of each item, float32[n items].
        categories: of each item, -1 unknown, int32[n items].
        sellable: whether it may be suggested at all, bool[n items].
    """

    purchases: Purchases
    day: float
    prices: Floats
    categories: Ints
    sellable: NDArray[np.bool_]

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
    dates = purchases.days[known].astype(np.int32)
    order = known[np.lexsort((purchases.items[known], dates, purchases.customers[known]))]
    customers, items = purchases.customers[order], purchases.items[order]
    days = purchases.days[order]
    dates = days.astype(np.int32)
    new_order = _changes(customers) | _changes(dates)
    first = np.flatnonzero(new_order)
    numbers = new_order.cumsum(dtype=np.int32) - np.int32(1)
    began = np.minimum.reduceat(days, first)[numbers]
    newest = numbers[np.repeat(*_ends(customers))]
    kept = np.flatnonzero(new_order | _changes(items))
    return Lines(
        customers=customers[kept],
        items=items[kept],
        days=began[kept],
        orders=numbers[kept],
        lags=(newest - numbers)[kept],
        n_customers=int(customers[-1]) + 1,
    )


def _changes(values: Ints) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    changed = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def _ends(values: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(place of the last, number) of each run of equal values."""
    bounds = bounds_of_runs(values)
    return bounds[1:] - 1, np.diff(bounds)
