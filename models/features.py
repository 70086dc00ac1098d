"""The one feature function: what a candidate looks like at a moment, in training and in serving.

Serving computes nothing that training did not see: both call `features`, on the same columns.
"""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.catalogue import FACTS, Catalogue
from models.catalogue import PLACE as FACT
from models.compiled import compiled
from models.moment import Moment
from models.purchases import Days, Floats, Ints

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
_MISSING: Final = np.array(list(OWN.values()), dtype=np.float32)
_STRANGER: Final = np.array((0, 0, 0, 0, 0.2, NEVER, 0, 0, 0), dtype=np.float32)
_ENDS: Final = np.cumsum(
    [0, len(OWN), len(CUSTOMER), len(FACTS), len(SOURCES), len(CONTEXT)]
).tolist()
_PARTS: Final = [slice(*ends) for ends in pairwise(_ENDS)]


def features(moment: Moment, candidates: Candidates, catalogue: Catalogue) -> Floats:
    """Columns as in `FEATURES`.

    Returns:
        float32[n candidates, len(FEATURES)], without NaN or infinity.
    """
    items, history = candidates.items, moment.history
    table = np.empty((len(items), len(FEATURES)), dtype=np.float32)
    own, customer, item, scores, context = (table[:, part] for part in _PARTS)
    own[:], customer[:] = _MISSING, _STRANGER
    if len(history):
        by_item = history.by_item
        _fill_own(
            own, items, moment.day, by_item.items, by_item.lines, by_item.bounds, history.lags,
            history.days, history.quantities, catalogue.facts, FACT["gap"],
        )  # fmt: skip
        _fill_customer(
            customer, moment.day, len(by_item.items), history.items, history.lags, history.days,
            catalogue.facts, FACT["sold"], FACT["repeat_rate"],
        )  # fmt: skip
    item[:] = catalogue.facts[items]
    scores[:] = candidates.scores.T
    month = date.fromordinal(EPOCH + math.floor(moment.day)).month - 1
    _fill_context(
        context, items, month, history.items, history.prices, moment.contact_items,
        moment.gives_back, catalogue.facts, FACT["price"], catalogue.mean_price,
        catalogue.seasons, catalogue.categories,
    )  # fmt: skip
    return table


@compiled
def _fill_own(
    table: Floats,
    items: Ints,
    day: float,
    own: Ints,
    lines: NDArray[np.int64],
    bounds: NDArray[np.int64],
    lags: Ints,
    days: Days,
    quantities: Floats,
    facts: Floats,
    gap_of_item: int,
) -> None:
    """What the customer's own history says of the candidates in it; both in the same order."""
    at = 0
    for k in range(len(own)):
        while at < len(items) and items[at] < own[k]:
            at += 1
        if at == len(items) or items[at] > own[k]:
            continue
        first, last, times = lines[bounds[k]], lines[bounds[k + 1] - 1], bounds[k + 1] - bounds[k]
        slow = fast = by_day = 0.0
        for line in lines[bounds[k] : bounds[k + 1]]:
            slow += 0.9 ** lags[line]
            fast += 0.6 ** lags[line]
            by_day += math.exp((days[line] - day) / DECAY_DAYS)
        earlier = lags[lines[bounds[k + 1] - 2]] + 1.0 if times > 1 else LONG_AGO
        since = day - days[last]
        gap = (days[last] - days[first]) / max(times - 1, 1)
        # One look at the customer's own rhythm is weak: lean on the item's until there are several.
        usual = np.float64(facts[own[k], gap_of_item])
        if times > 1:
            usual = (gap * (times - 1) + 2 * usual) / (times + 1)
        values = (
            float(times),
            slow,
            fast,
            by_day,
            times / (lags[0] + 1.0),
            lags[last] + 1.0,
            earlier,
            lags[first] + 1.0,
            min(since, NEVER),
            (times - 0.7) / (lags[first] + 1.5),
            gap,
            min(since / max(usual, 1.0), 10.0),
            np.float64(quantities[last]),
        )
        for column in range(len(values)):
            table[at, column] = values[column]


@compiled
def _fill_customer(
    table: Floats,
    day: float,
    different: int,
    items: Ints,
    lags: Ints,
    days: Days,
    facts: Floats,
    sold: int,
    repeat_rate: int,
) -> None:
    """What is the same for all candidates, of a customer with a history."""
    first = last = 0
    popular = repeated = 0.0
    for line in range(len(items)):
        first += lags[line] == lags[0]
        last += lags[line] == 0
        popular += facts[items[line], sold]
        repeated += facts[items[line], repeat_rate]
    lines, orders = len(items), lags[0] + 1
    values = (
        float(orders),
        lines / orders,
        float(last),
        float(different),
        (lines - different + 0.4) / (lines - first + 2),
        min(day - days[-1], NEVER),
        min((days[-1] - days[0]) / max(orders - 1, 1), NEVER),
        popular / lines,
        repeated / lines,
    )
    for column in range(len(values)):
        table[:, column] = values[column]


@compiled
def _fill_context(
    table: Floats,
    items: Ints,
    month: int,
    bought: Ints,
    prices: Floats,
    contact_items: Ints,
    gives_back: bool,
    facts: Floats,
    price: int,
    mean_price: float,
    seasons: Floats,
    categories: Ints,
) -> None:
    """Season, money, sort, and what the contact was about."""
    if len(prices):  # what the customer pays; of a stranger, what the catalogue costs
        mean_price = 0.0
        for paid in prices:
            mean_price += math.log1p(max(paid, 0.0)) / len(prices)
    for at in range(len(items)):
        category, of_category = categories[items[at]], 0
        for item in bought:
            of_category += categories[item] == category
        in_contact = same_category = False
        for item in contact_items:
            in_contact |= item == items[at]
            same_category |= category >= 0 and categories[item] == category
        table[at, 0] = seasons[items[at], month]
        table[at, 1] = facts[items[at], price] - mean_price
        table[at, 2] = of_category / max(len(bought), 1) if category >= 0 else 0.0
        table[at, 3] = gives_back
        table[at, 4] = in_contact
        table[at, 5] = same_category
