"""What the manager's page offers to choose from."""

from __future__ import annotations

from datetime import date, datetime

from psycopg import Connection


def newest_contact(connection: Connection) -> date | None:
    """The day (UTC) of the last contact."""
    row = connection.execute(
        "SELECT (max(occurred_at) AT TIME ZONE 'UTC')::date FROM interactions"
    ).fetchone()
    return row[0] if row else None


def teams_of(connection: Connection, start: datetime, end: datetime) -> tuple[str, ...]:
    """The teams that had contacts in [start, end), by name."""
    rows = connection.execute(
        "SELECT DISTINCT team FROM interactions"
        " WHERE occurred_at >= %s AND occurred_at < %s AND team IS NOT NULL",
        [start, end],
    )
    return tuple(sorted(team for (team,) in rows))
