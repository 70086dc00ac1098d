"""Reads the items, as texts that are kept as they are and decoded when somebody looks at one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
from psycopg import Connection

from models.domain import Attribute, Item

# One column of JSON: rows of ten, some of them JSON anyway, take four times as long to read.
# Without the names of the columns it takes less room where it is kept.
TEXT: Final = """json_build_array(id, name, price::text, currency, category, unit_cost::text, stock,
    attributes, sellable, known_issue)::text"""
NAMED: Final = f"SELECT id, {TEXT} FROM items WHERE id = ANY(%s)"
# `xmin` is the transaction that wrote the row: the last 32 bits of its number, so that a distance
# of less than half of that many is ahead.
NEWS: Final = f"""
SELECT id, {TEXT}, updated_at FROM items
WHERE (updated_at, id) > (%s, %s)
    AND coalesce((xmin::text::bigint - %s::bigint) & 4294967295 < 2147483648, true)
ORDER BY updated_at, id LIMIT %s
"""
MOMENT: Final = "SELECT now(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
OVERLAP: Final = timedelta(seconds=60)
"""A transaction may commit rows whose `updated_at` lies before others' that were read already."""


class Moment(NamedTuple):
    """A moment of the ledger."""

    at: datetime
    """By the clock that `updated_at` is read from."""
    oldest: int
    """The oldest transaction that was not over; what earlier ones wrote could be read."""


class Place(msgspec.Struct, frozen=True):
    """How far somebody has read the items, who reads them in pieces, the last changed last."""

    after: tuple[datetime, str] = (datetime(1970, 1, 1, tzinfo=UTC), "")
    """`updated_at` and id of the item that was read last."""
    oldest: int | None = None
    """What earlier transactions wrote was read before."""
    began: Moment | None = None
    """When a reading of several pieces began; None: between two readings."""

    @property
    def at_end(self) -> bool:
        """Whether everything was read, so that only news are missing."""
        return self.oldest is not None and self.began is None


def ledger_moment(connection: Connection) -> Moment:
    """Now."""
    row = connection.execute(MOMENT).fetchone()
    assert row is not None
    return Moment(*row)


def items_after(
    connection: Connection, place: Place, now: Moment, at_most: int
) -> tuple[list[tuple[str, str]], Place]:
    """The next items, each as (id, text), and the place after them.

    Nothing is missed, and what was read once comes again only if it changed, or if a transaction
    was open all the time.
    """
    if place.oldest is not None and now.oldest < place.oldest:
        place = Place()  # another server, which counts otherwise
    values = (*place.after, place.oldest, at_most)
    rows = connection.execute(NEWS, values).fetchall()
    began = place.began or now
    if len(rows) < at_most:
        after = Place((began.at - OVERLAP, ""), began.oldest)
    else:
        last_id, _, changed = rows[-1]
        after = Place((changed, last_id), place.oldest, began)
    return [(item_id, text) for item_id, text, _ in rows], after


def items_named(connection: Connection, item_ids: Sequence[str]) -> dict[str, Item]:
    """Those of the items that the ledger knows."""
    rows = connection.execute(NAMED, [list(item_ids)])
    return {item_id: item_of(text) for item_id, text in rows}


class _Stated(msgspec.Struct):
    """An attribute as it is stored."""

    value: str | int | float
    unit: str | None = None


class _Stored(msgspec.Struct, array_like=True):
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


def item_of(text: str | bytes) -> Item:
    """What a text says.

    Raises:
        msgspec.DecodeError: it is none.
    """
    row = _decode(text)
    attributes = {name: _attribute(one) for name, one in row.attributes.items()}
    return Item(
        row.id, row.name, row.price, row.currency, row.category, row.unit_cost, row.stock,
        attributes, row.sellable, row.known_issue,
    )  # fmt: skip


def _attribute(stated: _Stated) -> Attribute:
    value = stated.value
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), stated.unit)
