"""What agents did with offers, and what became of the acceptances they reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from service.ledger.period import Period, run


@dataclass(frozen=True, slots=True)
class Mixed:
    """Offers shown to one agent in contacts of one kind."""

    agent_id: str | None
    mix: str
    """Channel, topic and the kind of the first suggestion."""
    shown: int
    asked: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Acceptances:
    """Items that one agent reported as accepted, and what became of them."""

    agent_id: str | None
    accepted: int
    without_order: int
    """No order of the customer with the item, named or within the window."""
    cancelled: int
    """Only orders that were cancelled."""
    returned: int
    """Money came back for the item."""


def offers_by_agent(connection: Connection[Any]) -> list[Mixed]:
    """Of the period's contacts.

    Args:
        connection: within `period.contacts_of(period)`, as for what follows.
    """
    return run(connection, "coaching.sql", {}, class_row(Mixed))


def acceptances(connection: Connection[Any], period: Period, now: datetime) -> list[Acceptances]:
    """Of contacts whose window has closed."""
    values = period.values() | {"now": now}
    return run(connection, "integrity.sql", values, class_row(Acceptances))
