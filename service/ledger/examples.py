"""Customers that are good to show the service with; used by `make run` for its example."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

RECENT_ORDERS = 20_000
"""So far back we look: enough for any shop's regulars, and quick on any ledger."""


@dataclass(frozen=True, slots=True)
class Example:
    """A customer who bought something lately, and what it was."""

    customer_id: str
    item_id: str
    placed_at: datetime


def example_customers(connection: Connection, limit: int) -> list[Example]:
    """Customers with the most of the recent orders, and an item of the newest one of each."""
    with connection.cursor(row_factory=class_row(Example)) as cursor:
        return cursor.execute(
            """
            WITH recent AS (
                SELECT id, customer_id, placed_at FROM orders
                WHERE cancelled_at IS NULL ORDER BY placed_at DESC LIMIT %s
            ), regulars AS (
                SELECT customer_id, count(*) AS orders, max(placed_at) AS placed_at,
                       (array_agg(id ORDER BY placed_at DESC, id))[1] AS order_id
                FROM recent WHERE customer_id IS NOT NULL
                GROUP BY customer_id ORDER BY orders DESC, customer_id LIMIT %s
            )
            SELECT customer_id, item_id, placed_at FROM regulars
            JOIN order_lines USING (order_id) WHERE position = (
                SELECT min(position) FROM order_lines AS first
                WHERE first.order_id = regulars.order_id
            ) ORDER BY orders DESC, customer_id
            """,
            [RECENT_ORDERS, limit],
        ).fetchall()


def newest_order(connection: Connection) -> datetime | None:
    """When the last order was placed; None in an empty ledger."""
    row = connection.execute("SELECT max(placed_at) FROM orders").fetchone()
    assert row is not None
    newest: datetime | None = row[0]
    return newest
