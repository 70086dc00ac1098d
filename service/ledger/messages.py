"""Messages that put a decision into writing, and what became of the links in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from models.domain import ContactItem, Interaction

# The contact's items and the last word on each item that was shown; a word that names no item
# speaks of the first.
ABOUT: Final = """
SELECT d.customer_id, d.decided_at, d.decision, d.item_ids, d.script_variant, d.answer,
    i.id, i.channel, i.topic, i.status, i.fault, i.mood, i.public, i.items,
    (SELECT json_object_agg(item_id, result) FROM (
        SELECT DISTINCT ON (coalesce(o.item_id, d.item_ids[1]))
            coalesce(o.item_id, d.item_ids[1]) AS item_id, o.result
        FROM outcomes o WHERE o.suggestion_id = d.suggestion_id AND d.item_ids <> '{}'
        ORDER BY coalesce(o.item_id, d.item_ids[1]), o.occurred_at DESC, o.event_id DESC) AS said)
FROM decisions d JOIN interactions i ON i.id = d.interaction_id WHERE d.suggestion_id = %s
"""
LAST_BOUGHT: Final = """
SELECT max(o.placed_at) FROM orders o JOIN order_lines l ON l.order_id = o.id
WHERE o.customer_id = %s AND l.item_id = %s AND o.cancelled_at IS NULL AND o.placed_at <= %s
"""
KEEP: Final = """
INSERT INTO messages (id, suggestion_id, channel, item_id, made_at, not_before, expires_at, page,
    answer)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::json, %s) ON CONFLICT DO NOTHING
"""
TOUCH: Final = "UPDATE customers SET version = version + 1 WHERE id = %s"
LINK: Final = """
SELECT m.id, m.suggestion_id, d.customer_id, m.item_id, m.expires_at, m.page, m.opened_at,
    m.accepted_at
FROM messages m JOIN decisions d USING (suggestion_id) WHERE m.id = %s
"""
OPENED: Final = "UPDATE messages SET opened_at = %s WHERE id = %s AND opened_at IS NULL"
ACCEPTED: Final = """
UPDATE messages SET accepted_at = coalesce(accepted_at, %s), opened_at = coalesce(opened_at, %s)
WHERE id = %s RETURNING accepted_at
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is to be put into writing, and the contact that it was about.

    Attributes:
        said: the customer's last word on each item of which there is one.
        answer: as it was sent; `suggestions` in it hold kind, price and reason of each item.
    """

    customer_id: str
    decided_at: datetime
    item_ids: list[str]
    variant: str | None
    answer: Mapping[str, Any]
    contact: Interaction
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    suggestion_id: str
    channel: str
    item_id: str
    made_at: datetime
    not_before: datetime
    expires_at: datetime
    page: Mapping[str, Any]
    answer: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is about. `page` is all that it shows."""

    id: str
    suggestion_id: str
    customer_id: str
    item_id: str
    expires_at: datetime
    page: dict[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
    accepted_at: datetime | None = None


def decided(connection: Connection, suggestion_id: str) -> Decided | None:
    """The decision; None when the ledger has no such one."""
    row = connection.execute(ABOUT, [suggestion_id]).fetchone()
    if row is None:
        return None
    customer_id, at, decision, item_ids, variant, answer, *contact, said = row
    id_, channel, topic, status, fault, mood, public, items = contact
    return Decided(
        customer_id,
        at,
        item_ids if decision == "offer" else [],
        variant,
        json.loads(bytes(answer)),
        Interaction(
            id_, channel, topic, status, fault=fault, mood=mood, public=public,
            items=tuple(ContactItem(**item) for item in items),
        ),
        said or {},
    )  # fmt: skip


def last_bought(
    connection: Connection, customer_id: str, item_id: str, until: datetime
) -> datetime | None:
    row = connection.execute(LAST_BOUGHT, [customer_id, item_id, until]).fetchone()
    return row[0] if row else None


def stored_message(
    connection: Connection, suggestion_id: str, channel: str, item_id: str
) -> bytes | None:
    """The message as it was answered."""
    row = connection.execute(
        "SELECT answer FROM messages WHERE suggestion_id = %s AND channel = %s AND item_id = %s",
        [suggestion_id, channel, item_id],
    ).fetchone()
    return bytes(row[0]) if row else None


def keep_message(connection: Connection, message: Message, customer_id: str) -> bool:
    """Write it durably and raise the customer's version; False when there is one already."""
    page = json.dumps(message.page, ensure_ascii=False)
    with connection.transaction():
        new = connection.execute(
            KEEP,
            [
                message.id, message.suggestion_id, message.channel, message.item_id,
                message.made_at, message.not_before, message.expires_at, page, message.answer,
            ],
        ).rowcount  # fmt: skip
        if new:
            connection.execute(TOUCH, [customer_id])
    return bool(new)


def find_link(connection: Connection, id_: str) -> Link | None:
    with connection.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(LINK, [id_]).fetchone()


def mark_opened(connection: Connection, id_: str, now: datetime) -> None:
    """Only the first time counts."""
    connection.execute(OPENED, [now, id_])


def mark_accepted(connection: Connection, id_: str, now: datetime) -> datetime:
    """When the customer first said yes by this link: now, or earlier."""
    row = connection.execute(ACCEPTED, [now, now, id_]).fetchone()
    assert row is not None
    accepted_at: datetime = row[0]
    return accepted_at


def of_suggestion(connection: Connection, suggestion_id: str) -> list[dict[str, Any]]:
    """All messages of a decision as the contract shows them, oldest first."""
    rows = connection.execute(
        "SELECT id, channel, item_id, made_at, not_before, expires_at, opened_at, accepted_at"
        " FROM messages WHERE suggestion_id = %s ORDER BY made_at, id",
        [suggestion_id],
    )
    names = ("made_at", "not_before", "link_expires_at", "opened_at", "accepted_at")
    return [
        {
            "message_id": row[0],
            "channel": row[1],
            "item_id": row[2],
            **{name: _told(at) for name, at in zip(names, row[3:], strict=True)},
        }
        for row in rows
    ]


def _told(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
