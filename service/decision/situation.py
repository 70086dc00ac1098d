"""What a gate may look at, and what it says when it closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from models.domain import Customer, Interaction
from service.decision.policy import Policy
from service.profile import Profile


class Situation(msgspec.Struct, frozen=True):
    """All that a gate may look at.

    Attributes:
        now: the clock; caps and silences are counted from here.
        moment: when the contact was resolved, at most `now`; orders and contacts are counted from
            here.
    """

    interaction: Interaction
    profile: Profile
    policy: Policy
    now: datetime
    moment: datetime

    @property
    def customer(self) -> Customer:
        return self.profile.customer


class Closed(msgspec.Struct, frozen=True):
    """Why nothing is asked.

    Attributes:
        reason: one of NO_OFFER_REASONS.
        evidence: what was found, in words and figures.
        source: of the rule.
    """

    reason: str
    evidence: str
    source: str


Gate = Callable[[Situation], Closed | None]


def counted(n: int, one: str, more: str | None = None) -> str:
    """
    >>> counted(1, "decline"), counted(2, "failure")
    ('1 decline', '2 failures')
    """
    return f"{n} {one if n == 1 else more or one + 's'}"
