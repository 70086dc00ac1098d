"""What is odd in the data is said at the head of the report, through the API; nothing breaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.api.client import Client, assert_problem
from tests.ledger_rows import DAY, NOON, LedgerRows, ledger_rows

NOVEMBER = "from=2026-11-01&to=2026-11-27"


@pytest.fixture
def shop(ledger: psycopg.Connection) -> LedgerRows:
    return ledger_rows(ledger)


def said(client: Client, query: str = NOVEMBER) -> dict[str, str]:
    """The statements of the report by code, which all three formats have."""
    manager, path = client.as_("manager"), f"/v1/reports/recovery?{query}"
    found: dict[str, Any] = manager.get(path).get_json()
    page = manager.get(path + "&format=html").text
    table = manager.get(path + "&format=csv").text
    for statement in found["statements"]:
        assert statement["text"].replace("'", "&#x27;") in page
        assert statement["text"] in table
    assert found["total"]["verdict"] in ("not_enough_data", "maturing")
    assert found["total"]["incremental"] is None
    return {statement["code"]: statement["text"] for statement in found["statements"]}


def test_dates_that_are_reversed_are_refused(client: Client) -> None:
    answer = client.as_("manager").get("/v1/reports/recovery?from=2026-11-30&to=2026-11-01")
    [fault] = assert_problem(answer, 422)["errors"]
    assert fault["pointer"] == "/from"


def test_a_period_without_contacts_says_so(client: Client) -> None:
    assert "No contact" in said(client)["no_contacts"]


def test_contacts_that_cost_nothing_have_no_ratio(client: Client, shop: LedgerRows) -> None:
    shop.contact("a", channel="web")
    shop.connection.execute("UPDATE interactions SET cost_amount = 0")
    assert "cost nothing" in said(client)["no_cost"]


def test_a_contact_in_the_future_is_a_wrong_clock(client: Client, shop: LedgerRows) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=20)
    shop.contact("a", at=ahead)
    day = ahead.date()
    found = said(client, f"from={day - DAY}&to={day}")
    assert "1 contact lies in the future" in found["contacts_ahead"]


def test_an_outcome_before_its_contact_is_a_wrong_clock(client: Client, shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), at=NOON - timedelta(hours=1))
    assert "1 outcome is from before" in said(client)["outcomes_early"]


def test_an_outcome_that_is_told_again_counts_once(client: Client, shop: LedgerRows) -> None:
    shop.contact("a")
    suggestion = shop.decision("a", {"cake": "12.75"})
    for _ in range(3):
        shop.outcome(suggestion)
    assert "2 outcomes were told again" in said(client)["outcomes_retold"]
    total = client.as_("manager").get(f"/v1/reports/recovery?{NOVEMBER}").get_json()["total"]
    assert total["same_contact"]["sales"] == "12.75"


def test_orders_of_nobody_count_nothing(client: Client, shop: LedgerRows) -> None:
    shop.contact("a")
    shop.order("o", {"cake": "12.75"}, None)
    assert "1 order names no customer (12.75 GBP)" in said(client)["orders_of_nobody"]


def test_an_accepted_order_that_nobody_knows_and_no_price_count_nothing(
    client: Client, shop: LedgerRows
) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), item="pie", order="lost")
    assert "1 accepted item counts nothing" in said(client)["unpriced"]


def test_a_refund_beyond_its_order_is_refused_by_the_feed(client: Client) -> None:
    order = {
        "id": "1", "customer_id": "lea", "placed_at": "2026-11-02T12:00:00Z", "currency": "GBP",
        "lines": [{"item_id": "cake", "quantity": 1, "unit_price": "10.00"}], "discount": "4.00",
        "refunds": [{"item_id": "cake", "quantity": 1, "amount": "6.01",
                     "refunded_at": "2026-11-03T12:00:00Z"}],
    }  # fmt: skip
    [rejected] = client.as_("ingest").post("/v1/orders", [order]).get_json()["rejected"]
    assert "/refunds/0/amount: More money comes back" in rejected["detail"]
    order["refunds"], order["discount"] = [], "10.01"
    [rejected] = client.as_("ingest").post("/v1/orders", [order]).get_json()["rejected"]
    assert "/discount: More is taken off" in rejected["detail"]


def test_a_refund_beyond_its_order_that_is_there_all_the_same_is_said(
    client: Client, shop: LedgerRows
) -> None:
    shop.contact("a")
    shop.order("o", {"cake": "10.00"}, refunds={"cake": "30.00"})
    found = said(client)
    assert "Of 1 order more was paid back" in found["refunds_beyond_order"]
