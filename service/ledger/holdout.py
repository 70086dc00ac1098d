"""Which customers were held out, and since when: a log of every change of share or draw.

Written by each worker at start, read by the report: arms of one period must have been drawn in one
way, or their difference means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Holdout:
    """How arms are drawn (`models/arm.py`). The policy's version alone changes no arm."""

    policy_version: str
    share: float
    experiment: str
    salt: str


def note_holdout(connection: Connection, holdout: Holdout) -> None:
    """Add a row if this differs from the newest one."""
    with connection.transaction():
        connection.execute(
            "LOCK TABLE holdouts IN SHARE ROW EXCLUSIVE MODE"
        )  # workers start at once
        connection.execute(
            "INSERT INTO holdouts (used_from, policy_version, share, experiment, salt)"
            " SELECT clock_timestamp(), %(version)s, %(share)s, %(experiment)s, %(salt)s"
            " WHERE NOT EXISTS ("
            "  SELECT FROM (SELECT * FROM holdouts ORDER BY used_from DESC LIMIT 1) AS newest"
            "  WHERE share = round(%(share)s::numeric, 4)"
            "    AND experiment = %(experiment)s AND salt = %(salt)s)",
            {
                "version": holdout.policy_version,
                "share": holdout.share,
                "experiment": holdout.experiment,
                "salt": holdout.salt,
            },
        )


def holdouts_used(connection: Connection, start: datetime, end: datetime) -> list[Holdout]:
    """Those in use in [start, end), oldest first; before the first row that one was."""
    rows = connection.execute(
        "SELECT policy_version, share::float8, experiment, salt FROM ("
        "  SELECT *, lag(used_from) OVER newest AS used_until, row_number() OVER oldest AS place"
        "  FROM holdouts WINDOW newest AS (ORDER BY used_from DESC),"
        "    oldest AS (ORDER BY used_from)) AS used"
        " WHERE (used_from < %(end)s OR place = 1) AND coalesce(used_until > %(start)s, true)"
        " ORDER BY used_from",
        {"start": start, "end": end},
    )
    return [Holdout(*row) for row in rows]
