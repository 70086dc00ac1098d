"""What one ask costs in this contact, whatever it is for: seconds, queue, annoyance, goodwill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from models.domain import Interaction
from service.decision.policy import Channel, Policy
from service.decision.value.money import cents
from service.decision.value.queue import QueuePrice
from service.profile import Profile
from service.reports.costs import Costs


class Asking(msgspec.Struct, frozen=True):
    """`terms` are what is taken off, none above 0, rounded to the cent in the ledger's currency.

    `seconds` is how long it keeps the agent busy, and `short` says that this is the short script's
    time; `queue` is the price that was counted.
    """

    seconds: int
    short: bool
    queue: QueuePrice
    terms: Mapping[str, Decimal]

    @property
    def cost(self) -> float:
        return -float(sum(self.terms.values()))


def asking_of(
    contact: Interaction,
    channel: Channel,
    profile: Profile,
    queue: QueuePrice,
    policy: Policy,
    costs: Costs,
    now: datetime,
) -> Asking:
    """While others wait it takes the short script's seconds; a page asks without any agent."""
    short = queue.busy and channel.short_seconds < channel.seconds
    seconds = channel.short_seconds if short else channel.seconds
    wage = costs.of_seconds(seconds, channel.name, contact.employer)
    held = costs.agent_seconds(seconds, channel.name)
    since = now - policy.fatigue
    heard = sum(ask.at > since for ask in profile.asks)
    taken = {
        "asking": wage,
        "queue": held * queue.per_second,
        "annoyance": heard * policy.pricing.annoyance,
        "goodwill": policy.pricing.goodwill,
    }
    terms = {name: -cents(amount) for name, amount in taken.items()}
    return Asking(seconds, short, queue, terms)
