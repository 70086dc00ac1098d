"""What the models know of the items: identities, prices, and how each one sells.

The same position stands for the same item in every array of a bundle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.purchases import Days, Floats, Ints, Purchases

RECENT_DAYS = 30.0
TREND_DAYS = 120.0
PRIOR_GAPS = 5.0
"""How many observed reorder gaps weigh as much as the catalogue's own median."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Catalogue:
    """n items.

    Attributes:
        ids: the shop's own codes.
        prices: in the ledger's currency, float32[n].
        categories: position of the category, -1 unknown, int32[n].
        sellable: whether the item may be suggested at all, bool[n].
        recent: orders with the item, decayed with 30 days, float32[n].
        trend: log of sales per day lately against longer ago, 0 is steady, float32[n].
        gaps: usual days between two purchases by one customer, float32[n].
        repeat_rates: repurchases per buyer, shrunk, float32[n].
        seasons: log of the month's sales of the item against its mean month, float32[12, n].
    """

    ids: tuple[str, ...]
    prices: Floats
    categories: Ints
    sellable: NDArray[np.bool_]
    recent: Floats
    trend: Floats
    gaps: Floats
    repeat_rates: Floats
    seasons: Floats

    def __len__(self) -> int:
        return len(self.ids)


def describe(
    purchases: Purchases,
    day: float,
    ids: Sequence[str],
    prices: Floats,
    categories: Ints,
    sellable: NDArray[np.bool_],
) -> Catalogue:
    """Learn how each item sells from all purchases before `day`."""
    n = len(ids)
    recent = _decayed(purchases, day, RECENT_DAYS, n)
    longer = _decayed(purchases, day, TREND_DAYS, n)
    trend = np.log((recent / RECENT_DAYS + 0.05) / (longer / TREND_DAYS + 0.05))
    gaps, rates = _reorders(purchases, n)
    return Catalogue(
        ids=tuple(ids),
        prices=prices,
        categories=categories,
        sellable=sellable,
        recent=recent,
        trend=trend.astype(np.float32),
        gaps=gaps,
        repeat_rates=rates,
        seasons=_seasons(purchases, n),
    )


def _decayed(purchases: Purchases, day: float, scale: float, n: int) -> Floats:
    weights = np.exp(-(day - purchases.days) / scale)
    return np.bincount(purchases.items, weights, minlength=n).astype(np.float32)


def _reorders(purchases: Purchases, n: int) -> tuple[Floats, Floats]:
    """Mean gap between purchases of the same item by the same customer, and how usual they are."""
    known = purchases.customers >= 0
    customers, items = purchases.customers[known], purchases.items[known]
    days: Days = purchases.days[known]
    order = np.lexsort((days, items, customers))
    customers, items, days = customers[order], items[order], days[order]
    same = (customers[1:] == customers[:-1]) & (items[1:] == items[:-1])
    gap = days[1:] - days[:-1]
    again = same & (gap >= 1.0)
    usual = float(np.median(gap[again])) if again.any() else 60.0
    total = np.bincount(items[1:][again], gap[again], minlength=n)
    count = np.bincount(items[1:][again], minlength=n)
    gaps = (total + PRIOR_GAPS * usual) / (count + PRIOR_GAPS)
    first = np.ones(len(items), dtype=bool)
    first[1:] = ~same
    buyers = np.bincount(items[first], minlength=n)
    mean_rate = count.sum() / max(1, buyers.sum())
    rates = (count + 10 * mean_rate) / (buyers + 10)
    return gaps.astype(np.float32), rates.astype(np.float32)


def month_of(days: NDArray[np.float64] | float) -> NDArray[np.int64]:
    """Month of the year, 0 to 11, of days since 1970-01-01."""
    months = np.asarray(np.floor(days), dtype="datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) % MONTHS


def _seasons(purchases: Purchases, n: int) -> Floats:
    """Per month, how the item's share of that month's sales differs from its share of all."""
    months = month_of(purchases.days)
    counts = np.bincount(months * n + purchases.items, minlength=MONTHS * n).reshape(MONTHS, n)
    overall = (counts.sum(axis=0) + 1.0) / (counts.sum() + n)
    prior = 20.0 * overall
    month_total = counts.sum(axis=1, keepdims=True)
    share = (counts + prior) / (month_total + prior.sum())
    return np.asarray(np.log(share / overall), dtype=np.float32)
