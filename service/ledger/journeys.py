"""The journeys of one customer: contacts on several channels about one matter, as one story.

A journey is what the desk names so (`journey_id`), of one customer: whose id is another has
another story, as nobody may read of somebody else because two desks used one name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from models.moment import GIVING_BACK

SHOWN: Final = 5
EVENTS: Final = 500
"""Of all of these together, the newest."""

# An order belongs to the journey whose contact sold it, and to the one whose contact sends
# something of it back; so do its refunds. The names of events are in the order of what may happen
# at one moment.
STORY: Final = """
WITH newest AS (
    SELECT journey_id FROM interactions
    WHERE customer_id = %(customer)s AND journey_id IS NOT NULL
    GROUP BY journey_id ORDER BY max(occurred_at) DESC LIMIT %(journeys)s
),
contact AS (
    SELECT i.* FROM interactions i JOIN newest USING (journey_id)
    WHERE i.customer_id = %(customer)s
),
decision AS (
    SELECT d.*, contact.journey_id FROM decisions d JOIN contact ON contact.id = d.interaction_id
),
outcome AS (
    SELECT o.*, decision.journey_id FROM outcomes o JOIN decision USING (suggestion_id)
),
bought AS (
    SELECT journey_id, order_id FROM outcome WHERE order_id IS NOT NULL AND result = 'accepted'
    UNION
    SELECT journey_id, (
        SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id
        WHERE o.customer_id = %(customer)s AND l.item_id = item->>'item_id'
            AND o.placed_at <= contact.occurred_at
        ORDER BY o.placed_at DESC LIMIT 1)
    FROM contact, jsonb_array_elements(items) AS item WHERE topic = ANY(%(giving_back)s)
),
event AS (
    SELECT journey_id, occurred_at AS at, 2 AS place, 'contact' AS event, id, json_build_object(
        'channel', channel, 'topic', topic, 'status', status, 'mood', mood, 'items', items) AS told
    FROM contact
    UNION ALL
    SELECT journey_id, decided_at, 3, 'decision', suggestion_id, json_build_object(
        'interaction_id', interaction_id, 'channel', channel, 'decision', decision,
        'reason', reason, 'item_ids', item_ids)
    FROM decision
    UNION ALL
    SELECT journey_id, made_at, 5, 'message', m.id, json_build_object(
        'suggestion_id', suggestion_id, 'channel', m.channel, 'item_id', item_id,
        'opened_at', to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
    FROM messages m JOIN decision USING (suggestion_id)
    UNION ALL
    SELECT journey_id, occurred_at, 4, 'outcome', event_id, json_build_object(
        'suggestion_id', suggestion_id, 'item_id', item_id, 'result', result,
        'order_id', order_id)
    FROM outcome
    UNION ALL
    SELECT journey_id, placed_at, 0, 'order', o.id, json_build_object(
        'cancelled', cancelled_at IS NOT NULL, 'currency', currency,
        'item_ids', (SELECT json_agg(item_id ORDER BY position) FROM order_lines
            WHERE order_id = o.id),
        'total', (SELECT round(sum(quantity * unit_price) - coalesce(o.discount, 0), 2)::text
            FROM order_lines WHERE order_id = o.id))
    FROM bought JOIN orders o ON o.id = bought.order_id AND o.customer_id = %(customer)s
    UNION ALL
    SELECT journey_id, refunded_at, 1, 'refund', r.order_id, json_build_object(
        'currency', currency, 'item_id', item_id, 'quantity', quantity,
        'total', round(amount, 2)::text)
    FROM bought JOIN orders o ON o.id = bought.order_id AND o.customer_id = %(customer)s
        JOIN refunds r ON r.order_id = o.id
)
SELECT journey_id, at, event, id, told FROM (
    SELECT * FROM event ORDER BY at DESC, place DESC, id DESC LIMIT %(events)s) AS newest
ORDER BY at, place, id
"""


def journeys_of(connection: Connection, customer_id: str) -> list[dict[str, Any]]:
    """The newest journeys, the newest first; each tells what happened in its order."""
    rows = connection.execute(
        STORY,
        {
            "customer": customer_id,
            "journeys": SHOWN,
            "events": EVENTS,
            "giving_back": list(GIVING_BACK),
        },
    )
    stories: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for journey_id, at, event, id_, told in rows:
        stories[journey_id].append({"at": _told(at), "event": event, "id": id_, **told})
    told_of = [_journey(journey_id, events) for journey_id, events in stories.items()]
    return sorted(told_of, key=lambda journey: journey["last_at"], reverse=True)


def _journey(journey_id: str, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`repeats`: contacts that came after one that resolved nothing."""
    contacts = [event for event in events if event["event"] == "contact"]
    in_vain = [contact["status"] != "resolved" for contact in contacts]
    return {
        "journey_id": journey_id,
        "last_at": events[-1]["at"],
        "channels": list(dict.fromkeys(contact["channel"] for contact in contacts)),
        "resolved": bool(contacts) and not in_vain[-1],
        "repeats": sum(in_vain[:-1]),
        "events": events,
    }


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
