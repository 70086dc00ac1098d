"""A small trial in the ledger whose arithmetic can be done by hand, for tests of the comparison.

300 customers may be asked and 200 are in the holdout, each with one contact. Half of the first and
a quarter of the second order afterwards, for 20.00 each, of which the goods cost 12.00. So a
contact in treatment brings 10.00 and one in the holdout 5.00: asking brings 5.00 a contact,
2,500.00 of 500 contacts, and 2.00 a contact of margin, 1,000.00.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg

from models.domain import Interaction, Money, Order, OrderLine
from service.ledger.feed import upsert_interactions, upsert_orders
from service.ledger.holdout import Holdout, note_holdout

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SHARE = 0.4
TREATED = [f"treated {number}" for number in range(300)]
HELD = [f"held out {number}" for number in range(200)]
BUYERS = TREATED[::2] + HELD[::4]


def hold_out(connection: psycopg.Connection, share: float = SHARE, salt: str = "salt") -> None:
    """Put it down as a worker does at start."""
    note_holdout(connection, Holdout("1", share, "ask-or-not", salt))


def a_trial(
    connection: psycopg.Connection,
    *,
    treated: list[str] = TREATED,
    held: list[str] = HELD,
    buyers: list[str] = BUYERS,
    at: datetime = NOON,
    cost: str = "10.00",
) -> None:
    """Write the contacts, the decisions and the orders; the holdout is not put down."""
    contacts = [
        (
            customer,
            Interaction(
                f"case {customer}", "phone", "return", "resolved", resolved_at=at,
                cost=Money(Decimal(cost), "GBP"),
            ),
        )
        for customer in treated + held
    ]  # fmt: skip
    upsert_interactions(connection, contacts)
    connection.execute(
        "INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel,"
        " decision, eligible, arm, policy_version, record, body_digest, answer)"
        " SELECT 'sug ' || id, id, customer_id, occurred_at, channel, 'no_offer', true,"
        " CASE WHEN customer_id = ANY(%s) THEN 'treatment' ELSE 'holdout' END, '1', '{}', '', '{}'"
        " FROM interactions",
        [treated],
    )
    upsert_orders(connection, [an_order(f"order {customer}", customer, at) for customer in buyers])


def an_order(id: str, customer: str, at: datetime, price: str = "20.00") -> Order:
    line = OrderLine("cake", 1, Decimal(price), Decimal("12.00"))
    return Order(id, customer, at + timedelta(hours=1), "GBP", (line,))
