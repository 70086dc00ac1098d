"""Reads the items for the workers' copies of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import dict_row

from models.domain import Attribute, Item

ROWS = """
SELECT id, name, price, currency, category, unit_cost, stock, attributes, sellable, known_issue
FROM items
"""
CHANGED = f"{ROWS} WHERE updated_at >= %s"
NAMED = f"{ROWS} WHERE id = ANY(%s)"
HOW_MANY = "SELECT count(*) FROM (SELECT FROM items WHERE updated_at >= %s LIMIT %s) AS changed"


def ledger_time(connection: Connection) -> datetime:
    """The clock that `updated_at` is read from."""
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def items_changed_since(connection: Connection, since: datetime) -> Iterator[Item]:
    """Every item written at `since` or later."""
    return _items(connection, CHANGED, since)


def how_many_changed(connection: Connection, since: datetime, at_most: int) -> int:
    """How many those are, counted up to `at_most`."""
    row = connection.execute(HOW_MANY, [since, at_most]).fetchone()
    assert row is not None
    return int(row[0])


def items_named(connection: Connection, item_ids: Sequence[str]) -> Iterator[Item]:
    """Those of the items that the ledger knows."""
    return _items(connection, NAMED, list(item_ids))


def _items(connection: Connection, query: LiteralString, value: object) -> Iterator[Item]:
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(query, [value]):
            stated = row.pop("attributes")
            attributes = {name: _attribute(value) for name, value in stated.items()}
            yield Item(**row, attributes=attributes)


def _attribute(stored: dict[str, Any]) -> Attribute:
    value = stored["value"]
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), stored.get("unit"))
