"""Returns as the service would meet them: real customers of the ledger, items they did buy."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from models.domain import RETURN_REASONS

CHANNELS = ("web", "web", "chat", "email", "phone")
"""Three asks by any of them within 90 days are fewer than every cap: fatigue stays an exception."""
FAULTS_OF_OTHERS = ("customer", "none")
"""Two faults of ours would be a repeated failure, and soon decided."""
RESOLVED_AFTER = (3, 21)
"""Days from the order until its return is resolved."""

RETURNED = """
SELECT DISTINCT ON (customer_id) customer_id, item_id, placed_at
FROM orders JOIN order_lines ON order_id = id
WHERE customer_id IS NOT NULL AND cancelled_at IS NULL
ORDER BY customer_id, placed_at DESC, md5(item_id)
"""
SIZES = """
SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM customers),
       (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines)
"""


@dataclass(frozen=True, slots=True)
class Returned:
    """An item of a customer's newest order."""

    customer_id: str
    item_id: str
    placed_at: datetime


def draw(connection: psycopg.Connection, count: int, rng: random.Random) -> list[Returned]:
    """At most `count` customers, each once, and what each brings back."""
    everybody = [Returned(*row) for row in connection.execute(RETURNED).fetchall()]
    return rng.sample(everybody, min(count, len(everybody)))


def bodies(
    drawn: Sequence[Returned], name: str, now: datetime, rng: random.Random
) -> list[dict[str, Any]]:
    """One request per return; `name` makes the ids of the contacts new."""
    return [_body(one, f"{name}-{number}", now, rng) for number, one in enumerate(drawn)]


def sizes(connection: psycopg.Connection) -> dict[str, int]:
    row = connection.execute(SIZES).fetchone()
    assert row is not None
    return dict(zip(("items", "customers", "orders", "lines"), row, strict=True))


def _body(one: Returned, contact: str, now: datetime, rng: random.Random) -> dict[str, Any]:
    resolved_at = one.placed_at + timedelta(days=rng.uniform(*RESOLVED_AFTER))
    return {
        "interaction": {
            "id": contact,
            "channel": rng.choice(CHANNELS),
            "topic": "return",
            "status": "resolved",
            "resolved_at": min(resolved_at, now).isoformat(timespec="seconds"),
            "first_contact": True,
            "fault": rng.choice(FAULTS_OF_OTHERS),
            "severity": "low",
            "mood": "calm",
            "public": False,
            "handle_seconds": rng.randint(60, 900),
            "agent_id": f"csr-{rng.randint(1, 40)}",
            "team": "north",
            "employer": "in_house",
            "items": [{"item_id": one.item_id, "reason": rng.choice(RETURN_REASONS)}],
        },
        "customer": {"id": one.customer_id, "locale": "en_GB", "first_name": "Lea"},
        "limit": 3,
    }
