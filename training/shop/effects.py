"""What asking did: orders that it made, and purchases that it only brought forward.

Who accepts orders at once. Of something used up that would have been bought again soon, most is
bought now in place of then: it shows among the sales after the ask, and is missing later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from training.shop.asks import Asks
from training.shop.catalogue import Catalogue
from training.shop.chance import Flags, Ints, stream
from training.shop.columns import joined
from training.shop.contacts import Contacts
from training.shop.customers import Customers
from training.shop.orders import (
    NEVER,
    NO,
    Lines,
    Orders,
    in_time_order,
    lines_of,
    numbers_in_time,
    without,
)
from training.shop.purse import Purse
from training.shop.returns import send_back
from training.shop.seasons import DAY, Calendar

FORWARD_DAYS: Final = 45
BROUGHT_FORWARD: Final = 0.7
"""Share of accepted items that would have been bought within so many days and are not, then."""
TWO: Final = 0.2
"""Share of accepted items of which two are ordered."""
CANCELLED: Final = 0.04
CHANGED_MIND: Final = (600, 72_000)
"""Seconds after the order, from and to."""


@dataclass(frozen=True)
class Effects:
    """What each ask added and took away, (asks,) each, in pence."""

    added: Ints
    """Net of cancellations and of what was refunded."""
    added_margin: Ints
    forgone: Ints
    """Sales that would have come later without it."""
    forgone_margin: Ints
    forgone_at: Ints
    """When they would have come, in seconds since 1970; NEVER."""


def take_effect(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
    contacts: Contacts,
    asks: Asks,
) -> tuple[Orders, Lines, Asks, Effects]:
    """All orders and lines as they came to be, and the asks with their orders."""
    rng = stream(seed, "effects")
    which = np.flatnonzero(asks.accepted & ~asks.invented)
    who, item = asks.customer[which], asks.item[which, 0]
    extra = Orders(
        customer=who,
        placed=asks.told[which],
        channel=contacts.channel[asks.contact[which]],
        cancelled=np.full(len(which), NEVER),
    )
    quantity = 1 + (rng.random(len(which)) < TWO)
    more = lines_of(calendar, catalogue, extra, np.arange(len(which)), item, quantity)
    more = send_back(seed, calendar, catalogue, customers, extra, more, "returns of suggestions")
    soon = extra.placed + rng.integers(*CHANGED_MIND, len(which))
    gone = (rng.random(len(which)) < CANCELLED) & (more.reason == NO) & (soon < calendar.end)
    extra = replace(extra, cancelled=np.where(gone, soon, NEVER))

    later = _later(orders, lines, who, item, asks.told[which], len(catalogue.ids))
    later = np.where(rng.random(len(which)) < BROUGHT_FORWARD, later, NO)
    _, once = np.unique(later, return_index=True)
    later[np.setdiff1d(np.arange(len(later)), once)] = NO  # nothing is brought forward twice
    effects = _sums(len(asks.contact), which, extra, more, orders, lines, later)

    dropped = np.zeros(len(lines.item), bool)
    dropped[later[later != NO]] = True
    orders, lines = without(orders, lines, dropped)
    number = len(orders.placed) + np.arange(len(which))
    orders, lines = joined(orders, extra), joined(lines, replace(more, order=number))
    made = asks.order.copy()
    made[which] = numbers_in_time(orders)[number]
    orders, lines = in_time_order(orders, lines)
    return orders, lines, replace(asks, order=made), effects


def _later(orders: Orders, lines: Lines, who: Ints, item: Ints, at: Ints, items: int) -> Ints:
    """The line with which each customer would soon have bought the item anyway, or NO."""
    wanted, key = np.unique(who * items + item, return_inverse=True)
    whose = orders.customer[lines.order] * items + lines.item
    # what goes back or is cancelled has a story of its own, which must not lose its beginning
    plain = (lines.reason == NO) & (orders.cancelled[lines.order] == NEVER)
    line = np.flatnonzero(plain & np.isin(whose, wanted))
    theirs, placed = np.searchsorted(wanted, whose[line]), orders.placed[lines.order[line]]
    sort = np.lexsort((line, placed, theirs))
    found = Purse(theirs[sort], placed[sort], line[sort]).after(key, at)
    # one row more, so that there is something to look at when nothing is found
    soon = np.append(orders.placed[lines.order], NEVER)[found] - at <= FORWARD_DAYS * DAY
    later: Ints = np.where((found != NO) & soon, found, NO)
    return later


def _sums(
    asks: int,
    which: Ints,
    extra: Orders,
    more: Lines,
    orders: Orders,
    lines: Lines,
    later: Ints,
) -> Effects:
    def of_asks(values: Ints, known: Flags) -> Ints:
        spread = np.zeros(asks, np.int64)
        spread[which] = np.where(known, values, 0)
        return spread

    kept = extra.cancelled == NEVER
    pieces = more.quantity - np.where(more.refunded != NEVER, more.returned, 0)
    there = later != NO
    quantity, price, cost, placed = (
        np.append(column, 0)[later]
        for column in (lines.quantity, lines.price, lines.cost, orders.placed[lines.order])
    )
    return Effects(
        added=of_asks(pieces * more.price, kept),
        added_margin=of_asks(pieces * (more.price - more.cost), kept),
        forgone=of_asks(quantity * price, there),
        forgone_margin=of_asks(quantity * (price - cost), there),
        forgone_at=of_asks(placed, there),
    )
