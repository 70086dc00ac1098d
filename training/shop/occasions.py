"""Why customers get in touch: returns, trouble with orders, questions before buying, others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import RETURN_REASONS, TOPICS
from training.shop.catalogue import Catalogue
from training.shop.chance import Floats, Ints, choose, pick, stream
from training.shop.columns import joined, rows
from training.shop.customers import Customers
from training.shop.orders import NEVER, NO, Lines, Orders
from training.shop.seasons import DAY, Calendar

RETURN_TOPICS: Final = {
    "too_large": {"return": 0.95, "product_question": 0.05},
    "too_small": {"return": 0.95, "product_question": 0.05},
    "too_heavy": {"return": 0.9, "other": 0.1},
    "defective": {"return": 0.4, "damaged": 0.5, "complaint": 0.1},
    "not_as_described": {"return": 0.6, "wrong_item": 0.3, "complaint": 0.1},
    "did_not_like": {"return": 0.95, "other": 0.05},
    "too_expensive": {"return": 0.7, "price": 0.3},
    "unwanted_gift": {"return": 0.95, "other": 0.05},
    "arrived_late": {"return": 0.45, "delivery": 0.45, "complaint": 0.1},
    "other": {"return": 0.9, "other": 0.1},
}
"""What the contact is filed under, by the reason of the first thing that goes back."""
EXCHANGED: Final = 0.6
"""Share of returns, with something else ordered instead, that are filed as an exchange."""
TROUBLE: Final = {
    "delivery": (0.028, 2, 9), "order_change": (0.010, 0.05, 1), "billing": (0.009, 1, 25),
    "damaged": (0.008, 3, 10), "wrong_item": (0.007, 3, 10), "complaint": (0.006, 3, 20),
    "price": (0.004, 0.5, 12),
}  # fmt: skip
"""Chance for an order, and days after it, from and to."""
ASKED_BEFORE: Final = 0.02
"""Share of orders about whose first line the customer asks in the days before."""
OTHERS_A_DAY: Final = 0.5 / 365
"""Contacts that belong to no order, for each customer."""
OTHERS: Final = {"product_question": 0.45, "price": 0.2, "other": 0.25, "complaint": 0.1}
ATTRIBUTES: Final = {
    "too_large": "width", "too_small": "width", "too_heavy": "weight", "did_not_like": "colour",
    "too_expensive": "price",
}  # fmt: skip
"""Which property of the item a reason is about."""


@dataclass(frozen=True)
class Occasions:
    """(occasions,) each. Their items are `count` rows of `Subjects` from `begin` on."""

    customer: Ints
    at: Ints
    """Seconds since 1970."""
    topic: Ints
    """Place in TOPICS."""
    begin: Ints
    count: Ints


@dataclass(frozen=True)
class Subjects:
    """Items that contacts are about, (subjects,) each."""

    item: Ints
    reason: Ints
    """Place in RETURN_REASONS, or NO."""


def make_occasions(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
) -> tuple[Occasions, Subjects]:
    """All reasons for contacts in the window, in time order."""
    rng = stream(seed, "occasions")
    parts = [
        _returns(rng, orders, lines),
        _cancellations(orders, lines),
        *(_trouble(rng, orders, lines, topic) for topic in TROUBLE),
        _before_buying(rng, orders, lines),
        _others(rng, calendar, catalogue, customers),
    ]
    ends = np.cumsum([0, *(len(subjects.item) for _, subjects in parts)])
    subjects = joined(*(subjects for _, subjects in parts))
    occasions = joined(
        *(
            Occasions(own.customer, own.at, own.topic, own.begin + end, own.count)
            for (own, _), end in zip(parts, ends, strict=False)
        )
    )
    inside = (calendar.start <= occasions.at) & (occasions.at < calendar.end)
    occasions = rows(occasions, inside)
    return rows(occasions, np.lexsort((occasions.customer, occasions.at))), subjects


def _returns(rng: np.random.Generator, orders: Orders, lines: Lines) -> tuple[Occasions, Subjects]:
    """One contact about everything of an order that goes back."""
    back = rows(lines, lines.reason != NO)
    order, begin, count = np.unique(back.order, return_index=True, return_counts=True)
    weights = np.array([_by_topic(RETURN_TOPICS[reason]) for reason in RETURN_REASONS])
    topic = pick(rng, weights[back.reason[begin]])
    filed = back.exchanged[begin] & (rng.random(len(begin)) < EXCHANGED)
    topic = np.where(filed, TOPICS.index("exchange"), topic)
    occasions = Occasions(orders.customer[order], back.asked[begin], topic, begin, count)
    return occasions, Subjects(back.item, back.reason)


def _cancellations(orders: Orders, lines: Lines) -> tuple[Occasions, Subjects]:
    order = np.flatnonzero(orders.cancelled != NEVER)
    return _about(orders, lines, order, orders.cancelled[order], "order_change")


def _trouble(
    rng: np.random.Generator, orders: Orders, lines: Lines, topic: str
) -> tuple[Occasions, Subjects]:
    chance, earliest, latest = TROUBLE[topic]
    level = rng.random(len(orders.placed))
    order = np.flatnonzero((level < chance) & (orders.cancelled == NEVER))
    days = rng.uniform(earliest, latest, len(order))
    return _about(orders, lines, order, orders.placed[order] + days * DAY, topic)


def _before_buying(
    rng: np.random.Generator, orders: Orders, lines: Lines
) -> tuple[Occasions, Subjects]:
    order = np.flatnonzero(rng.random(len(orders.placed)) < ASKED_BEFORE)
    days = rng.uniform(0.1, 4, len(order))
    return _about(orders, lines, order, orders.placed[order] - days * DAY, "product_question")


def _about(
    orders: Orders, lines: Lines, order: Ints, at: Ints | Floats, topic: str
) -> tuple[Occasions, Subjects]:
    """Contacts about the first line of each order."""
    item = lines.item[np.searchsorted(lines.order, order)]
    each = np.arange(len(order))
    occasions = Occasions(
        orders.customer[order],
        at.astype(np.int64),
        np.full(len(order), TOPICS.index(topic)),
        each,
        np.ones(len(order), np.int64),
    )
    return occasions, Subjects(item, np.full(len(order), NO))


def _others(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, customers: Customers
) -> tuple[Occasions, Subjects]:
    """Questions about things not bought so far, and what has nothing to do with an item."""
    stay = customers.left - customers.joined
    who = np.repeat(np.arange(len(customers)), rng.poisson(OTHERS_A_DAY * stay))
    day = customers.joined[who] + rng.random(len(who)) * stay[who]
    topic = choose(rng, np.array(_by_topic(OTHERS)), len(who))
    item = customers.take(rng, catalogue, who, pick(rng, customers.taste[who]))
    named = np.isin(topic, [TOPICS.index("product_question"), TOPICS.index("price")])
    at = calendar.start + (day * DAY).astype(np.int64)
    begin: Ints = np.cumsum(named) - named
    occasions = Occasions(who, at, topic, begin, named.astype(np.int64))
    return occasions, Subjects(item[named], np.full(named.sum(), NO))


def _by_topic(shares: dict[str, float]) -> list[float]:
    return [shares.get(topic, 0.0) for topic in TOPICS]
