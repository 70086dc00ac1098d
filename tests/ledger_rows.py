"""For tests of reports: writes contacts, decisions, outcomes and orders, and reads a November back.

Everything is valid by default; a test names what matters to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg

from models.domain import CHANNELS, Interaction, Money, Order, OrderLine, Refund
from service.ledger.feed import upsert_interactions, upsert_orders
from service.reports.costs import load_costs
from service.reports.insight import Asked, Insight
from service.reports.insight_tables import insight_json
from service.reports.recovery import MARGIN_RATE, RecoveryQuery, Report, recovery
from service.reports.tables import to_json

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""A Monday."""
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOVEMBER = {"from_date": date(2026, 11, 1), "to_date": date(2026, 11, 30)}
CHRISTMAS = datetime(2026, 12, 24, 9, tzinfo=UTC)


@dataclass(slots=True)
class LedgerRows:
    """A ledger to write in. Amounts are decimal strings, times default to `NOON`."""

    connection: psycopg.Connection
    numbers: Iterable[int]

    def contact(
        self, id: str, customer: str = "lea", at: datetime = NOON, **changes: object
    ) -> str:
        contact = Interaction(id, "phone", "return", "resolved", resolved_at=at)
        upsert_interactions(self.connection, [(customer, replace(contact, **changes))])
        return id

    def decision(
        self,
        contact: str,
        prices: dict[str, str] | None = None,
        *,
        eligible: bool = True,
        arm: str | None = "treatment",
        ask_seconds: int | None = None,
        **changes: str,
    ) -> str:
        """An offer of these items at these prices; without any, a decision not to offer."""
        suggestion_id = f"sug_{contact}"
        answer = {
            "suggestions": [
                {"item_id": item, "price": {"amount": price, "currency": "GBP"}}
                for item, price in (prices or {}).items()
            ]
        }
        values = {
            "suggestion_id": suggestion_id,
            "interaction_id": contact,
            "channel": "phone",
            "decision": "offer" if prices else "no_offer",
            "eligible": eligible,
            "arm": arm,
            "item_ids": list(prices or {}),
            "ask_seconds": ask_seconds,
            "policy_version": "1",
            "record": "{}",
            "body_digest": b"",
            "answer": json.dumps(answer).encode(),
        } | changes
        self.connection.execute(
            f"INSERT INTO decisions (customer_id, decided_at, {', '.join(values)}) "
            "SELECT customer_id, occurred_at, "
            f"{', '.join(f'%({name})s' for name in values)} "
            "FROM interactions WHERE id = %(interaction_id)s",
            values,
        )
        return suggestion_id

    def outcome(
        self,
        suggestion_id: str,
        result: str = "accepted",
        item: str | None = "cake",
        order: str | None = None,
        at: datetime = NOON,
        event: str | None = None,
        reason: str | None = None,
    ) -> None:
        self.connection.execute(
            "INSERT INTO outcomes (event_id, suggestion_id, item_id, result, order_id, "
            "occurred_at, reason, digest) VALUES (%s, %s, %s, %s, %s, %s, %s, '')",
            [
                event or f"e-{next(iter(self.numbers))}",
                suggestion_id,
                item,
                result,
                order,
                at,
                reason,
            ],
        )

    def order(
        self,
        id: str,
        lines: dict[str, str],
        customer: str | None = "lea",
        at: datetime = NOON + timedelta(hours=1),
        refunds: dict[str, str] | None = None,
        **changes: object,
    ) -> None:
        """An order of one piece of each item, at its price."""
        order = Order(
            id,
            customer,
            at,
            "GBP",
            tuple(OrderLine(item, 1, Decimal(price)) for item, price in lines.items()),
            refunds=tuple(
                Refund(item, 1, Decimal(amount), at + DAY)
                for item, amount in (refunds or {}).items()
            ),
        )
        upsert_orders(self.connection, [replace(order, **changes)])


def ledger_rows(connection: psycopg.Connection) -> LedgerRows:
    return LedgerRows(connection, count(1))


def report(shop: LedgerRows, now: datetime = CHRISTMAS, **query: Any) -> Report:
    """November by the benchmark; the policy declares one channel more, "letter"."""
    costs = load_costs(None, (*CHANNELS, "letter"), "GBP")
    return recovery(shop.connection, costs, RecoveryQuery(**(NOVEMBER | query)), now)


def insight(
    shop: LedgerRows,
    make: Callable[[psycopg.Connection, Asked], Insight[Any]],
    now: datetime = CHRISTMAS,
    **query: Any,
) -> dict[str, Any]:
    """Another report of November, as JSON."""
    costs = load_costs(None, (*CHANNELS, "letter"), "GBP")
    asked = Asked(RecoveryQuery(**(NOVEMBER | query)), costs, now, MARGIN_RATE)
    return insight_json(make(shop.connection, asked))


def total(shop: LedgerRows, **query: Any) -> dict[str, Any]:
    """The one row of a report that is not grouped, as JSON."""
    [row] = to_json(report(shop, **query))["rows"]
    return row


def sales(shop: LedgerRows, **query: Any) -> tuple[str, str]:
    """(same contact, attributed)."""
    row = total(shop, **query)
    return row["same_contact"]["sales"], row["attributed"]["sales"]


def money(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")
