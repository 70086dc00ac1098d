"""Reads what a decision needs to know of a customer: consent, purchases, asks and replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from models.domain import Customer
from models.purchases import HISTORY_LINES
from service.profile import Ask, Profile, Reply, bought_of, unknown_profile

REMEMBERED = timedelta(days=400)
"""Asks and replies older than any window of a policy, with a margin."""

# One statement sees one moment of the ledger. `bought`: the newest lines. `asks`: an offer counts
# unless the agent did not make it.
PROFILE = """
SELECT version, locale, first_name, marketing, objected, vulnerable,
  (SELECT json_agg(json_build_array(placed, item_id, quantity, price)) FROM (
     SELECT extract(epoch FROM o.placed_at)::float8 AS placed, l.item_id, l.quantity,
            l.unit_price::float8 AS price
     FROM orders o JOIN order_lines l ON l.order_id = o.id
     WHERE o.customer_id = c.id AND o.cancelled_at IS NULL
     ORDER BY o.placed_at DESC
     LIMIT %(lines)s) AS bought),
  (SELECT json_agg(json_build_array(id, CASE WHEN cancelled_at IS NULL
     THEN extract(epoch FROM placed_at)::float8 END) ORDER BY placed_at)
   FROM orders WHERE customer_id = c.id),
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
    bought, orders, asks, replies = (found or [] for found in lists)
    return Profile(
        customer=Customer(customer_id, locale, first_name, marketing, objected, vulnerable),
        version=version,
        bought=bought_of(
            map(tuple, bought),
            order_ids=[order_id for order_id, _ in orders],
            ordered=[at for _, at in orders if at is not None],
        ),
        asks=[Ask(_time(at), channel) for at, channel in asks],
        replies=[Reply(_time(at), item_id, result) for at, item_id, result in replies],
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
