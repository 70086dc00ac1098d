"""Channels: what a contact costs beside how customers like it, and whether it settled the matter.

A self-service contact saves an agent's only if the matter does not come back. So what deflection
saves is counted net: an agent's contact for each self-service contact, less what self-service cost,
less every agent's contact on the matter that followed all the same. What saves within 7 days may
cost more within 30; the verdict goes by the longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import sqrt
from typing import Any, Final, TypedDict

from psycopg import Connection
from scipy.special import stdtrit

from service.ledger.channels import Cell, cells
from service.ledger.period import contacts_of, counted
from service.reports.adherence import share_of
from service.reports.costs import Costs
from service.reports.insight import Asked, Estimated, Insight, cents
from service.reports.recovery import MATURING, period_of
from service.reports.statements import Statement

SAVES: Final = "saves"
LOSES: Final = "loses"


class Savings(TypedDict):
    saving_7_days: Decimal | None
    saving_30_days: Decimal | None
    verdict: str | None


NO_SAVINGS: Final = Savings(saving_7_days=None, saving_30_days=None, verdict=None)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    channel: str
    self_service: bool
    """Customers serve themselves: the costs say that no agent's time is spent."""
    contacts: int
    cost: Decimal
    cost_per_contact: Decimal
    satisfaction: Estimated | None
    """Mean grade from 1 to 5 of the contacts that have one (Student's t)."""
    repeated: Estimated | None
    """Share that was followed within 7 days by another on the same topic or journey (Wilson)."""
    contained: Estimated | None
    """Share of self-service contacts that did not come to an agent within 7 days."""
    saving_7_days: Decimal | None
    """Of self-service: what it saved net of repeats; None where no agent's contact has a cost, or
    none is old enough."""
    saving_30_days: Decimal | None
    verdict: str | None
    """saves or loses, by the longer of these; maturing while it is open."""


def channels(connection: Connection[Any], asked: Asked) -> Insight[ChannelRow]:
    """Cost, satisfaction, repeats and containment by channel."""
    period = period_of(asked.query, asked.costs)
    serving = self_service(asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = cells(connection, sorted(serving), asked.now)
    rows = tuple(rows_of(found, serving))
    return Insight("channels", asked, whole.contacts, tuple(_statements(found, rows)), rows)


def self_service(costs: Costs) -> set[str]:
    return {name for name, cost in costs.channels.items() if not cost.agent_time}


def rows_of(found: Iterable[Cell], serving: Collection[str]) -> Iterator[ChannelRow]:
    """One row per channel, of cells that are sorted by channel."""
    found = list(found)
    agents = [cell for cell in found if cell.channel not in serving]
    for channel, group in groupby(found, lambda cell: cell.channel):
        parts, serves = list(group), channel in serving
        contacts, cost = sum(cell.contacts for cell in parts), _cost(parts)
        watched = sum(cell.watched for cell in parts)
        to_agent = sum(cell.to_agent for cell in parts)
        yield ChannelRow(
            channel=channel,
            self_service=serves,
            contacts=contacts,
            cost=cents(cost),
            cost_per_contact=cents(cost / contacts),
            satisfaction=_satisfaction(parts),
            repeated=share_of(sum(cell.repeated for cell in parts), watched),
            contained=share_of(watched - to_agent, watched) if serves else None,
            **(_savings(parts, agents) if serves else NO_SAVINGS),
        )


def _savings(parts: list[Cell], agents: list[Cell]) -> Savings:
    soon = _saving(agents, [(cell, cell.watched, cell.agents) for cell in parts])
    later = _saving(agents, [(cell, cell.watched_later, cell.agents_later) for cell in parts])
    judged = MATURING if later is None else LOSES if later < 0 else SAVES
    return {
        "saving_7_days": soon,
        "saving_30_days": later,
        "verdict": judged if agents else None,
    }


def _saving(agents: list[Cell], parts: list[tuple[Cell, int, int]]) -> Decimal | None:
    """What self-service saved.

    Args:
        agents: the cells of the channels in which agents serve.
        parts: (the cell, contacts that were watched long enough, agents' contacts after them).
    """
    if not agents or not any(watched for _, watched, _ in parts):
        return None
    saved = Decimal(0)
    for cell, watched, followed in parts:
        alike = [one for one in agents if one.topic == cell.topic] or agents
        instead = _cost(alike) / sum(one.contacts for one in alike)
        saved += instead * (watched - followed) - cell.cost / cell.contacts * watched
    return cents(saved)


def _satisfaction(parts: list[Cell]) -> Estimated | None:
    n, total = sum(cell.graded for cell in parts), sum(cell.grades for cell in parts)
    if n < 2:
        return None
    mean = total / n
    variance = max(sum(cell.squares for cell in parts) / n - mean * mean, 0.0) * n / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * sqrt(variance / n)
    return Estimated(mean, mean - half, mean + half, n)


def _cost(parts: Iterable[Cell]) -> Decimal:
    return sum((cell.cost for cell in parts), Decimal(0))


def _statements(found: list[Cell], rows: tuple[ChannelRow, ...]) -> Iterator[Statement]:
    young = sum(cell.contacts - cell.watched for cell in found)
    if young:
        yield Statement(
            "maturing",
            f"{young:,} contacts are less than 7 days old: whether their matter comes back is not "
            "known, and they are in no share and no saving yet.",
        )
    if not any(cell.graded for cell in found):
        yield Statement("no_satisfaction", "No contact came with a grade (`satisfaction`).")
    for row in rows:
        if row.verdict == LOSES:
            at_first = " It looked like a saving within 7." if (row.saving_7_days or 0) > 0 else ""
            yield Statement(
                "deflection_loses",
                f"Self-service on {row.channel} cost more than it saved within 30 days: too many "
                f"of its contacts came to agents all the same.{at_first}",
            )
