"""A small random ledger for the report, and how it is written: many equal times, shared orders."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import psycopg

from models.domain import RESULTS

START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 28
NOW = datetime(2027, 1, 1, tzinfo=UTC)
CUSTOMERS = [f"customer {number}" for number in range(9)]
ITEMS = ["cake", "bag", "tea", "pie"]
ITEM_COSTS = {"cake": Decimal("2.10"), "bag": Decimal("0.35"), "tea": None}
"""Of the items that the ledger knows."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """Rows as the ledger holds them."""

    interactions: list[Row]
    decisions: list[Row]
    outcomes: list[Row]
    orders: list[Row]


def a_world(rng: Random) -> World:
    """Few people, hours and orders, so that all the rules collide."""

    def moment() -> datetime:
        return START + timedelta(hours=6 * rng.randrange(-40, 4 * DAYS + 40))

    def amount(largest: int) -> Decimal:
        return Decimal(rng.randrange(largest * 10_000)).scaleb(-4)

    interactions = [
        {
            "id": f"c{number}",
            "customer_id": rng.choice(CUSTOMERS),
            "channel": rng.choice(["phone", "chat", "web", "fax"]),
            "topic": rng.choice(["return", "delivery"]),
            "status": "resolved",
            "resolved_at": moment(),
            "handle_seconds": rng.choice([None, rng.randrange(900)]),
            "agent_id": rng.choice([None, "csr-1", "csr-2"]),
            "team": rng.choice([None, "north"]),
            "employer": rng.choice([None, "in_house", "outsourced"]),
            "cost_amount": rng.choice([None, None, round(amount(9), 2)]),
            "goodwill_amount": rng.choice([None, None, round(amount(9), 2)]),
        }
        for number in range(70)
    ]
    decisions = [
        {
            "suggestion_id": f"s{contact['id']}",
            "interaction_id": contact["id"],
            "customer_id": contact["customer_id"],
            "decided_at": contact["resolved_at"],
            "channel": contact["channel"],
            "decision": "offer" if items else "no_offer",
            "eligible": rng.random() < 0.8,
            "arm": rng.choice([None, "treatment", "holdout"]),
            "item_ids": items,
            "kind": rng.choice([None, "repeat", "discover"]),
            "script_id": rng.choice([None, "phone.1"]),
            "model_version": rng.choice(["m1", "m2"]),
            "ask_seconds": rng.choice([None, rng.randrange(60)]),
            "answer": {item: round(amount(40), 2) for item in items},
        }
        for contact in interactions
        if rng.random() < 0.8
        for items in [rng.sample(ITEMS, rng.randrange(4))]
    ]
    orders = [
        {
            "id": f"o{number}",
            "customer_id": rng.choice([None, *CUSTOMERS]),
            "placed_at": moment(),
            "cancelled_at": rng.choice([None, None, None, NOW]),
            "lines": [
                (rng.choice(ITEMS), rng.randrange(1, 4), amount(9), rng.choice([None, amount(4)]))
                for _ in range(3)
            ],
            "discount": rng.choice([None, None, amount(1)]),
            "refunds": [(rng.choice(ITEMS), amount(9)) for _ in range(rng.choice([0, 0, 2]))],
        }
        for number in range(40)
    ]
    outcomes = [
        {
            "event_id": f"e{rng.random()}",
            "suggestion_id": decision["suggestion_id"],
            "item_id": rng.choice([None, *ITEMS]),
            "result": rng.choice([*RESULTS, "accepted"]),
            "order_id": rng.choice([None, f"o{rng.randrange(50)}"]),
            "occurred_at": decision["decided_at"] + timedelta(minutes=rng.randrange(3)),
        }
        for decision in decisions
        for _ in range(rng.choice([0, 1, 1, 2, 4]))
    ]
    return World(interactions, decisions, outcomes, orders)


def write(connection: psycopg.Connection, world: World) -> None:
    def insert(table: str, rows: list[Row]) -> None:
        names = list(rows[0])
        connection.cursor().executemany(
            f"INSERT INTO {table} ({', '.join(names)}) "
            f"VALUES ({', '.join(f'%({name})s' for name in names)})",
            rows,
        )

    insert(
        "items",
        [
            {
                "id": item,
                "name": item,
                "price": 1,
                "currency": "GBP",
                "unit_cost": cost,
                "digest": b"",
            }
            for item, cost in ITEM_COSTS.items()
        ],
    )
    insert("customers", [{"id": customer} for customer in CUSTOMERS])
    insert("interactions", [row | {"digest": b""} for row in world.interactions])
    blank = {"policy_version": "1", "record": "{}", "body_digest": b""}
    insert("decisions", [row | blank | {"answer": answer(row)} for row in world.decisions])
    insert("outcomes", [row | {"digest": b""} for row in world.outcomes])
    for order in world.orders:
        row = {name: order[name] for name in ("id", "customer_id", "placed_at", "cancelled_at")}
        blank = {"currency": "GBP", "digest": b"", "discount": order["discount"]}
        insert("orders", [row | blank | {"net": net(order)}])
        for position, (item, quantity, price, cost) in enumerate(order["lines"]):
            connection.execute(
                "INSERT INTO order_lines VALUES (%s, %s, %s, %s, %s, %s)",
                (order["id"], position, item, quantity, price, cost),
            )
        for position, (item, amount) in enumerate(order["refunds"]):
            connection.execute(
                "INSERT INTO refunds VALUES (%s, %s, %s, 1, %s, %s)",
                (order["id"], position, item, amount, NOW),
            )


def net(order: Row) -> Decimal:
    """What an order brought, as the feed writes it down."""
    lines = sum(n * price for _, n, price, _ in order["lines"])
    refunds = sum(amount for _, amount in order["refunds"])
    left = Decimal(0) if order["cancelled_at"] else lines - refunds - (order["discount"] or 0)
    return Decimal(left).quantize(Decimal("0.01"), ROUND_HALF_UP)


def answer(decision: Row) -> bytes:
    prices = decision["answer"].items()
    suggestions = [{"item_id": item, "price": {"amount": str(price)}} for item, price in prices]
    return json.dumps({"suggestions": suggestions}).encode()
