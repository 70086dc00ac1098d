"""Channels: what a contact costs beside how customers like it, and whether it settled the matter.

A self-service contact saves an agent's only if the matter does not come back. So what deflection
saves is counted net: an agent's contact for each self-service contact, less what self-service cost,
less an agent's contact for each one that came to an agent within 7 days all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import sqrt
from typing import Any

from psycopg import Connection
from scipy.special import stdtrit

from service.ledger.channels import Cell, cells
from service.ledger.period import contacts_of
from service.ledger.report import totals
from service.reports.adherence import share_of
from service.reports.costs import Costs
from service.reports.insight import Asked, Estimated, Insight, cents
from service.reports.recovery import period_of
from service.reports.statements import Statement


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
    saving: Decimal | None
    """Of self-service: what it saved net of repeats; None where no agent's contact has a cost."""


def channels(connection: Connection[Any], asked: Asked) -> Insight[ChannelRow]:
    """Cost, satisfaction, repeats and containment by channel."""
    period = period_of(asked.query, asked.costs)
    serving = self_service(asked.costs)
    with contacts_of(connection, period):
        whole = totals(connection, period)[-1]
        found = cells(connection, sorted(serving), asked.now)
    rows = tuple(rows_of(found, serving))
    return Insight("channels", asked, whole.interactions, tuple(_statements(found, rows)), rows)


def self_service(costs: Costs) -> set[str]:
    return {name for name, cost in costs.channels.items() if not cost.agent_time}


def rows_of(found: Iterable[Cell], serving: Collection[str]) -> Iterator[ChannelRow]:
    """One row per channel, of cells that are sorted by channel."""
    found = list(found)
    agents = [cell for cell in found if cell.channel not in serving]
    for channel, group in groupby(found, lambda cell: cell.channel):
        parts, serves = list(group), channel in serving
        contacts, cost = sum(cell.contacts for cell in parts), _cost(parts)
        watched, to_agent = (sum(c.watched for c in parts), sum(c.to_agent for c in parts))
        yield ChannelRow(
            channel=channel,
            self_service=serves,
            contacts=contacts,
            cost=cents(cost),
            cost_per_contact=cents(cost / contacts),
            satisfaction=_satisfaction(parts),
            repeated=share_of(sum(cell.repeated for cell in parts), watched),
            contained=share_of(watched - to_agent, watched) if serves else None,
            saving=_saving(parts, agents) if serves else None,
        )


def _saving(parts: list[Cell], agents: list[Cell]) -> Decimal | None:
    """What contacts that are at least 7 days old saved."""
    if not agents:
        return None
    saved = Decimal(0)
    for cell in parts:
        alike = [one for one in agents if one.topic == cell.topic] or agents
        instead = _cost(alike) / sum(one.contacts for one in alike)
        own = cell.cost / cell.contacts * cell.watched
        saved += instead * (cell.watched - cell.to_agent) - own
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
        if row.saving is not None and row.saving < 0:
            yield Statement(
                "deflection_loses",
                f"Self-service on {row.channel} cost more than it saved: too many of its contacts "
                "came to an agent all the same.",
            )
