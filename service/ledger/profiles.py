"""Reads what a decision needs to know of a customer: consent, purchases, asks, replies, the past.

One statement, so that all of it is of one moment of the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from models.domain import ContactItem, Customer
from models.purchases import HISTORY_LINES
from service.dealings import CONTACTS, Contact, Dealings, Refunded, Sale
from service.profile import Ask, Profile, Reply, bought_of, unknown_profile

REMEMBERED = timedelta(days=400)
"""Asks, replies, contacts and sales older than any window of a policy, with a margin."""

# An item may be on several lines of an order, and come back in parts. Where the order does not say
# what an item cost, the catalogue's cost of today stands in.
SALES = """
SELECT extract(epoch FROM placed_at)::float8 AS at,
       sum(price - coalesce(amount, 0))::float8 AS paid,
       coalesce(sum(cost * kept), 0)::float8 AS cost,
       coalesce(sum(price * kept) FILTER (WHERE cost IS NULL), 0)::float8 AS unpriced,
       coalesce(sum(pieces), 0)::int AS returned
FROM (
  SELECT o.id, o.placed_at, line.price, line.cost, back.amount, back.pieces,
         1 - coalesce(back.pieces, 0)::numeric / line.quantity AS kept
  FROM orders o
  JOIN LATERAL (
    SELECT l.item_id, sum(l.quantity) AS quantity, sum(l.quantity * l.unit_price) AS price,
           CASE WHEN bool_and(coalesce(l.unit_cost, i.unit_cost) IS NOT NULL)
             THEN sum(l.quantity * coalesce(l.unit_cost, i.unit_cost)) END AS cost
    FROM order_lines l LEFT JOIN items i ON i.id = l.item_id
    WHERE l.order_id = o.id GROUP BY l.item_id) AS line ON true
  LEFT JOIN LATERAL (
    SELECT sum(r.amount) AS amount, sum(r.quantity) AS pieces FROM refunds r
    WHERE r.order_id = o.id AND r.item_id = line.item_id) AS back ON true
  WHERE o.customer_id = c.id AND o.cancelled_at IS NULL AND o.placed_at > %(since)s
) AS lines
GROUP BY id, placed_at
"""
# `bought`: the newest lines. `asks`: an offer counts unless the agent did not make it, not in
# writing either. `sales`: only of a customer to whom something was refunded.
PROFILE = f"""
SELECT version, locale, first_name, marketing, objected, vulnerable, time_zone,
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
       OR EXISTS (SELECT FROM messages m WHERE m.suggestion_id = d.suggestion_id)
     ORDER BY d.decided_at) AS asks),
  (SELECT json_agg(json_build_array(at, item_id, result, journey_id)) FROM (
     SELECT extract(epoch FROM o.occurred_at)::float8 AS at, o.item_id, o.result, i.journey_id
     FROM decisions d JOIN outcomes o USING (suggestion_id)
       LEFT JOIN interactions i ON i.id = d.interaction_id
     WHERE d.customer_id = c.id AND o.occurred_at > %(since)s
     ORDER BY o.occurred_at, o.event_id) AS replies),
  (SELECT json_agg(json_build_array(extract(epoch FROM occurred_at)::float8, id, channel, topic,
     status, mood, fault, journey_id, items) ORDER BY occurred_at, id)
   FROM (SELECT * FROM interactions WHERE customer_id = c.id AND occurred_at > %(since)s
     ORDER BY occurred_at DESC, id DESC LIMIT %(contacts)s) AS contacts),
  (SELECT json_agg(json_build_array(at, item_id) ORDER BY at) FROM (
     SELECT extract(epoch FROM r.refunded_at)::float8 AS at, r.item_id
     FROM orders o JOIN refunds r ON r.order_id = o.id
     WHERE o.customer_id = c.id AND r.refunded_at > %(since)s
     ORDER BY r.refunded_at DESC LIMIT %(contacts)s) AS refunded),
  CASE WHEN EXISTS (SELECT FROM orders o JOIN refunds r ON r.order_id = o.id
      WHERE o.customer_id = c.id AND o.placed_at > %(since)s)
    THEN (SELECT json_agg(json_build_array(at, paid, cost, unpriced, returned) ORDER BY at)
      FROM ({SALES}) AS sales) END
FROM customers c WHERE id = %(customer)s
"""


def read_profile(connection: Connection, customer_id: str, now: datetime) -> Profile:
    """The customer as of now; version 0 when nobody has seen them."""
    parameters = {
        "customer": customer_id,
        "since": now - REMEMBERED,
        "lines": HISTORY_LINES,
        "contacts": CONTACTS,
    }
    row = connection.execute(PROFILE, parameters).fetchone()
    if row is None:
        return unknown_profile(customer_id)
    version, locale, first_name, marketing, objected, vulnerable, time_zone, *lists = row
    bought, orders, asks, replies, contacts, refunds, sales = (found or [] for found in lists)
    return Profile(
        customer=Customer(
            customer_id, locale, first_name, marketing, objected, vulnerable, time_zone
        ),
        version=version,
        bought=bought_of(
            map(tuple, bought),
            order_ids=[order_id for order_id, _ in orders],
            ordered=[at for _, at in orders if at is not None],
        ),
        asks=[Ask(_time(at), channel) for at, channel in asks],
        replies=[Reply(_time(at), *said) for at, *said in replies],
        dealings=Dealings(
            contacts=[_contact(*contact) for contact in contacts],
            refunds=[Refunded(_time(at), item_id) for at, item_id in refunds],
            sales=[Sale(_time(at), *sums) for at, *sums in sales],
        ),
    )


def _contact(seconds: float, *facts: Any) -> Contact:
    items = tuple(ContactItem(**item) for item in facts[-1])
    return Contact(_time(seconds), *facts[:-1], items)  # type: ignore[call-arg]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
