"""Rhythms: what a customer uses up and buys again, how often, and the purchases that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.catalogue import Catalogue
from training.shop.categories import CATEGORIES
from training.shop.chance import Floats, Ints, pick
from training.shop.customers import Customers
from training.shop.seasons import SEASON, Calendar, elapsed
from training.shop.wishes import Wants

ADOPTED: Final = 0.3
"""Chance that something bought to go with another thing is bought again and again."""
KEPT_DAYS: Final = 330
"""How long a customer keeps buying the same thing, on average."""
ELSEWHERE: Final = 0.08
"""Share of what is used up that is bought in another shop."""
VARIETY: Final = 0.15
"""Share that is bought as another item of the same category, for a change."""
STEADINESS: Final = 16
"""Shape of the gamma distribution of the days between: they spread by a quarter of their mean."""


@dataclass(frozen=True)
class Rhythms:
    """What a customer buys again and again, (rhythms,) each."""

    customer: Ints
    item: Ints
    gap: Floats
    """Mean days between, over the year; things of a season are used up faster in their season."""
    quantity: Ints
    first: Floats
    last: Floats
    """Days of the window between which it holds."""


def make_rhythms(
    rng: np.random.Generator,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    partners: Wants,
) -> Rhythms:
    """What is kept in stock by taste, and some of what was bought to go with other things."""
    used_up = np.array([kind.rhythm is not None for kind in CATEGORIES])
    # enough to have the right number on an average day, as they begin and are given up
    number = customers.stocks * (1 + calendar.days / KEPT_DAYS)
    who = np.repeat(np.arange(len(customers)), rng.poisson(number))
    item = customers.take(rng, catalogue, who, pick(rng, customers.taste[who] * used_up))
    since = rng.uniform(-KEPT_DAYS, calendar.days, len(who))
    adopted = used_up[catalogue.category[partners.item]]
    adopted &= rng.random(len(adopted)) < ADOPTED
    who = np.concatenate([who, partners.customer[adopted]])
    item = np.concatenate([item, partners.item[adopted]])
    since = np.concatenate([since, partners.day[adopted]])
    # the same thing kept twice is one rhythm
    _, one = np.unique(who * len(catalogue.ids) + item, return_index=True)
    who, item, since = who[one], item[one], since[one]
    first = np.maximum(since, customers.joined[who])
    last = np.minimum(since + rng.exponential(KEPT_DAYS, len(who)), customers.left[who])
    gap = catalogue.rhythm[item] * customers.pace[who] * rng.lognormal(0, 0.15, len(who))
    quantity = 1 + (rng.random(len(who)) < 0.3) + (rng.random(len(who)) < 0.1)
    held = first < last
    return Rhythms(who[held], item[held], gap[held], quantity[held], first[held], last[held])


def needs_of(
    rng: np.random.Generator,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    rhythms: Rhythms,
) -> Wants:
    """Each rhythm's purchases, following each other by gamma-distributed steps."""
    category = catalogue.category[rhythms.item]
    begun = _in_season(calendar, category, rhythms.first)
    ended = _in_season(calendar, category, rhythms.last)
    # so many steps lead past the end, but for five standard deviations of their sum
    mean = (ended - begun) / rhythms.gap
    number = np.ceil(mean + 5 * np.sqrt((mean + 1) / STEADINESS) + 2).astype(np.int64)
    which = np.repeat(np.arange(len(number)), number)
    steps = rng.gamma(STEADINESS, 1 / STEADINESS, len(which))
    starts = np.cumsum(number) - number
    steps[starts] *= rng.random(len(number))  # what is at home lasts for some part of a gap
    total = np.cumsum(steps)
    passed = begun[which] + rhythms.gap[which] * (total - (total - steps)[starts][which])
    bought = (passed < ended[which]) & (rng.random(len(which)) >= ELSEWHERE)
    which, passed = which[bought], passed[bought]
    day = _in_season(calendar, category[which], passed, back=True)
    who, item = rhythms.customer[which], rhythms.item[which]
    change = rng.random(len(which)) < VARIETY
    item[change] = customers.take(rng, catalogue, who[change], catalogue.category[item[change]])
    return Wants(who, day, item, rhythms.quantity[which])


def _in_season(calendar: Calendar, category: Ints, days: Floats, *, back: bool = False) -> Floats:
    """Days as time that runs faster in the season of each category, or back again."""
    midnights = np.arange(calendar.days + 1.0)
    told = np.empty(len(days))
    for kind in np.unique(category):
        these = category == kind
        clock = elapsed(SEASON[calendar.months, kind])
        ends = (clock, midnights) if back else (midnights, clock)
        told[these] = np.interp(days[these], *ends)
    return told
