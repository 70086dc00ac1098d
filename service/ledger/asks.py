"""What became of the contacts in which an ask was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from service.ledger.period import run

ASKED: Final = "asked"
SKIPPED: Final = "skipped"
UNREPORTED: Final = "unreported"
HELD_OUT: Final = "held_out"
NOT_SHOWN: Final = "not_shown"
"""The states of an eligible contact; the first three had an offer on the screen."""


@dataclass(frozen=True, slots=True)
class Became:
    """Eligible contacts of one group, state and reason."""

    group: str | None
    state: str
    reason: str | None
    """Why the ask was skipped; None in every other state."""
    contacts: int
    answered: int
    """Of which the customer's answer to an ask was told, whether an offer was shown or not."""
    worth: Decimal
    """What the asks were expected to bring, as recorded with the decisions."""
    unvalued: int
    """Contacts whose worth is not on record."""


def became(connection: Connection[Any]) -> list[Became]:
    """All eligible contacts of the period.

    Args:
        connection: within `period.contacts_of(period)`.
    """
    return run(connection, "asks.sql", {}, class_row(Became))
