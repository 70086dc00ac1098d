"""Some months of a centre in the ledger, for tests and pictures of the manager's page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from psycopg import ClientCursor, Connection

from service.ledger.holdout import Holdout, note_holdout

FILL = Path(__file__).with_name("centre.sql")
UNTIL = datetime(2026, 11, 9, tzinfo=UTC)
"""A Monday; everything is from the thirteen weeks before it."""


def a_centre(connection: Connection, contacts: int = 16_000, until: datetime = UNTIL) -> None:
    """Fill an empty ledger; the same rows every time.

    Args:
        connection: in autocommit mode.
    """
    note_holdout(connection, Holdout("1", 0.3, "ask-or-not", "salt"))
    with connection.transaction(), ClientCursor(connection) as cursor:
        cursor.execute(FILL.read_bytes(), {"contacts": contacts, "until": until})
    connection.execute("ANALYZE")
