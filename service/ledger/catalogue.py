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
SELECT id, name, price, currency, category, unit_cost, stock, attributes, sellable, known_issue,
       updated_at
FROM items WHERE updated_at >= %s ORDER BY updated_at
"""


def items_changed_since(connection: Connection, since: datetime) -> Iterator[tuple[Item, datetime]]:
    """Every item written at `since` or later, with when that was."""
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(CHANGED, [since]):
            updated_at: datetime = row.pop("updated_at")
            stated = row.pop("attributes")
            attributes = {name: _attribute(value) for name, value in stated.items()}
            yield Item(**row, attributes=attributes), updated_at


def _attribute(stored: dict[str, Any]) -> Attribute:
    value = stored["value"]
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), stored.get("unit"))
