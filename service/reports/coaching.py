"""Coaching: how agents ask and how customers answer, made fair for the contacts that they get.

Who serves customers that rarely buy is not worse for it. So agents are compared with what all
agents reach in the same channels, topics and kinds, and what rests on few cases is drawn towards
the average. There are no ranks and no sums of sales: the rows are in the order of the agents' ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg import Connection

from service.ledger.agents import Mixed, offers_by_agent
from service.ledger.period import contacts_of, counted
from service.reports.insight import Asked, Estimated, Insight
from service.reports.recovery import period_of
from service.reports.statements import Statement
from service.reports.statistics.estimate import Floats
from service.reports.statistics.standardised import standardise

LEAST: Final = 30
"""Offers, or asks, of an agent; below it nothing is said about the agent."""


@dataclass(frozen=True, slots=True)
class CoachingRow:
    """One agent. Rates are adjusted for the case mix and shrunk; None where cases are too few."""

    agent: str
    shown: int
    asked: int
    accepted: int
    asked_rate: Estimated | None
    """Asks per offer shown, as if the agent had the contacts that all agents have together."""
    accepted_rate: Estimated | None
    """Acceptances per ask, likewise."""


def coaching(connection: Connection[Any], asked: Asked) -> Insight[CoachingRow]:
    """Agents with an offer on their screen in the period, by id."""
    period = period_of(asked.query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = offers_by_agent(connection)
    named = [one for one in found if one.agent_id is not None]
    nameless = sum(one.shown for one in found if one.agent_id is None)
    return Insight(
        "coaching",
        asked,
        whole.contacts,
        tuple(_statements(nameless)),
        tuple(rows_of(named)),
    )


def rows_of(found: Sequence[Mixed]) -> Iterator[CoachingRow]:
    """One row per agent, in the order of their ids."""
    agents = sorted({str(one.agent_id) for one in found})
    mixes = sorted({one.mix for one in found})
    shown, asked, accepted = np.zeros((3, len(agents), len(mixes)))
    for one in found:
        cell = agents.index(str(one.agent_id)), mixes.index(one.mix)
        shown[cell], asked[cell], accepted[cell] = one.shown, one.asked, one.accepted
    asking, accepting = _rates(shown, asked), _rates(asked, accepted)
    for place, agent in enumerate(agents):
        yield CoachingRow(
            agent=agent,
            shown=int(shown[place].sum()),
            asked=int(asked[place].sum()),
            accepted=int(accepted[place].sum()),
            asked_rate=asking[place],
            accepted_rate=accepting[place],
        )


def _rates(cases: Floats, successes: Floats) -> list[Estimated | None]:
    """Each agent's adjusted rate: their ratio times the rate of all."""
    if not cases.sum():
        return [None] * len(cases)
    found, overall = standardise(cases, successes), float(successes.sum() / cases.sum())
    rates = np.minimum(1.0, overall * np.stack((found.ratio, found.low, found.high), axis=1))
    return [
        Estimated(float(rate), float(low), float(high), int(n)) if n >= LEAST else None
        for (rate, low, high), n in zip(rates, cases.sum(axis=1), strict=True)
    ]


def _statements(nameless: int) -> Iterator[Statement]:
    yield Statement(
        "no_ranks",
        "Rates are what an agent would reach with everybody's mix of contacts. They are for "
        "coaching: intervals that overlap are no difference, and ranks would be chance.",
    )
    if nameless:
        yield Statement(
            "nameless", f"{nameless:,} offers were shown in contacts without an agent_id."
        )
