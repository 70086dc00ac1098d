"""Reads what a decision needs to know of a customer: consent, purchases, asks and replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from models.domain import Customer
from models.purchases import HISTORY_LINES
from service.profile import Ask, Bought, Profile, Reply, unknown_profile

REMEMBERED = timedelta(days=400)
"""Asks and replies older than any window of a policy, with a margin."""

# One statement sees one moment of the ledger. `bought`: the newest lines, an item at most once in
# an order. `asks`: an offer counts unless the agent said that it was not made.
PROFILE = """
SELECT version, locale, first_name, marketing, objected, vulnerable,
  (SELECT json_agg(json_build_array(id, placed, item_id, quantity, price)) FROM (
     SELECT o.id, extract(epoch FROM o.placed_at)::float8 AS placed, l.item_id,
            sum(l.quantity) AS quantity, max(l.unit_price)::float8 AS price
     FROM orders o JOIN order_lines l ON l.order_id = o.id
     WHERE o.customer_id = c.id AND o.cancelled_at IS NULL
     GROUP BY o.id, o.placed_at, l.item_id
     ORDER BY o.placed_at DESC, o.id DESC, l.item_id
     LIMIT %(lines)s) AS bought),
  (SELECT json_agg(id) FROM orders WHERE customer_id = c.id AND cancelled_at IS NOT NULL),
  (SELECT json_agg(json_build_array(at, channel)) FROM (
     SELECT extract(epoch FROM d.decided_at)::float8 AS at, d.channel
     FROM decisions d LEFT JOIN outcomes o USING (suggestion_id)
     WHERE d.customer_id = c.id AND d.decision = 'offer' AND d.decided_at > %(since)s
     GROUP BY d.suggestion_id
     HAVING count(o.event_id) = 0 OR bool_or(o.result <> 'not_offered')
     ORDER BY d.decided_at) AS asks),
  (SELECT json_agg(json_build_array(at, item_id, result)) FROM (
     SELECT extract(epoch FROM o.occurred_at)::float8 AS at, o.item_id, o.result
     FROM decisions d JOIN outcomes o USING (suggestion_id)
     WHERE d.customer_id = c.id AND o.occurred_at > %(since)s
     ORDER BY o.occurred_at, o.event_id) AS replies)
FROM customers c WHERE id = %(customer)s
"""


def read_profile(connection: Connection, customer_id: str, now: datetime) -> Profile:
    """The customer as of now; version 0 when nobody has seen them."""
    parameters = {"customer": customer_id, "since": now - REMEMBERED, "lines": HISTORY_LINES}
    row = connection.execute(PROFILE, parameters).fetchone()
    if row is None:
        return unknown_profile(customer_id)
    version, locale, first_name, marketing, objected, vulnerable, *lists = row
    bought, cancelled, asks, replies = (found or [] for found in lists)
    return Profile(
        customer=Customer(customer_id, locale, first_name, marketing, objected, vulnerable),
        version=version,
        bought=_columns(bought, cancelled),
        asks=[Ask(_time(at), channel) for at, channel in asks],
        replies=[Reply(_time(at), item_id, result) for at, item_id, result in replies],
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _columns(rows: list[tuple[str, float, str, int, float]], cancelled: list[str]) -> Bought:
    rows = rows[::-1]
    placed = {row[0]: float(row[1]) for row in rows}
    place = {order_id: n for n, order_id in enumerate(placed)}
    return Bought(
        order_ids=list(placed),
        placed=list(placed.values()),
        order=[place[row[0]] for row in rows],
        item_ids=[row[2] for row in rows],
        quantities=[row[3] for row in rows],
        prices=[float(row[4]) for row in rows],
        cancelled=cancelled,
    )
