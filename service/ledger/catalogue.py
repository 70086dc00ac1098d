"""Reads the items, packed so that many take little room and one is looked at quickly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
from psycopg import Connection

from models.domain import Attribute, Item

# One column of JSON: rows of ten, some of them JSON anyway, take four times as long to read.
ROW: Final = """json_build_array(id, name, price::text, currency, category, unit_cost::text, stock,
    attributes, sellable, known_issue)::text"""
NAMED: Final = f"SELECT id, {ROW} FROM items WHERE id = ANY(%s)"
# `xmin` is the transaction that wrote the row: the last 32 bits of its number, so that a distance
# of less than half of that many is ahead.
NEWS: Final = f"""
SELECT id, {ROW}, updated_at FROM items
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
) -> tuple[list[tuple[str, bytes]], Place]:
    """The next items, each as (id, packed), and the place after them.

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
    return [(item_id, _pack(row)) for item_id, row, _ in rows], after


def items_named(connection: Connection, item_ids: Sequence[str]) -> dict[str, Item]:
    """Those of the items that the ledger knows."""
    rows = connection.execute(NAMED, [list(item_ids)])
    return {item_id: unpack(_pack(row)) for item_id, row in rows}


class _Packed(msgspec.Struct, array_like=True, gc=False):
    """A row, by the names of `Item`."""

    id: str
    name: str
    price: Decimal
    currency: str
    category: str | None
    unit_cost: Decimal | None
    stock: int | None
    attributes: msgspec.Raw
    sellable: bool
    known_issue: str | None


ATTRIBUTES: Final = _Packed.__struct_fields__.index("attributes")
_from_json: Final = msgspec.json.Decoder().decode
_to_msgpack: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Packed).decode
_decode_attributes: Final = msgspec.msgpack.Decoder(
    dict[str, tuple[str | int | float, str | None]]
).decode


def _pack(row: str) -> bytes:
    """Less than half as long as the JSON, and read in a sixth of the time."""
    values = _from_json(row)
    stated = values[ATTRIBUTES]
    values[ATTRIBUTES] = {name: (one["value"], one.get("unit")) for name, one in stated.items()}
    return _to_msgpack(values)


def unpack(packed: bytes) -> Item:
    """The item.

    Raises:
        msgspec.DecodeError: it is none.
    """
    row = _decode(packed)
    return Item(
        row.id, row.name, row.price, row.currency, row.category, row.unit_cost, row.stock,
        _Attributes(row.attributes), row.sellable, row.known_issue,
    )  # fmt: skip


class _Attributes(Mapping[str, Attribute]):
    """Unpacked when somebody looks, which few requests do and which costs more than all else."""

    __slots__ = ("_packed", "_unpacked")

    def __init__(self, packed: msgspec.Raw) -> None:
        self._packed = packed
        self._unpacked: Mapping[str, Attribute] | None = None

    def _all(self) -> Mapping[str, Attribute]:
        if self._unpacked is None:
            stated = _decode_attributes(self._packed)
            self._unpacked = {name: _attribute(*one) for name, one in stated.items()}
        return self._unpacked

    def __getitem__(self, name: str) -> Attribute:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def _attribute(value: str | float, unit: str | None) -> Attribute:
    return Attribute(value if isinstance(value, str) else Decimal(str(value)), unit)
