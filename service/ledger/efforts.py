"""Efforts made beyond contacts: what they cost, and the contacts to compare them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from numpy.typing import NDArray
from psycopg import Connection

from service.ledger.columns import columns_of
from service.ledger.period import run

MOST: Final = 60
"""Efforts that are compared, the dearest first; each takes a bit of a number."""
COLUMNS: Final = {
    "customer": ">i8", "kind": ">i8", "before": ">f8", "bought": "?", "closed": "?",
    "satisfaction": ">i8", "efforts": ">i8",
}  # fmt: skip
"""As efforts.sql sends them."""

_SPENT: Final = """
SELECT effort ->> 'name' AS name, count(DISTINCT contact.id),
    sum((effort #>> '{cost,amount}')::numeric) AS cost
FROM contact JOIN interactions USING (id)
    CROSS JOIN LATERAL jsonb_array_elements(efforts) made(effort)
GROUP BY name ORDER BY cost DESC, min(effort ->> 'name') COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """One effort in a period."""

    name: str
    contacts: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class EffortRows:
    """Contacts, one row each (n,)."""

    customer: NDArray[Any]
    """From 0."""
    kind: NDArray[Any]
    """Channel and topic, from 0."""
    before: NDArray[Any]
    """What the customer had bought in the 90 days before."""
    bought: NDArray[Any]
    """Whether an order followed within 90 days."""
    closed: NDArray[Any]
    """Whether these 90 days are over."""
    satisfaction: NDArray[Any]
    """1 to 5, or 0: not told."""
    efforts: NDArray[Any]
    """Bit k is set for the effort at place k."""


def spent(connection: Connection[Any]) -> list[Spent]:
    """The efforts of the period, the dearest first.

    Args:
        connection: within `period.contacts_of(period)`, as for what follows.
    """
    return [Spent(*row) for row in connection.execute(_SPENT)]


def effort_rows(connection: Connection[Any], names: list[str], now: datetime) -> EffortRows:
    """The contacts of the period; `names` are at most `MOST` efforts."""
    found = run(connection, "efforts.sql", {"names": names, "now": now})
    return EffortRows(**columns_of(COLUMNS, found))
