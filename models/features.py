"""The one feature function: what a candidate looks like at a moment, in training and in serving.

Serving computes nothing that training did not see: both call `features`, on the same columns.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.catalogue import FACTS, Catalogue
from models.catalogue import PLACE as FACT
from models.moment import Moment
from models.purchases import Floats, History, Ints

NEVER: Final = 1000.0
"""Days 'since' something that never happened."""
LONG_AGO: Final = 99.0
"""Orders 'since' something that never happened."""
DECAY_DAYS: Final = 90.0
EPOCH: Final = date(1970, 1, 1).toordinal()

# name: value for an item that the customer never bought
OWN: Final = {
    "own_orders": 0.0,  # orders of this customer with the item
    "own_slow": 0.0,  # the same, each earlier order counting 0.9 as much
    "own_fast": 0.0,  # 0.6 as much
    "own_by_day": 0.0,  # decayed with 90 days
    "own_share": 0.0,  # of all of the customer's orders
    "orders_since_item": LONG_AGO,  # 1: in the last order
    "orders_since_earlier": LONG_AGO,  # since the purchase before the last one
    "orders_since_first": LONG_AGO,
    "days_since_item": NEVER,
    "own_rate": 0.0,  # purchases per order since the first one, shrunk
    "own_gap": -1.0,  # mean days between own purchases; 0 after a single one
    "due": -1.0,  # days since, in units of the usual gap: 1 is due today
    "last_quantity": 0.0,
}
CUSTOMER: Final = (
    "customer_orders",
    "order_size",  # mean lines in an order
    "last_order_size",
    "different_items",
    "customer_repeats",  # share of the lines after the first order that are repeats, shrunk
    "days_since_order",
    "order_gap",  # mean days between orders
    "likes_popular",  # mean log sales of the customer's lines
    "likes_repeated",  # mean repeat rate of the customer's lines
)
CONTEXT: Final = (
    "season",
    "price_ratio",  # log of price against the customer's mean price
    "category_share",  # of the customer's lines
    "gives_back",  # the contact is a return or alike
    "in_contact",  # the contact is about this item
    "same_category_as_contact",
)
FEATURES: Final = (
    *OWN, *CUSTOMER, *(f"item_{name}" for name in FACTS),
    *(f"score_{source.name}" for source in SOURCES), *CONTEXT,
)  # fmt: skip
_MISSING: Final = np.array(list(OWN.values()), dtype=np.float32)[:, None]
_AFTER_OWN: Final = len(OWN)
_AFTER_CUSTOMER: Final = _AFTER_OWN + len(CUSTOMER)
_AFTER_ITEM: Final = _AFTER_CUSTOMER + len(FACTS)
_AFTER_SCORES: Final = _AFTER_ITEM + len(SOURCES)


def features(moment: Moment, candidates: Candidates, catalogue: Catalogue) -> Floats:
    """Columns as in `FEATURES`.

    Returns:
        float32[n candidates, len(FEATURES)], without NaN or infinity, column by column in memory.
    """
    items, history = candidates.items, moment.history
    table = np.empty((len(FEATURES), len(items)), dtype=np.float32)
    table[:_AFTER_OWN] = _MISSING
    if len(history):
        _fill_own(table[:_AFTER_OWN], moment, items, catalogue)
    table[_AFTER_OWN:_AFTER_CUSTOMER] = _customer(moment, catalogue)[:, None]
    table[_AFTER_CUSTOMER:_AFTER_ITEM] = catalogue.facts[items].T
    table[_AFTER_ITEM:_AFTER_SCORES] = candidates.scores
    _fill_context(table[_AFTER_SCORES:], moment, items, catalogue)
    return table.T


def _fill_own(table: Floats, moment: Moment, items: Ints, catalogue: Catalogue) -> None:
    """What the customer's own history says of the candidates in it."""
    history, by_item = moment.history, moment.history.by_item
    since, ago = history.lags + 1, moment.day - history.days
    newest, oldest, times = by_item.newest, by_item.oldest, by_item.counts
    orders = float(since[0])
    first, last, days = since[oldest], since[newest], ago[newest]
    earlier = np.where(times > 1, since[by_item.lines[by_item.bounds[1:] - 2]], LONG_AGO)
    gap = (ago[oldest] - days) / np.maximum(times - 1, 1)
    usual = catalogue.facts[by_item.items, FACT["gap"]]
    # One look at the customer's own rhythm is weak: lean on the item's until there are several.
    blended = np.where(times > 1, (gap * (times - 1) + 2 * usual) / (times + 1), usual)
    own = np.array(
        (
            times,
            by_item.sums(np.power(0.9, history.lags)),
            by_item.sums(np.power(0.6, history.lags)),
            by_item.sums(np.exp(ago / -DECAY_DAYS)),
            times / orders,
            last,
            earlier,
            first,
            np.minimum(days, NEVER),
            (times - 0.7) / (first + 0.5),
            gap,
            np.minimum(days / np.maximum(blended, 1.0), 10.0),
            history.quantities[newest],
        ),
        dtype=np.float32,
    )
    place = items.searchsorted(by_item.items)
    place[place == len(items)] = 0
    known = (items[place] == by_item.items).nonzero()[0] if len(items) else place[:0]
    table[:, place[known]] = own[:, known]


