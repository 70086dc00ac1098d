"""The costs that managers entered: every version, who entered it and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb


@dataclass(frozen=True, slots=True)
class Entered:
    """`content` is what `reports.own_costs` reads; `by` is the id of the key that entered it."""

    version: int
    content: dict[str, Any]
    by: str
    at: datetime


def newest_version(connection: Connection) -> int:
    """0 when nobody has entered any."""
    row = connection.execute("SELECT coalesce(max(version), 0) FROM costs").fetchone()
    assert row is not None
    return int(row[0])


def newest(connection: Connection) -> Entered | None:
    """What counts now."""
    row = connection.execute(
        "SELECT version, content, entered_by, entered_at FROM costs ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return Entered(*row) if row else None


def enter(connection: Connection, content: dict[str, Any], by: str, now: datetime) -> None:
    """Add a version, which counts from now on."""
    connection.execute(
        "INSERT INTO costs (content, entered_by, entered_at) VALUES (%s, %s, %s)",
        [Jsonb(content), by, now],
    )
