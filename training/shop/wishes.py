"""Wishes: things for a room, what goes with them, and what comes along on an impulse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.catalogue import Catalogue
from training.shop.categories import CATEGORIES
from training.shop.chance import Flags, Floats, Ints, pick
from training.shop.customers import Customers
from training.shop.seasons import SEASON, Calendar, elapsed

FOLLOWERS: Final = 2.2
"""Further wishes for the same room, on average."""
AT_ONCE: Final = 0.55
FOLLOWING_DAYS: Final = 16
"""The share of them that comes up with the first, and the mean days until the others do."""
OTHER_ROOMS: Final = 0.08
"""How much a follower of another room is wanted, against one of the same room."""
PARTNER_DAYS: Final = (3, 18)
"""Days, least and mean on top, until something that goes with a purchase is wanted later."""
IMPULSES: Final = 0.16
"""Chance that a need for something used up brings a wish along."""
IMPULSE_BUDGET: Final = 0.1
"""The part of a quarter's budget that an impulse may cost."""
QUARTER: Final = 91
"""Days."""


@dataclass(frozen=True)
class Wants:
    """What customers want to have, (wants,) each."""

    customer: Ints
    day: Floats
    item: Ints
    quantity: Ints


def room_wishes(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, customers: Customers
) -> Wants:
    """A wish for one thing, and in the following weeks for others of the same room."""
    days = np.arange(calendar.days + 1)
    busy = elapsed(calendar.bustle)
    begun, ended = np.interp(customers.joined, days, busy), np.interp(customers.left, days, busy)
    who = np.repeat(
        np.arange(len(customers)), rng.poisson(customers.restless / 30 * (ended - begun))
    )
    day = np.interp(begun[who] + rng.random(len(who)) * (ended - begun)[who], busy, days)
    month = calendar.months[np.minimum(day.astype(np.int64), calendar.days - 1)]
    lead = pick(rng, customers.taste[who] * SEASON[month])
    which = np.repeat(np.arange(len(who)), rng.poisson(FOLLOWERS, len(who)))
    follower = pick(rng, customers.taste[who[which]] * _room_mates()[lead[which]])
    wait = rng.exponential(FOLLOWING_DAYS, len(which))
    later = day[which] + np.where(rng.random(len(which)) < AT_ONCE, 0.0, wait)
    who = np.concatenate([who, who[which]])
    item = customers.take(rng, catalogue, who, np.concatenate([lead, follower]))
    return _wanted(rng, catalogue, who, np.concatenate([day, later]), item)


def partners_of(rng: np.random.Generator, catalogue: Catalogue, wishes: Wants) -> Wants:
    """What goes with the things wished for: at once, in the weeks after, or never."""
    level = rng.random(len(wishes.item))
    together = level < catalogue.together[wishes.item]
    sometime = level < (catalogue.together + catalogue.later)[wishes.item]
    least, mean = PARTNER_DAYS
    delay = np.where(together, 0.0, least + rng.exponential(mean, len(level)))
    which = np.flatnonzero(sometime)
    item = catalogue.partner[wishes.item[which]]
    return _wanted(rng, catalogue, wishes.customer[which], (wishes.day + delay)[which], item)


def impulses_at(
    rng: np.random.Generator, catalogue: Catalogue, customers: Customers, needs: Wants
) -> Wants:
    """Small wishes that come up while something used up is ordered."""
    which = np.flatnonzero(rng.random(len(needs.item)) < IMPULSES)
    who = needs.customer[which]
    item = customers.take(rng, catalogue, who, pick(rng, customers.taste[who]))
    small = catalogue.price[item] <= IMPULSE_BUDGET * customers.budget[who]
    return _wanted(rng, catalogue, who[small], needs.day[which][small], item[small])


def fits_budget(catalogue: Catalogue, customers: Customers, wishes: Wants) -> Flags:
    """Wishes of a quarter, as they come up, while the money lasts; a miss costs nothing."""
    cost = (catalogue.price[wishes.item] * wishes.quantity).astype(float)
    budget = customers.budget[wishes.customer]
    cost[cost > budget] = 0.0
    purse = wishes.customer * 1_000 + (wishes.day // QUARTER).astype(np.int64)
    order = np.lexsort((wishes.day, purse))
    total = np.cumsum(cost[order])
    opened = np.flatnonzero(np.diff(purse[order], prepend=-1))
    before = np.repeat((total - cost[order])[opened], np.diff(opened, append=len(order)))
    fits = np.empty(len(order), bool)
    fits[order] = total - before <= budget[order]
    return fits & (cost > 0)


def not_owned(rng: np.random.Generator, catalogue: Catalogue, wishes: Wants) -> Flags:
    """Nobody wishes for the same single thing again, and few for a second sofa of any sort."""
    single = np.array([kind.pieces == (1,) and kind.rhythm is None for kind in CATEGORIES])
    once = np.array([kind.once for kind in CATEGORIES])
    category = catalogue.category[wishes.item]
    second = once[category] & _again(wishes, category)
    owned = single[category] & _again(wishes, wishes.item)
    return ~owned & (~second | (rng.random(len(second)) < 0.1))


def _again(wishes: Wants, key: Ints) -> Flags:
    """Wishes of a customer for a `key` that the customer has wished for before."""
    order = np.argsort(wishes.day, kind="stable")
    pair = wishes.customer * (key.max(initial=0) + 1) + key
    _, first = np.unique(pair[order], return_index=True)
    again = np.ones(len(order), bool)
    again[order[first]] = False
    return again


def _room_mates() -> Floats:
    rooms = np.array([kind.room for kind in CATEGORIES])
    return np.where(rooms[:, None] == rooms, 1.0, OTHER_ROOMS)


def _wanted(
    rng: np.random.Generator, catalogue: Catalogue, customer: Ints, day: Floats, item: Ints
) -> Wants:
    """Wants of the items in quantities that are usual for them."""
    usual = [kind.pieces for kind in CATEGORIES]
    most = max(map(len, usual))
    table = np.array([pieces + (0,) * (most - len(pieces)) for pieces in usual])
    category = catalogue.category[item]
    place = rng.integers(0, np.array([len(pieces) for pieces in usual])[category])
    return Wants(customer, day, item, table[category, place])
