"""One customer as the agent's screen shows them, and their consent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import dict_row

from service.decision.policy import Policy
from service.errors import NotFound
from service.ledger.journeys import journeys_of
from service.ledger.profiles import read_profile

SHOWN: Final = 20
OPEN_ORDER_DAYS: Final = 14
"""The ledger knows no delivery dates: an order counts as open for so long after it was placed."""
OPEN_RETURN_DAYS: Final = 30
"""Proposed: a return that was arranged and not refunded is looked after for so long."""

PERSON = """
SELECT id, locale, first_name, marketing, objected, vulnerable FROM customers WHERE id = %s
"""
ORDERS = """
SELECT o.id, o.placed_at, o.currency,
       coalesce(json_agg(json_build_object('item_id', l.item_id, 'name', i.name,
           'quantity', l.quantity, 'unit_price', round(l.unit_price, 2)::text) ORDER BY l.position)
           FILTER (WHERE l.item_id IS NOT NULL), '[]') AS lines
FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id LEFT JOIN items i ON i.id = l.item_id
WHERE o.customer_id = %s AND o.cancelled_at IS NULL AND o.placed_at > %s
GROUP BY o.id ORDER BY o.placed_at DESC LIMIT %s
"""
CONTACTS = """
SELECT id, channel, topic, status, mood, severity, public, items, journey_id, occurred_at
FROM interactions i WHERE customer_id = %s {condition} ORDER BY occurred_at DESC LIMIT %s
"""
# Nobody has settled it; or it is arranged, and of what the customer has bought and sends back
# something is not paid back yet. Of several contacts about it the newest is shown.
GIVING_BACK = """
AND (topic IN ('return', 'exchange') AND status <> 'resolved'
    OR topic = 'return' AND occurred_at > %s AND EXISTS (
        SELECT FROM jsonb_array_elements(items) AS item
            JOIN order_lines l ON l.item_id = item->>'item_id'
            JOIN orders o ON o.id = l.order_id
        WHERE o.customer_id = i.customer_id AND o.cancelled_at IS NULL
            AND o.placed_at <= i.occurred_at
            AND NOT EXISTS (
                SELECT FROM refunds r WHERE r.order_id = o.id AND r.item_id = l.item_id)
            AND NOT EXISTS (
                SELECT FROM interactions later
                WHERE later.customer_id = i.customer_id AND later.topic = 'return'
                    AND later.occurred_at > i.occurred_at
                    AND later.items @> jsonb_build_array(
                        jsonb_build_object('item_id', l.item_id)))))
"""
SUGGESTIONS = """
SELECT d.suggestion_id, d.interaction_id, d.channel, d.decision, d.reason, d.item_ids,
       d.decided_at,
       coalesce((SELECT json_agg(json_build_object('event_id', o.event_id, 'item_id', o.item_id,
           'result', o.result, 'occurred_at', o.occurred_at) ORDER BY o.occurred_at)
           FROM outcomes o WHERE o.suggestion_id = d.suggestion_id), '[]') AS outcomes
FROM decisions d WHERE d.customer_id = %s ORDER BY d.decided_at DESC LIMIT %s
"""


def overview(
    connection: Connection, customer_id: str, policy: Policy, now: datetime
) -> dict[str, Any]:
    """Open orders and returns, recent contacts, suggestions with outcomes, journeys, consent, caps.

    Raises:
        NotFound: nobody of this id was ever heard of.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        person = cursor.execute(PERSON, [customer_id]).fetchone()
        if person is None:
            raise NotFound(
                f"There is no customer {customer_id!r}; feed an order or a contact first."
            )
        since = now - timedelta(days=OPEN_ORDER_DAYS)
        orders = cursor.execute(ORDERS, [customer_id, since, SHOWN]).fetchall()
        contacts = CONTACTS.format(condition="")
        recent = cursor.execute(contacts, [customer_id, SHOWN]).fetchall()
        returns = cursor.execute(
            CONTACTS.format(condition=GIVING_BACK),
            [customer_id, now - timedelta(days=OPEN_RETURN_DAYS), SHOWN],
        ).fetchall()
        suggestions = cursor.execute(SUGGESTIONS, [customer_id, SHOWN]).fetchall()
    journeys = journeys_of(connection, customer_id)
    asks = read_profile(connection, customer_id, now).asks
    counts = Counter(ask.channel for ask in asks if ask.at > now - policy.fatigue)
    return {
        "id": person["id"],
        "locale": person["locale"],
        "first_name": person["first_name"],
        "vulnerable": person["vulnerable"],
        "consent": {"marketing": person["marketing"], "objected": person["objected"]},
        "open_orders": _shown(orders),
        "open_returns": _shown(returns),
        "recent_interactions": _shown(recent),
        "suggestions": _shown(suggestions),
        "journeys": journeys,
        "caps": {
            "days": policy.fatigue.days,
            "channels": {
                name: {"asked": counts[name], "allowed": channel.asks}
                for name, channel in policy.channels.items()
            },
        },
    }


def set_consent(
    connection: Connection, customer_id: str, marketing: bool | None, objected: bool | None
) -> dict[str, Any]:
    """Write what the customer said; None leaves a part as it was. Makes an unknown customer."""
    row = connection.execute(
        "INSERT INTO customers AS known (id, marketing, objected)"
        " VALUES (%s, %s, coalesce(%s, false))"
        " ON CONFLICT (id) DO UPDATE SET version = known.version + 1,"
        " marketing = coalesce(%s, known.marketing), objected = coalesce(%s, known.objected)"
        " RETURNING marketing, objected",
        [customer_id, marketing, objected, marketing, objected],
    ).fetchone()
    assert row is not None
    return {"marketing": row[0], "objected": row[1]}


def _shown(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
