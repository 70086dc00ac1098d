"""Reads the items for the workers' copies of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString

import msgspec
from psycopg import Connection

from models.domain import Attribute, Item

# One column of JSON: rows of ten, some of them JSON anyway, take four times as long to read.
ROWS: Final = """
SELECT to_json(item)::text FROM (
    SELECT id, name, price::text, currency, category, unit_cost::text, stock, attributes, sellable,
        known_issue
    FROM items WHERE {}
) AS item
"""
CHANGED: Final = ROWS.format("updated_at >= %s")
NAMED: Final = ROWS.format("id = ANY(%s)")
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


class _Stated(msgspec.Struct):
    """An attribute as it is stored."""

    value: str | int | float
    unit: str | None = None


class _Stored(msgspec.Struct):
    """A row, by the names of `Item`."""

    id: str
    name: str
    price: Decimal
    currency: str
    category: str | None
    unit_cost: Decimal | None
    stock: int | None
    attributes: dict[str, _Stated]
    sellable: bool
    known_issue: str | None


_decode: Final = msgspec.json.Decoder(_Stored).decode


def _items(connection: Connection, query: LiteralString, value: object) -> Iterator[Item]:
    for (text,) in connection.execute(query, [value]):
        row = _decode(text)
        attributes = {name: _attribute(one) for name, one in row.attributes.items()}
        yield Item(
            row.id, row.name, row.price, row.currency, row.category, row.unit_cost, row.stock,
            attributes, row.sellable, row.known_issue,
        )  # fmt: skip


def _attribute(stated: _Stated) -> Attribute:
    value = stated.value
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), stated.unit)
