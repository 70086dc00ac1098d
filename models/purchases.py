"""Purchases as columns: of all customers for the training, of one customer for a suggestion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

HISTORY_LINES = 10_000
"""The newest lines of one customer that the models look at: bounds the cost of a wholesaler."""

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Days = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ByItem:
    """The lines of a history, gathered item by item.

    Attributes:
        items: positions, rising, each once, int32[k].
        lines: places of the history's lines, item after item, oldest first, int64[n].
        bounds: where the lines of each item begin in `lines`, and where the last ends, int64[k+1].
    """

    items: Ints
    lines: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def faded(self, fade: float, lags: Ints) -> Floats:
        """Sum of `fade ** lag` over the lines of each item, float32[k]; lags as in `History`."""
        return _faded(self.lines, self.bounds, fade, lags)

    @property
    def oldest(self) -> NDArray[np.int64]:
        """The line of each item's first purchase, int64[k]."""
        return self.lines[self.bounds[:-1]]

    @property
    def newest(self) -> NDArray[np.int64]:
        """The line of each item's last purchase, int64[k]."""
        return self.lines[self.bounds[1:] - 1]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many orders have the item, int64[k]."""
        return self.bounds[1:] - self.bounds[:-1]


@dataclass(frozen=True)
class History:
    """What one customer bought, oldest first. Orders of one day are one: people order in parts.

    Attributes:
        items: positions in the catalogue, each at most once in an order, int32[n].
        orders: ordinal of the order, rising from 0, int32[n].
        days: days since 1970-01-01 UTC of the day's first order, with fractions, float64[n].
        quantities: pieces, float32[n].
        prices: unit prices in the ledger's currency, the highest of the day, float32[n].
    """

    items: Ints
    orders: Ints
    days: Days
    quantities: Floats
    prices: Floats

    def __len__(self) -> int:
        return len(self.items)

    def until(self, day: float) -> History:
        """What was known at `day`, bounded to the newest `HISTORY_LINES`."""
        end = int(self.days.searchsorted(day, side="right"))
        start = max(0, end - HISTORY_LINES)
        return self if end - start == len(self) else self._slice(start, end)

    @cached_property
    def lags(self) -> Ints:
        """How many later orders there are, int32[n]; 0 is the newest."""
        return self.orders[-1:] - self.orders

    def lately(self, limit: int, fade: float) -> tuple[Ints, Floats]:
        """The items of the last orders, at most `limit`, and how much each counts.

        Of an order that goes beyond the limit, the last of the catalogue: as good as any.

        Returns:
            items, each once, int32[k]; the sum of `fade ** lag` over its lines, float32[k].
        """
        items, strengths = self.by_item.items, self.by_item.faded(fade, self.lags)
        if len(items) > limit:
            newest = self.orders[self.by_item.newest].argsort(kind="stable")[-limit:]
            items, strengths = items[newest], strengths[newest]
        return items, strengths

    @cached_property
    def by_item(self) -> ByItem:
        """Asked for by whoever looks at items rather than orders; made once."""
        return ByItem(*_by_item(self.items))

    def _slice(self, start: int, end: int) -> History:
        return History(
            self.items[start:end],
            self.orders[start:end],
            self.days[start:end],
            self.quantities[start:end],
            self.prices[start:end],
        )


@compiled
def _by_item(items: Ints) -> tuple[Ints, NDArray[np.int64], NDArray[np.int64]]:
    """The columns of `ByItem`."""
    lines = items.argsort(kind="mergesort")  # which keeps equal ones in their order
    bounds = np.empty(len(lines) + 1, dtype=np.int64)
    found = np.empty(len(lines), dtype=np.int32)
    k = 0
    for place in range(len(lines)):
        if place == 0 or items[lines[place]] != found[k - 1]:
            found[k], bounds[k] = items[lines[place]], place
            k += 1
    bounds[k] = len(lines)
    return found[:k], lines, bounds[: k + 1]


@compiled
def _faded(lines: NDArray[np.int64], bounds: NDArray[np.int64], fade: float, lags: Ints) -> Floats:
    sums = np.empty(len(bounds) - 1, dtype=np.float32)
    for item in range(len(sums)):
        total = 0.0
        for line in lines[bounds[item] : bounds[item + 1]]:
            total += fade ** lags[line]
        sums[item] = total
    return sums


def history_of(items: Ints, days: Days, quantities: Floats, prices: Floats) -> History:
    """Order lines of one customer, sorted by time, as a history."""
    if not len(items):
        return no_history()
    dates = days.astype(np.int64)
    order = np.lexsort((items, dates))
    items, dates, days = items[order], dates[order], days[order]
    new_date = changes(dates)
    ordinals = new_date.cumsum(dtype=np.int32) - np.int32(1)
    earliest = np.minimum.reduceat(days, np.flatnonzero(new_date))[ordinals]
    new_line = new_date | changes(items)
    if new_line.all():
        return History(items, ordinals, earliest, quantities[order], prices[order])
    starts = np.flatnonzero(new_line)
    return History(
        items=items[starts],
        orders=ordinals[starts],
        days=earliest[starts],
        quantities=np.add.reduceat(quantities[order], starts).astype(np.float32),
        prices=np.maximum.reduceat(prices[order], starts),
    )


def changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does.

    >>> changes(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    changed = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def places_in_runs(values: NDArray[Any]) -> NDArray[np.int64]:
    """How many equal values stand before each in its run; the values rise.

    >>> places_in_runs(np.array([3, 3, 5, 7, 7])).tolist()
    [0, 1, 0, 0, 1]
    """
    return np.arange(len(values)) - values.searchsorted(values)


def bounds_of_runs(values: NDArray[Any]) -> NDArray[np.int64]:
    """Where runs of equal values begin, and where the last ends.

    >>> bounds_of_runs(np.array([3, 3, 5, 7, 7])).tolist()
    [0, 2, 3, 5]
    """
    bounds = np.ones(len(values) + 1, dtype=bool)
    np.not_equal(values[1:], values[:-1], out=bounds[1:-1])
    return bounds.nonzero()[0]


def no_history() -> History:
    """A customer nobody has seen."""
    nothing = np.empty(0)
    return History(
        nothing.astype(np.int32),
        nothing.astype(np.int32),
        nothing,
        nothing.astype(np.float32),
        nothing.astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Purchases:
    """Order lines of everybody, sorted by time; columns as in `History`.

    Attributes:
        customers: position of the customer, -1 for anonymous sales, int32[n].
        orders: number of the order over all customers, int32[n].
    """

    customers: Ints
    orders: Ints
    items: Ints
    days: Days
    quantities: Floats
    prices: Floats

    def __len__(self) -> int:
        return len(self.items)

    def before(self, day: float) -> Purchases:
        """All that had happened when `day` began."""
        end = int(np.searchsorted(self.days, day, side="left"))
        return Purchases(
            self.customers[:end],
            self.orders[:end],
            self.items[:end],
            self.days[:end],
            self.quantities[:end],
            self.prices[:end],
        )

    def histories(self) -> Histories:
        """Every known customer with the whole history."""
        return Histories(self)


class Histories(Mapping[int, History]):
    """Customers in the order of their positions; a history is made when it is asked for."""

    def __init__(self, purchases: Purchases) -> None:
        lines = purchases.customers.argsort(kind="stable").astype(np.int32)
        customers = purchases.customers[lines]
        anonymous = int(customers.searchsorted(0))
        self._purchases, self._lines = purchases, lines[anonymous:]
        self._bounds = bounds_of_runs(customers[anonymous:])
        self._customers = self._purchases.customers[self._lines[self._bounds[:-1]]]

    def __getitem__(self, customer: int) -> History:
        place = int(self._customers.searchsorted(customer))
        if place == len(self._customers) or self._customers[place] != customer:
            raise KeyError(customer)
        own = self._lines[self._bounds[place] : self._bounds[place + 1]]
        known = self._purchases
        return history_of(
            known.items[own], known.days[own], known.quantities[own], known.prices[own]
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self._customers.tolist())

    def __len__(self) -> int:
        return len(self._customers)
