"""Puts orders, items and interactions into the ledger: new ones, changed ones, nothing twice.

Called by `service/api` with up to 1,000 rows and by the importers with batches of as many. Each
call is one transaction. Rows whose digest the ledger already holds are not written again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from psycopg import Connection, Cursor

from models.domain import Interaction, Item, Order
from service.ledger.digest import digest

Row = tuple[Any, ...]
CENT = Decimal("0.01")
ITEMS = (
    "id text, name text, category text, price numeric, currency text, unit_cost numeric, "
    "stock bigint, attributes jsonb, sellable boolean, known_issue text, digest bytea"
)
ORDERS = (
    "id text, customer_id text, placed_at timestamptz, currency text, channel text, "
    "cancelled_at timestamptz, discount numeric, net numeric, original_currency text, "
    "original_amount numeric, rate numeric, rate_day date, digest bytea"
)
INTERACTIONS = (
    "id text, customer_id text, channel text, topic text, status text, resolved_at timestamptz, "
    "first_contact boolean, fault text, severity text, mood text, public boolean, "
    "handle_seconds integer, agent_id text, team text, employer text, items jsonb, "
    "journey_id text, transfers integer, cost_amount numeric, customer_severity text, "
    "loops integer, pressed_zero boolean, goodwill_amount numeric, efforts jsonb, "
    "satisfaction smallint, digest bytea"
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """What one call did; `accepted` counts new and changed rows."""

    accepted: int
    unchanged: int
    customer_ids: frozenset[str] = frozenset()
    """Whose data changed: their cached profiles are stale (`memory.forget`)."""


@dataclass(frozen=True, slots=True)
class _News:
    """Which rows of a call differ from the ledger."""

    positions: list[int]
    """Of the rows to write, each id once, sorted by id."""
    accepted: int
    unchanged: int
    former: frozenset[str]
    """The customers whom the rows to write belong to so far."""


def upsert_orders(connection: Connection, orders: Sequence[Order]) -> Upserted:
    """Write orders with their lines and refunds, and the customers whom nobody has seen yet.

    An order that changed is replaced as a whole. Of an id that comes twice the later one stays.

    Args:
        connection: in autocommit mode, or in a transaction that the caller commits.
        orders: validated, all in the ledger's currency.
    """
    with connection.transaction(), connection.cursor() as cursor:
        marks = [digest(order) for order in orders]
        news = _compare(cursor, "orders", [order.id for order in orders], marks)
        changed = [orders[position] for position in news.positions]
        touched = _touch_customers(cursor, news, (order.customer_id for order in changed))
        rows = [
            (
                order.id, order.customer_id, order.placed_at, order.currency, order.channel,
                order.cancelled_at, order.discount, net_of(order), *_original(order),
                marks[position],
            )
            for position, order in zip(news.positions, changed, strict=True)
        ]  # fmt: skip
        _write(cursor, "orders", ORDERS, rows)
        _replace_parts(cursor, changed)
    return Upserted(news.accepted, news.unchanged, touched)


def upsert_items(connection: Connection, items: Sequence[Item]) -> Upserted:
    """Write items; `updated_at` says when one last changed.

    Args:
        connection: in autocommit mode, or in a transaction that the caller commits.
        items: validated, all in the ledger's currency.
    """
    with connection.transaction(), connection.cursor() as cursor:
        marks = [digest(item) for item in items]
        news = _compare(cursor, "items", [item.id for item in items], marks)
        rows = []
        for position in news.positions:
            item = items[position]
            attributes = {
                name: msgspec.structs.asdict(value) for name, value in item.attributes.items()
            }
            rows.append((
                item.id, item.name, item.category, item.price, item.currency, item.unit_cost,
                item.stock, _json(attributes), item.sellable, item.known_issue, marks[position],
            ))  # fmt: skip
        _write(cursor, "items", ITEMS, rows, also="updated_at = now()")
    return Upserted(news.accepted, news.unchanged)


def upsert_interactions(
    connection: Connection, pairs: Sequence[tuple[str, Interaction]]
) -> Upserted:
    """Write contacts, each with its customer's id, and the customers whom nobody has seen yet.

    Args:
        connection: in autocommit mode, or in a transaction that the caller commits.
        pairs: (customer id, interaction), validated; costs in the ledger's currency.
    """
    with connection.transaction(), connection.cursor() as cursor:
        marks = [digest(pair) for pair in pairs]
        ids = [interaction.id for _, interaction in pairs]
        news = _compare(cursor, "interactions", ids, marks)
        changed = [pairs[position] for position in news.positions]
        touched = _touch_customers(cursor, news, (customer_id for customer_id, _ in changed))
        rows = [
            interaction_row(*pair, marks[position])
            for position, pair in zip(news.positions, changed, strict=True)
        ]
        _write(cursor, "interactions", INTERACTIONS, rows)
    return Upserted(news.accepted, news.unchanged, touched)


def interaction_row(customer_id: str, it: Interaction, mark: bytes) -> Row:
    """A contact as the columns of `INTERACTIONS`; `mark` is the digest of the pair."""
    return (
        it.id, customer_id, it.channel, it.topic, it.status, it.resolved_at,
        it.first_contact, it.fault, it.severity, it.mood, it.public, it.handle_seconds,
        it.agent_id, it.team, it.employer, msgspec.json.encode(it.items).decode(),
        it.journey_id, it.transfers, it.cost.amount if it.cost else None, it.customer_severity,
        it.loops, it.pressed_zero, it.goodwill.amount if it.goodwill else None,
        msgspec.json.encode(it.efforts).decode() if it.efforts else None, it.satisfaction, mark,
    )  # fmt: skip


def net_of(order: Order) -> Decimal:
    """What an order brought: lines less discount and refunds, nothing if cancelled; in cents."""
    if order.cancelled_at is not None:
        return Decimal(0)
    lines = sum((line.quantity * line.unit_price for line in order.lines), Decimal(0))
    refunds = sum((refund.amount for refund in order.refunds), order.discount or Decimal(0))
    return (lines - refunds).quantize(CENT, ROUND_HALF_UP)


def _original(order: Order) -> Row:
    """Currency, amount, rate and its day, of an order that came in another currency."""
    found = order.converted
    if found is None:
        return (None, None, None, None)
    return (found.currency, found.amount, found.rate, found.rate_day)


def _compare(cursor: Cursor, table: str, ids: Sequence[str], marks: Sequence[bytes]) -> _News:
    """Tell the rows that differ from the ledger's.

    Nothing is locked here. Every call locks customers first, then rows, each sorted by id, so two
    calls never wait for each other; of two that write the same row at once the later one stays.
    """
    owner = "customer_id" if table != "items" else "NULL"
    cursor.execute(f"SELECT id, digest, {owner} FROM {table} WHERE id = ANY(%s)", [list(set(ids))])
    stored: dict[str, bytes] = {}
    owners: dict[str, str | None] = {}
    for row_id, mark, customer_id in cursor:
        stored[row_id], owners[row_id] = mark, customer_id
    newest, last, unchanged = dict(stored), dict[str, int](), 0
    for position, (row_id, mark) in enumerate(zip(ids, marks, strict=True)):
        unchanged += newest.get(row_id) == mark
        newest[row_id], last[row_id] = mark, position
    changed = sorted(row_id for row_id in last if newest[row_id] != stored.get(row_id))
    former = (owners.get(row_id) for row_id in changed)
    return _News(
        [last[row_id] for row_id in changed],
        len(ids) - unchanged,
        unchanged,
        frozenset(owner for owner in former if owner is not None),
    )


def _touch_customers(
    cursor: Cursor, news: _News, customer_ids: Iterable[str | None]
) -> frozenset[str]:
    """Make missing customers and raise the version of the others, so that caches notice."""
    touched = news.former.union(found for found in customer_ids if found is not None)
    touch_customers(cursor, touched)
    return touched


def touch_customers(cursor: Cursor, customer_ids: frozenset[str]) -> None:
    """Make those that are missing and raise the version of the others; locks them sorted by id."""
    cursor.execute(
        "INSERT INTO customers (id) SELECT unnest(%s::text[])"
        " ON CONFLICT (id) DO UPDATE SET version = customers.version + 1",
        [sorted(customer_ids)],
    )


def _write(cursor: Cursor, table: str, columns: str, rows: Sequence[Row], also: str = "") -> None:
    """Insert or overwrite rows of one table: one statement, one array per column."""
    if not rows:
        return
    names = [column.split()[0] for column in columns.split(", ")]
    arrays = ", ".join(f"%s::{column.split()[1]}[]" for column in columns.split(", "))
    changes = [f"{name} = excluded.{name}" for name in names[1:]] + ([also] if also else [])
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM unnest({arrays})"
        f" ON CONFLICT (id) DO UPDATE SET {', '.join(changes)}",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _replace_parts(cursor: Cursor, orders: Sequence[Order]) -> None:
    """Write the lines and refunds of changed orders in place of what was there."""
    ids = [order.id for order in orders]
    for table in ("order_lines", "refunds"):
        cursor.execute(f"DELETE FROM {table} WHERE order_id = ANY(%s)", [ids])
    with cursor.copy("COPY order_lines FROM STDIN") as copy:
        for order in orders:
            for position, line in enumerate(order.lines):
                copy.write_row((
                    order.id, position, line.item_id, line.quantity, line.unit_price,
                    line.unit_cost,
                ))  # fmt: skip
    with cursor.copy("COPY refunds FROM STDIN") as copy:
        for order in orders:
            for position, refund in enumerate(order.refunds):
                copy.write_row((
                    order.id, position, refund.item_id, refund.quantity, refund.amount,
                    refund.refunded_at,
                ))  # fmt: skip


def _json(value: object) -> str:
    """`attributes` as the ledger keeps them; numbers stay numbers."""
    return json.dumps(value, default=_number, ensure_ascii=False)


def _number(value: object) -> int | float:
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral_value() else float(value)
