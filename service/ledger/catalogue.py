"""Reads the items for the workers' copies of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from models.domain import Attribute, Item

CHANGED = """
SELECT id, name, price, currency, category, unit_cost, stock, attributes, sellable, known_issue
FROM items WHERE updated_at >= %s
"""


def ledger_time(connection: Connection) -> datetime:
    """The clock that `updated_at` is read from."""
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def items_changed_since(connection: Connection, since: datetime) -> Iterator[Item]:
    """Every item written at `since` or later."""
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(CHANGED, [since]):
            stated = row.pop("attributes")
            attributes = {name: _attribute(value) for name, value in stated.items()}
            yield Item(**row, attributes=attributes)


def _attribute(stored: dict[str, Any]) -> Attribute:
    value = stored["value"]
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), stored.get("unit"))
