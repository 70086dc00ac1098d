"""What an assistant of the past would have suggested in each contact: up to three items.

As real suggestions do, they come from what the customer uses up, from what goes with a purchase,
from what could take the place of a return, and from the customer's taste.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import KINDS, TOPICS
from training.shop.catalogue import Catalogue
from training.shop.chance import Ints, pick
from training.shop.contacts import Contacts
from training.shop.customers import Customers
from training.shop.occasions import Occasions, Subjects
from training.shop.orders import NO, Lines, Orders
from training.shop.purse import purse_of
from training.shop.seasons import DAY, Calendar

SHOWN: Final = 3
LOOKED_AT: Final = 5
"""The customer's last lines of a sort."""
DUE: Final = (0.5, 2.5)
"""From which part of its gap on something used up is suggested again, and until when."""
GOES_WITH_DAYS: Final = 120
TRIES: Final = 4
SMALL: Final = 0.3
"""The part of a quarter's budget that something new may cost."""
BY_KIND: Final = {"repeat": 2.0, "complement": 1.2, "substitute": 1.2, "discover": 0.5}
"""How readily each kind is accepted, against the others."""
RETURNS: Final = [TOPICS.index(name) for name in ("return", "exchange")]


@dataclass(frozen=True)
class Suggested:
    """Best first, (contacts, SHOWN) each; NO where there is nothing more."""

    item: Ints
    kind: Ints
    """Place in KINDS."""


def suggest(
    rng: np.random.Generator,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
    occasions: Occasions,
    subjects: Subjects,
    contacts: Contacts,
) -> Suggested:
    """Items on sale on the day, none twice."""
    story = contacts.story
    who = occasions.customer[story]
    day = (contacts.at - calendar.start) // DAY
    found = {
        "repeat": _due(catalogue, customers, orders, lines, who, contacts.at),
        "complement": _going_with(catalogue, orders, lines, who, contacts.at),
        "discover": _new(rng, catalogue, customers, who),
        "substitute": _instead(
            rng, catalogue, customers, who, _returned(occasions, subjects, story)
        ),
    }
    item = np.stack([found[kind] for kind in KINDS], axis=1)
    sold = catalogue.sellable[item] & catalogue.on_sale(item, day[:, None])
    item = np.where((item != NO) & sold, item, NO)
    for place in range(1, len(KINDS)):
        again = (item[:, :place] == item[:, [place]]).any(axis=1)
        item[again, place] = NO
    # what is worth most comes first, as in the service
    worth = (catalogue.price - catalogue.cost)[item] * np.array([BY_KIND[kind] for kind in KINDS])
    kind = np.argsort(np.where(item == NO, np.inf, -worth), axis=1, kind="stable")[:, :SHOWN]
    item = np.take_along_axis(item, kind, axis=1)
    return Suggested(item, np.where(item == NO, NO, kind))


def _due(
    catalogue: Catalogue, customers: Customers, orders: Orders, lines: Lines, who: Ints, at: Ints
) -> Ints:
    """Of the last things bought that are used up, the one whose time has come the most."""
    used_up = ~np.isnan(catalogue.rhythm[lines.item])
    last = purse_of(orders, lines, orders.customer[lines.order], used_up).before(who, at, LOOKED_AT)
    item = np.append(lines.item, 0)[last]
    gap = catalogue.rhythm[item] * customers.pace[who][:, None] * DAY
    part = (at[:, None] - _placed(orders, lines, last)) / gap
    earliest, latest = DUE
    part = np.where((last != NO) & (earliest <= part) & (part <= latest), part, -1.0)
    best = part.argmax(axis=1)[:, None]
    chosen = np.take_along_axis(np.where(part > 0, item, NO), best, axis=1)
    due: Ints = chosen[:, 0]
    return due


def _going_with(catalogue: Catalogue, orders: Orders, lines: Lines, who: Ints, at: Ints) -> Ints:
    """What goes with the last purchase that something goes with."""
    anchors = catalogue.partner[lines.item] >= 0
    purse = purse_of(orders, lines, orders.customer[lines.order], anchors)
    last = purse.before(who, at, 1)[:, 0]
    fresh = at - _placed(orders, lines, last) <= GOES_WITH_DAYS * DAY
    partner: Ints = np.where(
        (last != NO) & fresh, catalogue.partner[np.append(lines.item, 0)[last]], NO
    )
    return partner


def _placed(orders: Orders, lines: Lines, line: Ints) -> Ints:
    """When the lines were ordered; anything for NO."""
    at: Ints = np.append(orders.placed[lines.order], NO)[line]
    return at


def _returned(occasions: Occasions, subjects: Subjects, story: Ints) -> Ints:
    """The first item that goes back in each contact, or NO."""
    named = (occasions.count[story] > 0) & np.isin(occasions.topic[story], RETURNS)
    # one row more, so that there is something to look at when nothing goes back
    first: Ints = np.append(subjects.item, NO)[np.where(named, occasions.begin[story], NO)]
    return first


def _instead(
    rng: np.random.Generator, catalogue: Catalogue, customers: Customers, who: Ints, item: Ints
) -> Ints:
    """Another item of the same category that is no dearer, to this customer's taste."""
    chosen = np.full(len(who), NO)
    for _ in range(TRIES):
        other = customers.take(rng, catalogue, who, catalogue.category[item])
        good = (item != NO) & (other != item) & (catalogue.price[other] <= catalogue.price[item])
        chosen = np.where((chosen == NO) & good, other, chosen)
    return chosen


def _new(rng: np.random.Generator, catalogue: Catalogue, customers: Customers, who: Ints) -> Ints:
    """Something small to this customer's taste."""
    chosen = np.full(len(who), NO)
    for _ in range(TRIES):
        other = customers.take(rng, catalogue, who, pick(rng, customers.taste[who]))
        small = catalogue.price[other] <= SMALL * customers.budget[who]
        chosen = np.where((chosen == NO) & small, other, chosen)
    return chosen
