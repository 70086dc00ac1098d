"""A ledger stocked with the small made shop, and ways to ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from models.domain import CHANNELS, Item, Order
from service import housekeeping
from service.decision.arm import arm_of
from service.importers.objects import Rules, read_objects
from service.importers.parquet_file import read_parquet
from service.importers.report import Tally
from service.importers.values import from_parquet
from service.ledger.feed import upsert_items, upsert_orders
from service.parts import Parts
from tests.api.client import Client

CUSTOMERS = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
numbers = count(1)


@dataclass(frozen=True, slots=True)
class Stock:
    """Read once per run from the shop's files."""

    items: Sequence[Item]
    orders: Sequence[Order]

    @classmethod
    def read(cls, shop: Path) -> Stock:
        items = _objects(shop / "items.parquet", "items")
        orders = _objects(shop / "orders.parquet", "orders")
        often = Counter(order.customer_id for order in orders)
        regulars = {customer for customer, _ in often.most_common(CUSTOMERS)}
        return cls(items, [order for order in orders if order.customer_id in regulars])


def _objects(path: Path, kind: str) -> list[Any]:
    rules = Rules(kind, "GBP", CHANNELS)
    with Tally(path) as tally:
        return list(read_objects(read_parquet(path), rules, from_parquet, tally))


def stock(connection: psycopg.Connection, parts: Parts, shelf: Stock) -> None:
    """Fill the empty ledger and let the worker notice."""
    upsert_items(connection, shelf.items)
    upsert_orders(connection, shelf.orders)
    housekeeping.tick(parts)


def customers_in(arm: str, parts: Parts, shelf: Stock) -> list[str]:
    """Customers of an arm who have not ordered in the last days, so that no gate is closed."""
    newest: dict[str, datetime] = {}
    for order in shelf.orders:
        assert order.customer_id is not None
        newest[order.customer_id] = max(order.placed_at, newest.get(order.customer_id, EPOCH))
    quiet = datetime.now(UTC) - timedelta(days=3)
    return [
        customer
        for customer, placed_at in newest.items()
        if placed_at < quiet and arm_of(customer, parts.policy) == arm
    ]


def a_request(customer: str, /, **changes: Any) -> dict[str, Any]:
    """A resolved phone call about a delivery; `interaction` and other keys can be changed."""
    interaction = {
        "id": f"case-{next(numbers)}",
        "channel": "phone",
        "topic": "delivery",
        "status": "resolved",
        "resolved_at": datetime.now(UTC).isoformat(),
        "mood": "calm",
        "handle_seconds": 300,
    }
    interaction |= changes.pop("interaction", {})
    awake = zone_where_it_is(12)  # so that text messages may be sent whenever the tests run
    person = {"id": customer, "locale": "en_GB", "first_name": "Lea", "time_zone": awake}
    person |= changes.pop("customer", {})
    return {"interaction": interaction, "customer": person, **changes}


def zone_where_it_is(hour: int) -> str:
    """A zone of whole hours in which it is about so late now."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def ask(agent: Client, body: dict[str, Any]) -> dict[str, Any]:
    """The answer, which must be one."""
    answer = agent.post("/v1/suggestions", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found
