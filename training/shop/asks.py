"""Whom the centre asked in the last months, by the rules and the holdout of the service.

The past that a manager's report needs is made here: of each contact whether asking was right, and
if not why; in which arm its customer is; and what came of the ask.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arm import Experiment, arm_of
from models.domain import CHANNELS, MOODS, NO_OFFER_REASONS, RESULTS, SEVERITIES, STATUSES
from training.shop.catalogue import Catalogue
from training.shop.chance import Flags, Floats, Ints, stream
from training.shop.columns import rows
from training.shop.contacts import Contacts, agents_of
from training.shop.customers import Customers
from training.shop.occasions import Occasions, Subjects
from training.shop.orders import NO, Lines, Orders
from training.shop.purse import purse_of
from training.shop.replies import Replies, reply
from training.shop.seasons import DAY, Calendar
from training.shop.suggested import Suggested, suggest

ASKED_DAYS: Final = 182
"""So many days before the end the asking began."""
LAST_HOURS: Final = 2
"""Contacts so shortly before the end are left out: what came of them would lie beyond it."""
# As in the shipped policy.
ASKS: Final = {
    "phone": 3, "web": 10, "chat": 4, "sms": 4, "twitter": 4, "facebook": 4, "email": 4,
}  # fmt: skip
ASK_SECONDS: Final = {
    "phone": 30, "web": 0, "chat": 15, "sms": 10, "twitter": 15, "facebook": 15, "email": 20,
}  # fmt: skip
FATIGUE_DAYS: Final = 90
DECLINED_DAYS: Final = 7
CONVERTED_DAYS: Final = 1
MOST_STEPS: Final = 2
INCREMENTAL_SHARE: Final = 0.4

OPTED_OUT: Final = 0.02
"""Share of customers who never want to be asked."""
WARMTH_DAYS: Final = 180
WARMTH: Final = (0.4, 2.5)
ANSWERED_SECONDS: Final = (20, 240)
"""From the ask to the answer."""


@dataclass(frozen=True)
class Asks:
    """(decisions,) each, in the order of their contacts."""

    contact: Ints
    """Row of the contacts; the decision is taken when it ends."""
    customer: Ints
    reason: Ints
    """Place in NO_OFFER_REASONS, or NO: something was suggested."""
    warmth: Floats
    """Orders of half a year against those of an average customer."""
    item: Ints
    """(decisions, 3), best first; NO where there is nothing more."""
    kind: Ints
    """(decisions, 3) places in KINDS."""
    chance: Floats
    """(decisions, 3): that the customer accepts, as was expected."""
    worth: Ints
    """(decisions, 3) pence: the margin that was expected to be added."""
    result: Ints
    """Of the first item: place in RESULTS, or NO for no word."""
    why_not: Ints
    invented: Flags
    told: Ints
    """When the word came, in seconds since 1970."""
    order: Ints
    """What was ordered because of it, or NO."""

    @property
    def offered(self) -> Flags:
        offered: Flags = self.reason == NO
        return offered

    @property
    def eligible(self) -> Flags:
        """Nothing spoke against asking; in the holdout it was not done all the same."""
        eligible: Flags = self.offered | (self.reason == HOLDOUT)
        return eligible

    @property
    def accepted(self) -> Flags:
        """As was reported."""
        accepted: Flags = self.result == RESULTS.index("accepted")
        return accepted


HOLDOUT: Final = NO_OFFER_REASONS.index("holdout")


def make_asks(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    orders: Orders,
    lines: Lines,
    occasions: Occasions,
    subjects: Subjects,
    contacts: Contacts,
    experiment: Experiment,
    ids: list[str],
) -> tuple[Asks, int]:
    """The asks, none of them with an order yet, and the number of the agent who cheats.

    Args:
        ids: of the customers: the arm is a matter of these, as in the service.
    """
    begin, end = calendar.end - ASKED_DAYS * DAY, calendar.end - LAST_HOURS * 3_600
    which = np.flatnonzero((contacts.at >= begin) & (contacts.at < end))
    some = rows(contacts, which)
    customer, topic = occasions.customer[some.story], occasions.topic[some.story]
    suggested = suggest(
        stream(seed, "suggested"), calendar, catalogue, customers, orders, lines, occasions,
        subjects, some,
    )  # fmt: skip
    warmth = _warmth(orders, lines, customer, some.at)
    replies, cheat = reply(
        stream(seed, "replies"), some, topic, warmth, suggested, agents_of(customers)
    )
    rng = stream(seed, "asks")
    refuses = rng.random(len(customers)) < OPTED_OUT
    held = np.array([arm_of(one, experiment) == "holdout" for one in ids])
    reason = _reasons(some, customer, suggested, replies, refuses, held)
    offered = reason == NO
    gain = (catalogue.price - catalogue.cost)[suggested.item] * INCREMENTAL_SHARE
    worth = np.where(suggested.item == NO, 0, np.maximum(1, np.rint(replies.chance * gain)))
    return Asks(
        contact=which,
        customer=customer,
        reason=reason,
        warmth=warmth,
        item=suggested.item,
        kind=suggested.kind,
        chance=replies.chance,
        worth=worth.astype(np.int64),
        result=np.where(offered, replies.result, NO),
        why_not=np.where(offered, replies.why_not, NO),
        invented=offered & replies.invented,
        told=some.at + rng.integers(*ANSWERED_SECONDS, len(which)),
        order=np.full(len(which), NO),
    ), cheat


def _warmth(orders: Orders, lines: Lines, customer: Ints, at: Ints) -> Floats:
    first = np.diff(lines.order, prepend=NO) > 0
    purse = purse_of(orders, lines, orders.customer[lines.order], first)
    ordered = 1.0 + purse.count(customer, at - WARMTH_DAYS * DAY, at)
    average = ordered.sum() / max(len(ordered), 1)
    warmth: Floats = (ordered / average).clip(*WARMTH)
    return warmth


def _reasons(
    contacts: Contacts,
    customer: Ints,
    suggested: Suggested,
    replies: Replies,
    refuses: Flags,
    held: Flags,
) -> Ints:
    """Why nothing was suggested, the first reason of the service's order; NO where it was."""
    told = _told_by_contact(contacts)
    declined, accepted = RESULTS.index("declined"), RESULTS.index("accepted")
    objected = set[int]()
    silent_until, asks = defaultdict[int, int](int), defaultdict[int, list[tuple[int, float]]](list)
    converted_until = defaultdict[int, int](int)
    weight = [1 / ASKS[name] for name in CHANNELS]
    found = []
    for who, at, channel, said, item, result, objects in zip(
        customer.tolist(), contacts.at.tolist(), contacts.channel.tolist(), told,
        suggested.item[:, 0].tolist(), replies.result.tolist(), replies.objects.tolist(),
        strict=True,
    ):  # fmt: skip
        recent = [ask for ask in asks[who] if at - ask[0] < FATIGUE_DAYS * DAY]
        if said in ("unresolved", "reopened", "escalated", "public_channel"):
            reason = said
        elif who in objected:
            reason = "objected"
        elif refuses[who]:
            reason = "opted_out"
        elif said:
            reason = said
        elif sum(used for _, used in recent) + weight[channel] > 1 + 1e-9:
            reason = "fatigue"
        elif at < silent_until[who]:
            reason = "declined_recently"
        elif at < converted_until[who]:
            reason = "just_converted"
        elif item == NO:
            reason = "nothing_fits"
        elif held[who]:
            reason = "holdout"
        else:
            reason = ""
            asks[who] = [*recent, (at, weight[channel])]
            if objects:
                objected.add(who)
            if result == declined:
                silent_until[who] = at + DECLINED_DAYS * DAY
            elif result == accepted:
                converted_until[who] = at + CONVERTED_DAYS * DAY
        found.append(NO_OFFER_REASONS.index(reason) if reason else NO)
    return np.array(found, dtype=np.int64)


def _told_by_contact(contacts: Contacts) -> list[str]:
    """What the contact itself says against asking, or nothing."""
    resolved = STATUSES.index("resolved")
    gates = {
        "high_effort": contacts.transfers > MOST_STEPS,
        "severe": contacts.severity == SEVERITIES.index("high"),
        "angry": contacts.mood == MOODS.index("angry"),
        "public_channel": contacts.public,
        **{
            name: contacts.status == place
            for place, name in enumerate(STATUSES)
            if place != resolved
        },
    }
    said = np.full(len(contacts.at), "", dtype=object)
    for name, closed in gates.items():
        said[closed] = name
    words: list[str] = said.tolist()
    return words
