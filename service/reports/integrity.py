"""Integrity: acceptances that no order follows, and unusual cancellations and returns, by agent.

An agent who is paid by acceptances can invent some. Here each agent's share is held against the
others', and marked only where chance does not explain it, at most 1% of all marks being wrong
(Benjamini and Hochberg). A mark is a reason to look, not a proof: a feed that lags for one site
looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg import Connection

from service.ledger.agents import Acceptances, acceptances
from service.ledger.period import contacts_of, counted
from service.reports.insight import Asked, Insight
from service.reports.maturity import matures_at
from service.reports.recovery import period_of
from service.reports.statements import Statement
from service.reports.statistics import many
from service.reports.statistics.funnel import tails

RATE: Final = 0.01
"""Of false marks: accusing somebody is dear."""
LEAST_AGENTS: Final = 3
"""With fewer there are no others to compare with."""


@dataclass(frozen=True, slots=True)
class IntegrityRow:
    """One agent's acceptances whose window has closed."""

    agent: str
    accepted: int
    without_order: int
    cancelled: int
    hollow_expected: float
    """Share without a live order among the acceptances of all other agents."""
    hollow_p: float
    """The chance of so many without order or cancelled, were this agent as the others."""
    returned: int
    """Of those with an order, items for which money came back."""
    returned_expected: float
    returned_p: float
    look: bool
    """Chance does not explain it: look at this agent's acceptances."""


def integrity(connection: Connection[Any], asked: Asked) -> Insight[IntegrityRow]:
    """Agents with an acceptance in the period, by id."""
    period = period_of(asked.query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = acceptances(connection, period, asked.now)
    named = [one for one in found if one.agent_id is not None]
    rows = tuple(rows_of(named))
    young = matures_at(asked.query) > asked.now
    return Insight("integrity", asked, whole.contacts, tuple(_statements(rows, young)), rows)


def rows_of(found: Sequence[Acceptances]) -> Iterator[IntegrityRow]:
    """One row per agent, in the order given."""
    accepted, without, cancelled, returned = (
        np.array([getattr(one, name) for one in found], dtype=np.float64)
        for name in ("accepted", "without_order", "cancelled", "returned")
    )
    hollow_p, hollow_expected = tails(without + cancelled, accepted)
    returned_p, returned_expected = tails(returned, accepted - without - cancelled)
    chances = [*map(float, hollow_p), *map(float, returned_p)]
    marked = [stays and len(found) >= LEAST_AGENTS for stays in many.discoveries(chances, RATE)]
    for place, one in enumerate(found):
        yield IntegrityRow(
            agent=str(one.agent_id),
            accepted=one.accepted,
            without_order=one.without_order,
            cancelled=one.cancelled,
            hollow_expected=float(hollow_expected[place]),
            hollow_p=float(hollow_p[place]),
            returned=one.returned,
            returned_expected=float(returned_expected[place]),
            returned_p=float(returned_p[place]),
            look=marked[place] or marked[len(found) + place],
        )


def _statements(rows: Sequence[IntegrityRow], young: bool) -> Iterator[Statement]:
    if young:
        yield Statement(
            "maturing",
            "Acceptances whose window is still open are left out: their orders may be on the way.",
        )
    if len(rows) < LEAST_AGENTS:
        yield Statement(
            "too_few_agents",
            f"Only {len(rows)} agents have acceptances; {LEAST_AGENTS} are needed to tell who is "
            "unusual.",
        )
    if names := ", ".join(row.agent for row in rows if row.look):
        yield Statement(
            "look",
            f"Look at the acceptances of {names}: chance does not explain them. It is no proof; a "
            "feed of orders that lags for one site looks the same.",
        )
