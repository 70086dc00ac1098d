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
    categories = catalogue.categories[items]
    of_contact = catalogue.categories[moment.contact_items]

    table = np.empty((len(FEATURES), len(items)), dtype=np.float32)
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
        _among(items, moment.contact_items),
        _among(categories, of_contact[of_contact >= 0]),
    )
    for position, column in enumerate(columns):
        table[position] = column
    return table.T


def _personal(moment: Moment, items: Ints) -> Personal:
    history, by_item = moment.history, moment.history.by_item
    columns = np.zeros((6, len(items)))
    if len(history) and len(items):
        place = np.minimum(items.searchsorted(by_item.items), len(items) - 1)
        known = items[place] == by_item.items
        newest = by_item.newest
        own = (
            by_item.counts,
            by_item.sums(np.exp((history.days - moment.day) / DECAY_DAYS)),
            history.days[newest],
            history.days[by_item.oldest],
            history.quantities[newest],
            history.orders[newest] == history.orders[-1],
        )
        place = place[known]
        for column, values in zip(columns, own, strict=True):
            column[place] = values[known]
    return Personal(*columns)


def _among(values: Ints, few: Ints) -> NDArray[np.bool_]:
    """Which of the values, [n], are one of a handful."""
    found: NDArray[np.bool_] = (values == few[:, None]).any(axis=0)
    return found


def _category_shares(bought: Ints, catalogue: Catalogue) -> NDArray[np.float64]:
    """Share of the customer's lines per category; the last entry, reached by -1, is 0."""
    categories = catalogue.categories[bought]
    n = int(catalogue.categories.max(initial=-1)) + 2
    counts = np.bincount(categories[categories >= 0], minlength=n).astype(np.float64)
    counts[-1] = 0.0
    return counts / max(1, len(bought))
