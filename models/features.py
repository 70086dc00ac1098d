"""The one feature function: what a candidate looks like at a moment, in training and in serving.

Serving computes nothing that training did not see: both call `features`, on the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.catalogue import Catalogue, month_of
from models.moment import Moment
from models.purchases import Floats, Ints

NEVER: Final = 1000.0
"""Days 'since' something that never happened."""
DECAY_DAYS: Final = 90.0
TOGETHER, SIMILAR = (
    [kind.name for kind in SOURCES].index(name) for name in ("together", "similar")
)

FEATURES: Final = (
    "own_orders",  # orders of this customer with the item
    "own_decayed",  # the same, decayed with 90 days
    "own_share",  # of all of the customer's orders
    "days_since_item",
    "due",  # days since, in units of the usual gap: 1 is due today
    "own_gap",  # usual days between purchases: the customer's own, else the item's
    "in_last_order",
    "last_quantity",
    "customer_orders",
    "days_since_order",
    "order_gap",  # the customer's mean days between orders
    "order_size",  # mean lines in an order
    "item_recent",  # log of the item's recent sales
    "item_trend",
    "item_repeat_rate",
    "item_season",
    "price",  # log
    "price_ratio",  # log of price against the customer's mean price
    "category_share",  # of the customer's lines
    "score_together",
    "score_similar",
    "gives_back",  # the contact is a return or alike
    "in_contact",  # the contact is about this item
    "same_category_as_contact",
)


@dataclass(frozen=True, slots=True)
class Personal:
    """What the customer's own history says about each candidate; all float64[n]."""

    orders: NDArray[np.float64]
    decayed: NDArray[np.float64]
    last_day: NDArray[np.float64]
    first_day: NDArray[np.float64]
    last_quantity: NDArray[np.float64]
    in_last_order: NDArray[np.float64]


def features(moment: Moment, candidates: Candidates, catalogue: Catalogue) -> Floats:
    """Columns as in `FEATURES`.

    Returns:
        float32[n candidates, len(FEATURES)], without NaN or infinity.
    """
    items, history, day = candidates.items, moment.history, moment.day
    own = _personal(moment, items)
    n_orders = float(history.orders[-1] - history.orders[0] + 1) if len(history) else 0.0
    span = day - history.days[0] if len(history) else 0.0
    since_order = day - history.days[-1] if len(history) else NEVER
    order_gap = (history.days[-1] - history.days[0]) / (n_orders - 1) if n_orders > 1 else span
    since_item = np.where(own.orders > 0, day - own.last_day, NEVER)
    usual = catalogue.gaps[items]
    several = own.orders > 1
    own_gap = np.where(
        several, (own.last_day - own.first_day) / np.maximum(own.orders - 1, 1), usual
    )
    # One look at the customer's own rhythm is weak: lean on the item's until there are several.
    blended = (own_gap * (own.orders - 1) + 2 * usual) / (own.orders + 1)
    gap = np.maximum(np.where(several, blended, usual), 1.0)
    prices = np.log1p(catalogue.prices[items])
    if len(history):
        mean_price = float(np.log1p(np.maximum(history.prices, 0)).mean())
        shares = _category_shares(history.items, catalogue)[catalogue.categories[items]]
    else:
        mean_price, shares = float(np.log1p(catalogue.prices).mean()), np.zeros(len(items))
    same_category = np.isin(
        catalogue.categories[items], catalogue.categories[moment.contact_items]
    ) & (catalogue.categories[items] >= 0)

    table = np.empty((len(items), len(FEATURES)), dtype=np.float32)
    columns: tuple[NDArray[np.float64] | float | Floats | NDArray[np.bool_], ...] = (
        own.orders,
        own.decayed,
        own.orders / max(n_orders, 1.0),
        np.minimum(since_item, NEVER),
        np.minimum(since_item / gap, 10.0),
        np.minimum(own_gap, NEVER),
        own.in_last_order,
        own.last_quantity,
        n_orders,
        min(since_order, NEVER),
        min(order_gap, NEVER),
        len(history) / max(n_orders, 1.0),
        np.log1p(catalogue.recent[items]),
        catalogue.trend[items],
        catalogue.repeat_rates[items],
        catalogue.seasons[int(month_of(day)), items],
        prices,
        prices - mean_price,
        shares,
        candidates.scores[TOGETHER],
        candidates.scores[SIMILAR],
        float(moment.gives_back),
        np.isin(items, moment.contact_items),
        same_category,
    )
    for position, column in enumerate(columns):
        table[:, position] = column
    return table


def _personal(moment: Moment, items: Ints) -> Personal:
    history, n = moment.history, len(items)
    positions = np.minimum(np.searchsorted(items, history.items), max(n - 1, 0))
    known = items[positions] == history.items if n else np.zeros(len(history), dtype=bool)
    rows, days = positions[known], history.days[known]
    last_order = history.orders[-1] if len(history) else -1
    last_day, first_day, quantity = np.zeros((3, n))
    # numpy keeps the last of repeated assignments, and the history is sorted by time.
    last_day[rows] = days
    quantity[rows] = history.quantities[known]
    first_day[rows[::-1]] = days[::-1]
    in_last = np.zeros(n)
    in_last[rows[history.orders[known] == last_order]] = 1.0
    return Personal(
        orders=np.bincount(rows, minlength=n).astype(np.float64),
        decayed=np.bincount(rows, np.exp((days - moment.day) / DECAY_DAYS), n).astype(np.float64),
        last_day=last_day,
        first_day=first_day,
        last_quantity=quantity,
        in_last_order=in_last,
    )


def _category_shares(bought: Ints, catalogue: Catalogue) -> NDArray[np.float64]:
    """Share of the customer's lines per category; the last entry, reached by -1, is 0."""
    categories = catalogue.categories[bought]
    n = int(catalogue.categories.max(initial=-1)) + 2
    counts = np.bincount(categories[categories >= 0], minlength=n).astype(np.float64)
    counts[-1] = 0.0
    return counts / max(1, len(bought))
