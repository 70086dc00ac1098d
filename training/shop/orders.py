"""From wants to orders: what is wanted within some days is ordered at once, at the day's price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from models.domain import CHANNELS
from training.shop.catalogue import Catalogue
from training.shop.chance import Flags, Floats, Ints, choose, stream
from training.shop.columns import rows
from training.shop.customers import Customers
from training.shop.seasons import DAY, Calendar, seconds_of_day
from training.shop.wishes import Wants

ORDER_CHANNELS: Final = {"web": 0.86, "phone": 0.07, "chat": 0.04, "facebook": 0.01, "email": 0.02}
ORDER_HOURS: Final = (
    2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 12, 13, 15, 18, 20, 19, 13, 6,
)  # fmt: skip
"""Orders by hour of the day, UTC."""
CANCELLED: Final = 0.012
NO: Final = -1
NEVER: Final = 0


@dataclass(frozen=True)
class Orders:
    """(orders,) each; times in seconds since 1970."""

    customer: Ints
    placed: Ints
    channel: Ints
    """Place in CHANNELS."""
    cancelled: Ints
    """When, or NEVER."""


@dataclass(frozen=True)
class Lines:
    """(lines,) each, in the order of their orders."""

    order: Ints
    item: Ints
    quantity: Ints
    price: Ints
    """Pence for a piece, as are costs."""
    cost: Ints
    reason: Ints
    """Why it goes back: place in RETURN_REASONS, or NO."""
    returned: Ints
    """Pieces that go back."""
    asked: Ints
    """When the customer says so, or NEVER."""
    refunded: Ints
    """When the money is given back, or NEVER; an open return is asked for, not yet refunded."""
    exchanged: Flags
    """Whether the customer orders something instead."""


def place_orders(
    seed: int, calendar: Calendar, catalogue: Catalogue, customers: Customers, wants: Wants
) -> tuple[Orders, Lines]:
    """One order for each customer's wants of a few days, placed when the first of them comes up."""
    rng = stream(seed, "orders")
    who = wants.customer
    # when the days begin over which needs are put together differs from customer to customer
    begin = customers.patience * rng.random(len(customers))
    visit = ((wants.day + begin[who]) // customers.patience[who]).astype(np.int64)
    sort = np.lexsort((wants.day, wants.item, visit, who))
    wants, visit = rows(wants, sort), visit[sort]
    new_order = _changes(wants.customer, visit)
    new_line = new_order | _changes(wants.item)
    begins, lines = np.flatnonzero(new_order), np.flatnonzero(new_line)
    day = np.minimum.reduceat(wants.day, begins) if len(begins) else np.empty(0)
    orders = orders_on(rng, calendar, wants.customer[begins], day.astype(np.int64))
    quantity = np.add.reduceat(wants.quantity, lines) if len(lines) else wants.quantity
    number = np.cumsum(new_order)[lines] - 1
    return orders, lines_of(calendar, catalogue, orders, number, wants.item[lines], quantity)


def orders_on(rng: np.random.Generator, calendar: Calendar, customer: Ints, day: Ints) -> Orders:
    """Orders at some hour of the days of the window."""
    n = len(customer)
    placed = calendar.start + day * DAY + seconds_of_day(rng, ORDER_HOURS, n)
    places = np.array([CHANNELS.index(channel) for channel in ORDER_CHANNELS])
    channel = places[choose(rng, np.array([*ORDER_CHANNELS.values()]), n)]
    return Orders(customer, placed, channel, np.full(n, NEVER))


def lines_of(
    calendar: Calendar,
    catalogue: Catalogue,
    orders: Orders,
    order: Ints,
    item: Ints,
    quantity: Ints,
) -> Lines:
    """Lines at the prices of their orders' days, none of them going back yet."""
    day = (orders.placed[order] - calendar.start) // DAY
    before = day < catalogue.repriced[item]
    listed = np.where(before, catalogue.old_price[item], catalogue.price[item])
    left = np.where(catalogue.in_sales[item], calendar.sales[day], 1.0)
    n = len(order)
    return Lines(
        order=order,
        item=item,
        quantity=quantity,
        price=np.maximum(1, np.rint(listed * left)).astype(np.int64),
        cost=catalogue.cost[item],
        reason=np.full(n, NO),
        returned=np.zeros(n, np.int64),
        asked=np.full(n, NEVER),
        refunded=np.full(n, NEVER),
        exchanged=np.zeros(n, bool),
    )


def in_time_order(orders: Orders, lines: Lines) -> tuple[Orders, Lines]:
    """Both sorted by when the orders were placed; orders of the same second by customer."""
    number = numbers_in_time(orders)
    lines = replace(lines, order=number[lines.order])
    return rows(orders, np.argsort(number)), rows(lines, np.lexsort((lines.item, lines.order)))


def numbers_in_time(orders: Orders) -> Ints:
    """The place that each order gets by `in_time_order`."""
    number = np.empty(len(orders.placed), np.int64)
    number[np.lexsort((orders.customer, orders.placed))] = np.arange(len(number))
    return number


def cancel_some(seed: int, calendar: Calendar, orders: Orders, lines: Lines) -> Orders:
    """Some orders are cancelled within hours; those of which something went back are not."""
    rng = stream(seed, "cancelled")
    soon = orders.placed + rng.integers(300, 36_000, len(orders.placed))
    kept = np.zeros(len(soon), bool)
    kept[lines.order[lines.reason != NO]] = True
    gone = ~kept & (soon < calendar.end) & (rng.random(len(soon)) < CANCELLED)
    return replace(orders, cancelled=np.where(gone, soon, NEVER))


def without(orders: Orders, lines: Lines, dropped: Flags) -> tuple[Orders, Lines]:
    """Both without the lines `dropped`, and without the orders of which no line is left."""
    left = rows(lines, ~dropped)
    kept = np.zeros(len(orders.placed), bool)
    kept[left.order] = True
    return rows(orders, kept), replace(left, order=(np.cumsum(kept) - 1)[left.order])


def _changes(*columns: Floats | Ints) -> Flags:
    """Rows that differ from the row before in any column; the first row does."""
    changed = np.ones(len(columns[0]), bool)
    changed[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return changed
