"""What became of suggestions. Events may come twice, late and in any order; each counts once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from models.domain import Outcome
from service.errors import EventChanged, NotFound
from service.ledger.digest import digest

INSERT = """
INSERT INTO outcomes (event_id, suggestion_id, item_id, result, reason, order_id, agent_id,
    occurred_at, received_at, digest)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
WHERE EXISTS (SELECT FROM decisions WHERE suggestion_id = %s)
ON CONFLICT (event_id) DO NOTHING
"""
TOUCH = """
UPDATE customers SET version = version + 1
WHERE id = (SELECT customer_id FROM decisions WHERE suggestion_id = %s) RETURNING id
"""


def record_outcome(connection: Connection, outcome: Outcome, now: datetime) -> tuple[bool, str]:
    """Write an outcome durably and raise the customer's version.

    Returns:
        (whether it was new, the customer whose cached profile is stale).

    Raises:
        NotFound: there is no such suggestion.
        EventChanged: the event id is known with another content.
    """
    mark = digest(outcome)
    with connection.transaction():
        written = connection.execute(
            INSERT,
            [
                outcome.event_id, outcome.suggestion_id, outcome.item_id, outcome.result,
                outcome.reason, outcome.order_id, outcome.agent_id, outcome.occurred_at, now, mark,
                outcome.suggestion_id,
            ],
        ).rowcount  # fmt: skip
        if written:
            touched = connection.execute(TOUCH, [outcome.suggestion_id]).fetchone()
            assert touched is not None
            return True, touched[0]
    known = connection.execute(
        "SELECT o.digest, d.customer_id FROM outcomes o JOIN decisions d USING (suggestion_id)"
        " WHERE o.event_id = %s",
        [outcome.event_id],
    ).fetchone()
    if known is None:
        raise NotFound(
            f"There is no suggestion {outcome.suggestion_id!r}; use the suggestion_id of an answer."
        )
    if bytes(known[0]) != mark:
        raise EventChanged(
            f"The event {outcome.event_id!r} was recorded with another content; "
            "give a new event another event_id."
        )
    return False, known[1]


def of_suggestion(connection: Connection, suggestion_id: str) -> list[dict[str, Any]]:
    """All outcomes of a suggestion as the contract shows them, in the order they occurred."""
    rows = connection.execute(
        "SELECT event_id, item_id, result, reason, order_id, agent_id, occurred_at FROM outcomes"
        " WHERE suggestion_id = %s ORDER BY occurred_at, event_id",
        [suggestion_id],
    )
    names = ("event_id", "item_id", "result", "reason", "order_id", "agent_id")
    return [
        {
            **dict(zip(names, row[:-1], strict=True)),
            "occurred_at": row[-1].astimezone(UTC).isoformat(),
        }
        for row in rows
    ]
