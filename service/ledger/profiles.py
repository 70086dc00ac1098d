"""Reads what a decision needs to know of a customer: consent, purchases, asks and replies."""

from __future__ import annotations

from datetime import datetime, timedelta

from psycopg import Connection

from models.domain import Customer
from models.purchases import HISTORY_LINES
from service.profile import Ask, Bought, Profile, Reply, unknown_profile

REMEMBERED = timedelta(days=400)
"""Asks and replies older than any window of a policy, with a margin."""

CUSTOMER = """
SELECT version, locale, first_name, marketing, objected, vulnerable FROM customers WHERE id = %s
"""

# The newest lines, whole orders only in the order of time; an item at most once in an order.
BOUGHT = """
SELECT o.id, extract(epoch FROM o.placed_at)::float8, l.item_id, sum(l.quantity)::int,
       max(l.unit_price)::float8
FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.customer_id = %s AND o.cancelled_at IS NULL
GROUP BY o.id, o.placed_at, l.item_id
ORDER BY o.placed_at DESC, o.id DESC, l.item_id
LIMIT %s
"""

# An offer counts as asked unless the agent said that it was not made.
ASKS = """
SELECT d.decided_at, d.channel FROM decisions d
WHERE d.customer_id = %s AND d.decision = 'offer' AND d.decided_at > %s
  AND NOT (EXISTS (SELECT FROM outcomes o WHERE o.suggestion_id = d.suggestion_id)
           AND NOT EXISTS (SELECT FROM outcomes o WHERE o.suggestion_id = d.suggestion_id
                           AND o.result <> 'not_offered'))
ORDER BY d.decided_at
"""

REPLIES = """
SELECT o.occurred_at, o.item_id, o.result
FROM decisions d JOIN outcomes o ON o.suggestion_id = d.suggestion_id
WHERE d.customer_id = %s AND o.occurred_at > %s
ORDER BY o.occurred_at, o.event_id
"""


def read_profile(connection: Connection, customer_id: str, now: datetime) -> Profile:
    """The customer as of now, of one consistent snapshot; version 0 when nobody has seen them."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = connection.execute(CUSTOMER, [customer_id]).fetchone()
        if row is None:
            return unknown_profile(customer_id)
        bought = connection.execute(BOUGHT, [customer_id, HISTORY_LINES]).fetchall()
        since = now - REMEMBERED
        asks = connection.execute(ASKS, [customer_id, since]).fetchall()
        replies = connection.execute(REPLIES, [customer_id, since]).fetchall()
    version, locale, first_name, marketing, objected, vulnerable = row
    return Profile(
        customer=Customer(customer_id, locale, first_name, marketing, objected, vulnerable),
        version=version,
        bought=_columns(bought),
        asks=[Ask(*ask) for ask in asks],
        replies=[Reply(*reply) for reply in replies],
    )


def _columns(rows: list[tuple[str, float, str, int, float]]) -> Bought:
    rows = rows[::-1]
    placed = {row[0]: row[1] for row in rows}
    place = {order_id: n for n, order_id in enumerate(placed)}
    return Bought(
        order_ids=list(placed),
        placed=list(placed.values()),
        order=[place[row[0]] for row in rows],
        item_ids=[row[2] for row in rows],
        quantities=[row[3] for row in rows],
        prices=[row[4] for row in rows],
    )
