"""The limits of the gates that look back: failures, effort, first orders, returns, quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Final

from models.domain import EMPLOYERS, FAULTS, MOODS, RETURN_REASONS, STATUSES, TOPICS
from service.decision.policy_file.reader import LONGEST_DAYS, Reader

COMPLEMENTS_ONLY: Final = "complements_only"
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Failure:
    """`often` failures `within` close; a contact is one by its fault or by its status."""

    often: int
    within: timedelta
    faults: frozenset[str]
    statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a first order fails by; `failed` of the four questions end the asking."""

    unacceptable: frozenset[str]
    upset: frozenset[str]
    errors: frozenset[str]
    failed: int


@dataclass(frozen=True, slots=True)
class Returners:
    """Net margin over `within`, of whom something came back from `often` orders or more.

    `cost` of each piece that comes back, in the ledger's currency.
    """

    often: int
    within: timedelta
    cost: float


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in the customer's own time; `territory` where no zone of theirs is known."""

    begins: time
    ends: time
    territory: str


@dataclass(frozen=True, slots=True)
class GateLimits:
    """
    Attributes:
        repeat: contacts about the same thing so close together are one matter.
        effort: so many steps are bearable.
        converted, then: how long an order is news, and what may be suggested meanwhile.
        authority: the dearest item that an agent may sell alone, by employer.
    """

    repeat: timedelta
    effort: int
    converted: timedelta
    then: str
    failure: Failure
    trial: Trial
    returners: Returners
    quiet: Quiet
    authority: Mapping[str, Decimal]


def read_gate_limits(reader: Reader) -> GateLimits:
    return GateLimits(
        repeat=reader.days("repeat.days", 0),
        effort=int(reader.number("effort.steps", 0, 100)),
        converted=timedelta(hours=reader.number("converted.hours", 0, 24 * LONGEST_DAYS)),
        then=reader.choice("converted.then", (COMPLEMENTS_ONLY, NOTHING)),
        failure=Failure(
            often=int(reader.number("failure.often", 1, 20)),
            within=reader.days("failure.days", 1),
            faults=reader.choices("failure.faults", FAULTS),
            statuses=reader.choices("failure.statuses", STATUSES),
        ),
        trial=Trial(
            unacceptable=reader.choices("trial.unacceptable", RETURN_REASONS),
            upset=reader.choices("trial.upset", MOODS),
            errors=reader.choices("trial.errors", TOPICS),
            failed=int(reader.number("trial.failed", 1, 4)),
        ),
        returners=Returners(
            often=int(reader.number("returners.often", 1, 100)),
            within=reader.days("returners.days", 1),
            cost=reader.number("returners.cost", 0, 1_000_000),
        ),
        quiet=Quiet(
            begins=reader.clock("quiet.begins"),
            ends=reader.clock("quiet.ends"),
            territory=reader.text("quiet.territory"),
        ),
        authority={name: reader.money(f"authority.{name}") for name in EMPLOYERS},
    )
