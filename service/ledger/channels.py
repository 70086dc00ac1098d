"""Contacts by channel and topic: their cost, their grades, and whether the matter came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from service.ledger.period import run


@dataclass(frozen=True, slots=True)
class Cell:
    """The contacts of one channel and topic."""

    channel: str
    topic: str
    contacts: int
    cost: Decimal
    graded: int
    grades: int
    """The sum of the grades from 1 to 5; `squares`: of their squares."""
    squares: int
    watched: int
    """Contacts at least 7 days old; the next two are among them."""
    repeated: int
    """Followed within 7 days by another contact on the same topic or journey."""
    to_agent: int
    """Followed so by one in which an agent serves."""
    agents: int
    """How many contacts with agents followed so, before the next self-service on the matter."""
    watched_later: int
    """Contacts at least 30 days old, and `agents_later`: the same within 30 days."""
    agents_later: int


def cells(connection: Connection[Any], serving: list[str], now: datetime) -> list[Cell]:
    """All contacts of the period.

    Args:
        connection: within `period.contacts_of(period)`.
        serving: the channels where customers serve themselves.
    """
    return run(connection, "channels.sql", {"serving": serving, "now": now}, class_row(Cell))
