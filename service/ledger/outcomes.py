"""What became of suggestions. Events may come twice, late and in any order; each counts once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from models.domain import Outcome
from service.errors import BadInput, EventChanged, NotFound
from service.ledger.digest import digest

INSERT = """
INSERT INTO outcomes (event_id, suggestion_id, item_id, result, reason, order_id, agent_id,
    occurred_at, received_at, digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (event_id) DO NOTHING
"""
LAST_WORD = """
SELECT result FROM outcomes WHERE suggestion_id = %s AND item_id = %s
ORDER BY occurred_at DESC, event_id DESC LIMIT 1
"""
TOUCH = "UPDATE customers SET version = version + 1 WHERE id = %s"


def record_outcome(connection: Connection, outcome: Outcome, now: datetime) -> tuple[bool, str]:
    """Write an outcome durably and raise the customer's version.

    Returns:
        (whether it was new, the customer whose cached profile is stale).

    Raises:
        NotFound: there is no such suggestion.
        BadInput: the item is none that the suggestion showed.
        EventChanged: the event id is known with another content.
    """
    mark = digest(outcome)
    known = _known(connection, outcome, mark)
    if known is not None:
        return False, known
    row = connection.execute(
        "SELECT customer_id, item_ids FROM decisions WHERE suggestion_id = %s",
        [outcome.suggestion_id],
    ).fetchone()
    if row is None:
        raise NotFound(
            f"There is no suggestion {outcome.suggestion_id!r}; use the suggestion_id of an answer."
        )
    customer_id, item_ids = row
    check_item(outcome, item_ids)
    with connection.transaction():
        written = connection.execute(
            INSERT,
            [
                outcome.event_id, outcome.suggestion_id, outcome.item_id, outcome.result,
                outcome.reason, outcome.order_id, outcome.agent_id, outcome.occurred_at, now, mark,
            ],
        ).rowcount  # fmt: skip
        if written:
            connection.execute(TOUCH, [customer_id])
    if not written:  # the same event came in at the same moment
        _known(connection, outcome, mark)
    return bool(written), customer_id


def record_by_link(connection: Connection, outcome: Outcome, now: datetime) -> None:
    """Write a yes that a link brought, unless a yes to that item is the last word already: that
    one may name its order, which a later word without one would hide."""
    row = connection.execute(LAST_WORD, [outcome.suggestion_id, outcome.item_id]).fetchone()
    if row is None or row[0] != outcome.result:
        record_outcome(connection, outcome, now)


def _known(connection: Connection, outcome: Outcome, mark: bytes) -> str | None:
    """The customer of an event that is on record already."""
    row = connection.execute(
        "SELECT o.digest, d.customer_id FROM outcomes o JOIN decisions d USING (suggestion_id)"
        " WHERE o.event_id = %s",
        [outcome.event_id],
    ).fetchone()
    if row is not None and bytes(row[0]) != mark:
        raise EventChanged(
            f"The event {outcome.event_id!r} was recorded with another content; "
            "give a new event another event_id."
        )
    return row[1] if row else None


def check_item(outcome: Outcome, item_ids: list[str]) -> None:
    """A sale that counts for a suggestion is of an item that it showed."""
    shown = ", ".join(item_ids) or "nothing"
    if outcome.item_id is not None and outcome.item_id not in item_ids:
        raise BadInput(f"This suggestion showed {shown}; name one of these.", pointer="/item_id")
    if outcome.item_id is None and outcome.result == "accepted":
        raise BadInput(
            f"Name the accepted item; this suggestion showed {shown}.", pointer="/item_id"
        )


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