def _customer(moment: Moment, catalogue: Catalogue) -> Floats:
    """What is the same for all candidates, float32[len(CUSTOMER)]."""
    history = moment.history
    if not len(history):
        return np.array((0, 0, 0, 0, 0.2, NEVER, 0, 0, 0), dtype=np.float32)
    lines, different = len(history), len(history.by_item.items)
    orders = int(history.lags[0]) + 1
    last = lines - int(history.orders.searchsorted(history.orders[-1]))
    first = int(history.orders.searchsorted(history.orders[0], side="right"))
    tastes = catalogue.facts[history.items].mean(axis=0)
    return np.array(
        (
            orders,
            lines / orders,
            last,
            different,
            (lines - different + 0.4) / (lines - first + 2),
            min(moment.day - history.days[-1], NEVER),
            min((history.days[-1] - history.days[0]) / max(orders - 1, 1), NEVER),
            tastes[FACT["sold"]],
            tastes[FACT["repeat_rate"]],
        ),
        dtype=np.float32,
    )


def _fill_context(table: Floats, moment: Moment, items: Ints, catalogue: Catalogue) -> None:
    """Season, money, sort, and what the contact was about."""
    history, categories = moment.history, catalogue.categories[items]
    month = date.fromordinal(EPOCH + math.floor(moment.day)).month - 1
    table[0] = catalogue.seasons[items, month]
    table[1] = catalogue.facts[items, FACT["price"]] - _mean_price(history, catalogue)
    table[2] = _shares(history, catalogue, categories)
    table[3] = moment.gives_back
    table[4:] = 0.0
    if len(moment.contact_items):
        table[4] = _among(items, moment.contact_items)
        of_contact = catalogue.categories[moment.contact_items]
        table[5] = _among(categories, of_contact[of_contact >= 0])


def _mean_price(history: History, catalogue: Catalogue) -> float:
    """Log, of what the customer pays; of a stranger, what the catalogue costs."""
    if len(history):
        return float(np.log1p(np.maximum(history.prices, 0)).mean())
    return catalogue.mean_price


def _shares(history: History, catalogue: Catalogue, categories: Ints) -> NDArray[np.float64]:
    """Share of the customer's lines that are of each candidate's category, 0 where unknown."""
    bought = catalogue.categories[history.items]
    bought.sort()
    count = bought.searchsorted(categories, "right") - bought.searchsorted(categories, "left")
    return np.where(categories >= 0, count / max(1, len(bought)), 0.0)


def _among(values: Ints, few: Ints) -> NDArray[np.bool_]:
    """Which of the values, [n], are one of a handful."""
    found: NDArray[np.bool_] = (values == few[:, None]).any(axis=0)
    return found
