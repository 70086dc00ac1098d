"""What the models know of the items: identities, prices, and how each one sells.

The same position stands for the same item in every array of a bundle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ids import Ids
from models.past import Lines, Past
from models.purchases import Days, Floats, Ints, Purchases, changes
from models.returns import return_rates

RECENT_DAYS: Final = 30.0
PRIOR_GAPS: Final = 5.0
"""How many observed reorder gaps weigh as much as the catalogue's own mean."""
PRIOR_CHANCES: Final = 10.0
"""How many chances to buy again weigh as much as the catalogue's own rate."""
USUAL_GAP: Final = 60.0
"""Days between two purchases where nobody ever bought anything twice."""
MONTHS: Final = 12

FACTS: Final = (
    "sold",  # log of all lines with the item, also of those who bought without a name
    "recent",  # the same, decayed with 30 days
    "newest",  # log of the customers whose newest order has it
    "before",  # log of the customers whose second newest order has it
    "trend",  # log of its share of recent sales against its share of all
    "newest_trend",  # log of its share of newest orders against its share of earlier ones
    "repeat_rate",  # purchases per order after the customer's first with it
    "rebuyers",  # share of its buyers who bought it again
    "repeated_last",  # share of earlier buyers whose newest order has it
    "discovered",  # log of the customers who bought it first in their newest order
    "gap",  # usual days between two purchases by one customer
    "price",  # log
)
PLACE: Final = {name: place for place, name in enumerate(FACTS)}


@dataclass(frozen=True)
class Catalogue:
    """n items.

    Attributes:
        categories: position of the category, -1 unknown, int32[n].
        facts: columns as in `FACTS`; one item's lie side by side, float32[n, len(FACTS)].
        seasons: log of the item's share of a month's sales against its share of all,
            float32[n, 12].
        return_rates: share of the item's order lines that come back, float32[n].
    """

    ids: Ids
    categories: Ints
    facts: Floats
    seasons: Floats
    return_rates: Floats

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def mean_price(self) -> float:
        """Mean log price."""
        return float(self.fact("price").mean())

    def fact(self, name: str) -> Floats:
        """One column, float32[n]."""
        return self.facts[:, PLACE[name]]


def describe(
    past: Past, ids: Sequence[str], returned: NDArray[np.bool_] | None = None
) -> Catalogue:
    """Learn how each item sells from everything before `past.day`; `returned` line by line."""
    n, lines = past.n_items, past.lines
    sold = np.bincount(past.purchases.items, minlength=n).astype(np.float64)
    recent = _decayed(past.purchases, past.day, RECENT_DAYS, n)
    newest, before, earlier = (
        np.bincount(lines.items[which], minlength=n).astype(np.float64)
        for which in (lines.lags == 0, lines.lags == 1, lines.lags > 0)
    )
    columns = {
        "sold": np.log1p(sold),
        "recent": np.log1p(recent),
        "newest": np.log1p(newest),
        "before": np.log1p(before),
        "trend": _log_share(recent, 1.0) - _log_share(sold, 3.0),
        "newest_trend": _log_share(newest, 1.0) - _log_share(earlier, 3.0),
        "price": np.log1p(np.maximum(past.prices, 0)),
        **_repeats(lines, n),
    }
    facts = np.stack([columns[name] for name in FACTS], axis=1)
    return Catalogue(
        ids=Ids.of(ids),
        categories=past.categories,
        facts=np.ascontiguousarray(facts, dtype=np.float32),
        seasons=_seasons(past.purchases, n),
        return_rates=return_rates(past, returned),
    )


def _decayed(purchases: Purchases, day: float, scale: float, n: int) -> Days:
    weights = np.exp((purchases.days - day) / scale)
    return np.bincount(purchases.items, weights, minlength=n).astype(np.float64)


def _log_share(counts: Days, prior: float) -> Days:
    """Log of each item's share of all, where `prior` more of each were seen."""
    total = float(counts.sum()) + prior * len(counts)
    return np.asarray(np.log((counts + prior) / total))


def _repeats(lines: Lines, n: int) -> dict[str, Days]:
    """How items come back: purchases by one customer, oldest first."""
    order = np.lexsort((lines.orders, lines.items, lines.customers))
    customers, items, lags = lines.customers[order], lines.items[order], lines.lags[order]
    again = ~(changes(customers) | changes(items))
    gaps = np.diff(lines.days[order], prepend=0.0)[again]
    several = np.zeros(len(items), dtype=bool)
    several[:-1] = again[1:]

    def count(which: NDArray[np.bool_], weights: Ints | None = None) -> Days:
        chosen = None if weights is None else weights[which]
        return np.bincount(items[which], chosen, minlength=n).astype(np.float64)

    repeats, chances, buyers = count(again), count(~again, lags), count(~again)
    rebuyers, earlier = count(~again & several), count(~again & (lags > 0))
    repeated_last = count(again & (lags == 0))
    has_more = np.zeros(lines.n_customers, dtype=bool)
    has_more[lines.customers[lines.lags > 0]] = True
    discovered = count(~again & (lags == 0) & has_more[customers])
    spans = np.bincount(items[again], gaps, minlength=n)
    usual = spans.sum() / repeats.sum() if repeats.sum() else USUAL_GAP
    return {
        "repeat_rate": _rate(repeats, chances),
        "rebuyers": _rate(rebuyers, buyers),
        "repeated_last": _rate(repeated_last, earlier),
        "discovered": np.log1p(discovered),
        "gap": (spans + PRIOR_GAPS * usual) / (repeats + PRIOR_GAPS),
    }


def _rate(times: Days, chances: Days) -> Days:
    """Shrunk towards the rate of the whole catalogue."""
    overall = times.sum() / max(1.0, chances.sum())
    return np.asarray((times + PRIOR_CHANCES * overall) / (chances + PRIOR_CHANCES))


def month_of(days: NDArray[np.float64] | float) -> NDArray[np.int64]:
    """Month of the year, 0 to 11, of days since 1970-01-01."""
    months = np.asarray(np.floor(days), dtype="datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) % MONTHS


def _seasons(purchases: Purchases, n: int) -> Floats:
    """Per month, how the item's share of that month's sales differs from its share of all."""
    months = month_of(purchases.days)
    counts = np.bincount(purchases.items.astype(np.int64) * MONTHS + months, minlength=n * MONTHS)
    counts = counts.reshape(n, MONTHS)
    overall = (counts.sum(axis=1, keepdims=True) + 1.0) / (counts.sum() + n)
    prior = 20.0 * overall
    share = (counts + prior) / (counts.sum(axis=0) + prior.sum())
    return np.asarray(np.log(share / overall), dtype=np.float32)
