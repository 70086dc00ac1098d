"""What goes back, why, and what is bought instead.

A width is too large for this customer's home and not for the next; a fault is the item's. So the
reasons tell something about the customer or about the item, as they do in a real shop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from models.domain import RETURN_REASONS
from training.shop.catalogue import Catalogue
from training.shop.categories import CATEGORIES
from training.shop.chance import Flags, Floats, Ints, stream
from training.shop.columns import joined
from training.shop.customers import Customers
from training.shop.orders import NEVER, NO, Lines, Orders, lines_of, orders_on
from training.shop.seasons import DAY, Calendar

LATE: Final = 0.06
"""Share of orders that arrive late."""
REPLACED: Final = {
    "too_large": 0.50, "too_small": 0.45, "too_heavy": 0.35, "defective": 0.40,
    "not_as_described": 0.20, "did_not_like": 0.30, "too_expensive": 0.40, "unwanted_gift": 0.10,
    "arrived_late": 0.15, "other": 0.10,
}  # fmt: skip
"""Chance that something else is ordered instead."""
SAME_ITEM: Final = ("defective", "arrived_late")
"""Reasons that say nothing against the item: the same one is ordered again."""
TRIES: Final = 8
"""Items that a customer looks at to find one without the fault of the first."""

WIDTH, WEIGHT = 0, 3


def send_back(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
    stage: str = "returns",
) -> Lines:
    """The lines with those marked that go back before the window ends."""
    rng = stream(seed, stage)
    late = rng.random(len(orders.placed)) < LATE
    edges = np.cumsum(_chances(calendar, catalogue, customers, orders, lines, late), axis=1)
    level = rng.random(len(lines.item))
    reason = np.minimum((edges <= level[:, None]).sum(axis=1), len(RETURN_REASONS) - 1)
    # the things of one order go back together, once they were delivered and tried
    days = 4 + rng.gamma(1.6, 5.0, len(orders.placed)) + 5 * late
    asked = (orders.placed + days * DAY).astype(np.int64)[lines.order]
    refunded = asked + (rng.uniform(2, 9, len(orders.placed)) * DAY).astype(np.int64)[lines.order]
    back = (level < edges[:, -1]) & (asked < calendar.end)
    some = rng.integers(1, lines.quantity + 1)
    returned = np.where(rng.random(len(some)) < 0.8, lines.quantity, some)
    return replace(
        lines,
        reason=np.where(back, reason, NO),
        returned=np.where(back, returned, 0),
        asked=np.where(back, asked, NEVER),
        refunded=np.where(back & (refunded < calendar.end), refunded, NEVER),
    )


def _chances(
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
    late: Flags,
) -> Floats:
    """The chance (lines, reasons) that a line goes back for each of RETURN_REASONS."""
    item, who = lines.item, orders.customer[lines.order]
    typical = np.array([kind.size or (np.nan,) * 4 for kind in CATEGORIES])
    category = catalogue.category[item]
    usual = np.array([kind.returns for kind in CATEGORIES])[category] * customers.fussy[who]
    width = catalogue.measures[item, WIDTH] / typical[category, WIDTH] / customers.space[who]
    weight = catalogue.measures[item, WEIGHT] / typical[category, WEIGHT]
    heavy = catalogue.measures[item, WEIGHT] > 20
    taste = customers.styles[who, catalogue.style[item]]
    dear = (customers.bands[who] * np.arange(customers.bands.shape[1])).sum(axis=1)
    dear = catalogue.band[item] - dear
    month = calendar.months[(orders.placed[lines.order] - calendar.start) // DAY]
    gift = np.where(month >= 10, 0.10, 0.01) + 0.9 * (month >= 10) * (category == _GIFTS)
    chances = {
        "too_large": 2.2 * usual * _above(width, 1.22, 0.05),
        "too_small": 1.2 * usual * _above(-width, -0.70, 0.04),
        "too_heavy": 0.5 * usual * _above(weight, 1.5, 0.1) * heavy,
        "defective": catalogue.faulty[item],
        "not_as_described": catalogue.misdescribed[item],
        "did_not_like": usual * np.where(taste < 0.12, 0.6, 0.22),
        "too_expensive": 0.5 * usual * _above(dear, 1.0, 0.2),
        "unwanted_gift": usual * gift,
        "arrived_late": 0.05 * late[lines.order],
        "other": 0.08 * usual,
    }
    return np.stack([chances[reason] for reason in RETURN_REASONS], axis=1)


_GIFTS = [kind.name for kind in CATEGORIES].index("decorations and gifts")


def _above(value: Floats, limit: float, blur: float) -> Floats:
    """Near 1 above the limit and near 0 below; 0 for what is not measured."""
    share: Floats = 1 / (1 + np.exp((limit - np.nan_to_num(value, nan=-np.inf)) / blur))
    return share


def order_instead(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
) -> tuple[Orders, Lines]:
    """All orders and lines, with new ones for what is bought in place of what went back."""
    rng = stream(seed, "instead")
    wish = np.array([REPLACED[reason] for reason in RETURN_REASONS])
    back = np.flatnonzero(lines.reason != NO)
    back = back[rng.random(len(back)) < wish[lines.reason[back]]]
    day = (lines.asked[back] - calendar.start) // DAY + rng.integers(2, 6, len(back))
    who = orders.customer[lines.order[back]]
    item = np.full(len(back), NO)
    for _ in range(TRIES):
        other = customers.take(rng, catalogue, who, catalogue.category[lines.item[back]])
        good = _better(catalogue, lines.item[back], lines.reason[back], other)
        item = np.where((item == NO) & good & catalogue.on_sale(other, day), other, item)
    same = np.isin(lines.reason[back], [RETURN_REASONS.index(reason) for reason in SAME_ITEM])
    item = np.where(same, lines.item[back], item)
    found = (item != NO) & (day < calendar.days)
    back, item, day, who = back[found], item[found], day[found], who[found]
    exchanged = lines.exchanged.copy()
    exchanged[back] = True
    extra = orders_on(rng, calendar, who, day)
    number = np.arange(len(back))
    more = lines_of(calendar, catalogue, extra, number, item, lines.returned[back])
    more = replace(more, order=number + len(orders.placed))
    return joined(orders, extra), joined(replace(lines, exchanged=exchanged), more)


def _better(catalogue: Catalogue, first: Ints, reason: Ints, other: Ints) -> Flags:
    """Whether the other item lacks what was wrong with the first."""
    was, now = catalogue.measures[first], catalogue.measures[other]
    tests = {
        "too_large": now[:, WIDTH] < 0.88 * was[:, WIDTH],
        "too_small": now[:, WIDTH] > 1.12 * was[:, WIDTH],
        "too_heavy": now[:, WEIGHT] < 0.8 * was[:, WEIGHT],
        "did_not_like": catalogue.style[other] != catalogue.style[first],
        "too_expensive": catalogue.price[other] < 0.85 * catalogue.price[first],
    }
    anything_else = first != other
    good = np.stack([tests.get(name, anything_else) for name in RETURN_REASONS], axis=1)
    better: Flags = good[np.arange(len(first)), reason] & anything_else
    return better
