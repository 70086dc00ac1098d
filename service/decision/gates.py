"""May we ask at all? Ordered rules; the first that closes gives the reason.

Pure: a gate sees the contact, the customer's profile, the policy and the time, nothing else.
The limits and their sources are in `policy.toml`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from models.domain import Customer, Interaction
from service.decision.policy import Policy
from service.profile import Profile


class Situation(msgspec.Struct, frozen=True):
    """All that a gate may look at.

    Attributes:
        now: the clock; caps and silences are counted from here.
        moment: when the contact was resolved, at most `now`; orders are counted from here.
    """

    interaction: Interaction
    profile: Profile
    policy: Policy
    now: datetime
    moment: datetime

    @property
    def customer(self) -> Customer:
        return self.profile.customer


Gate = Callable[[Situation], str | None]


def first_closed(situation: Situation) -> str | None:
    """The reason not to ask, or None when every gate is open."""
    for gate in GATES:
        reason = gate(situation)
        if reason:
            return reason
    return None


def not_resolved(situation: Situation) -> str | None:
    status = situation.interaction.status
    return None if status == "resolved" else status


def public_channel(situation: Situation) -> str | None:
    return "public_channel" if situation.interaction.public else None


def objected(situation: Situation) -> str | None:
    """An objection to direct marketing is absolute: GDPR art. 21(2) and (3)."""
    return "objected" if situation.customer.objected else None


def opted_out(situation: Situation) -> str | None:
    """A customer who was never asked may be asked in a contact they began themselves."""
    return "opted_out" if situation.customer.marketing is False else None


def vulnerable(situation: Situation) -> str | None:
    """FCA FG21/1: vulnerability blocks."""
    return "vulnerable" if situation.customer.vulnerable else None


def angry(situation: Situation) -> str | None:
    return "angry" if situation.interaction.mood in situation.policy.angry else None


def severe(situation: Situation) -> str | None:
    return "severe" if situation.interaction.severity in situation.policy.severe else None


def fatigue(situation: Situation) -> str | None:
    """Asks of all channels count jointly; this one must still fit under the cap of its channel."""
    policy, since = situation.policy, situation.now - situation.policy.fatigue
    names = [ask.channel for ask in situation.profile.asks if ask.at > since]
    names.append(situation.interaction.channel)
    caps = [policy.channels[name].asks if name in policy.channels else 1 for name in names]
    used = sum(1 / cap if cap else 2.0 for cap in caps)
    return "fatigue" if used > 1 + 1e-9 else None


def declined_recently(situation: Situation) -> str | None:
    """One no ends it for a while, several for longer."""
    policy, now = situation.policy, situation.now
    declined = sorted(reply.at for reply in situation.profile.replies if reply.result == "declined")
    if declined and now - declined[-1] < policy.declined_silence:
        return "declined_recently"
    n = policy.declined_often
    for first, last in zip(declined, declined[n - 1 :], strict=False):
        close = last - first <= policy.declined_often_within
        if close and now - last < policy.declined_often_silence:
            return "declined_recently"
    return None


def just_converted(situation: Situation) -> str | None:
    """An order shortly before the contact, or an accepted suggestion: enough for today."""
    within = situation.policy.converted
    for reply in situation.profile.replies:
        if reply.result == "accepted" and situation.now - reply.at < within:
            return "just_converted"
    ordered, moment = situation.profile.bought.ordered, situation.moment.timestamp()
    before = bisect_right(ordered, moment)
    if before and moment - ordered[before - 1] < within.total_seconds():
        return "just_converted"
    return None


GATES: Final[tuple[Gate, ...]] = (
    not_resolved,
    public_channel,
    objected,
    opted_out,
    vulnerable,
    angry,
    severe,
    fatigue,
    declined_recently,
    just_converted,
)
