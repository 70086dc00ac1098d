"""The customers of a period's eligible contacts, and what became of them, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from numpy.typing import NDArray
from psycopg import Connection

from service.ledger.columns import columns_of
from service.ledger.period import Period, run

HARMS: Final = ("opted_out", "complained", "repeated", "returned", "graded", "displeased")
HORIZONS: Final = (30, 90, 365)
"""Days after the first eligible contact."""
_HARM: Final = dict.fromkeys(("treated", *HARMS), "?")
_RETENTION: Final = {
    "treated": "?", "before": ">i8", "in_30": "?", "in_90": "?", "in_365": "?", "net_30": ">f8",
    "net_90": ">f8", "net_365": ">f8", "purchases": ">i8", "first": ">i8", "latest": ">i8",
    "paid": ">i8", "value": ">f8",
}  # fmt: skip
"""As harm.sql and retention.sql send them."""

Columns = Mapping[str, NDArray[Any]]


def enter(connection: Connection[Any], period: Period) -> int:
    """Make the table `entry`; how many customers were in both arms, who are left out below.

    Args:
        connection: within `period.contacts_of(period)`, as for what follows.
    """
    run(connection, "entry.sql", period.values())
    [row] = connection.execute("SELECT count(*) FROM entry WHERE both_arms").fetchall()
    return int(row[0])


def harms(connection: Connection[Any], period: Period) -> Columns:
    """`treated` and `HARMS`, one entry per customer; `graded` only gave a grade. After `enter`."""
    return columns_of(_HARM, run(connection, "harm.sql", period.values()))


def retained(connection: Connection[Any], now: datetime) -> Columns:
    """What each customer bought before and after, until now; after `enter`.

    `before`: days with an order before the first eligible contact; `in_…` and `net_…`: whether and
    for how much they ordered within so many days after it. Of all their time: `purchases` (days
    with an order), the day of the `first` and the `latest` since 1970-01-01, how many of them were
    `paid` for and their mean `value`.
    """
    return columns_of(_RETENTION, run(connection, "retention.sql", {"now": now}))


def returned_items(connection: Connection[Any], period: Period) -> dict[bool, tuple[int, int]]:
    """(Items ordered, items that came back), of suggested and accepted ones (True) and the others.

    Args:
        connection: within `period.contacts_of(period)`.
    """
    found = run(connection, "suggested.sql", period.values())
    return {True: (0, 0), False: (0, 0)} | {suggested: (n, k) for suggested, n, k in found}
