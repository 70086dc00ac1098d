"""Exchange rates: brought in from a file, used for orders and contacts, and told in the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from service.importers.report import ImportReport
from service.importers.run import import_file
from tests.api.client import Client

ORDER = {
    "id": "1", "customer_id": "lea", "placed_at": "2026-10-19T09:12:00+00:00", "currency": "EUR",
    "lines": [{"item_id": "cake", "quantity": 2, "unit_price": "10.00"}], "discount": "5.00",
}  # fmt: skip
CONTACT = {
    "id": "case-1", "customer_id": "lea", "channel": "phone", "topic": "return",
    "status": "resolved", "resolved_at": "2026-10-17T09:12:00+00:00",
    "cost": {"amount": "4.00", "currency": "EUR"},
}  # fmt: skip


def bring_in(ledger: psycopg.Connection, folder: Path, text: str) -> ImportReport:
    path = folder / "rates.csv"
    path.write_text("currency,day,rate\n" + text, "utf-8")
    return import_file(ledger, "rates", path, "csv", "GBP", lambda customers: None)


def fed(client: Client, path: str, row: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.as_("ingest").post(path, [row]).get_json()
    return answer


def test_without_a_rate_a_foreign_order_is_refused_with_what_to_do(client: Client) -> None:
    [rejected] = fed(client, "/v1/orders", ORDER)["rejected"]
    assert rejected["code"] == "mixed_currencies"
    assert "no rate of EUR is known for 2026-10-19" in rejected["detail"]
    assert "python -m service import rates" in rejected["detail"]


def test_a_foreign_order_is_kept_in_our_currency_with_what_it_was(
    client: Client, ledger: psycopg.Connection, tmp_path: Path
) -> None:
    """15.00 EUR on Monday 19 October at Friday's rate of 0.80 are 12.00 GBP."""
    done = bring_in(ledger, tmp_path, "EUR,2026-10-16,0.80\nUSD,2026-10-16,0.75\n")
    assert done.accepted == {"rates": 2}
    assert fed(client, "/v1/orders", ORDER)["accepted"] == 1
    assert fed(client, "/v1/orders", ORDER)["unchanged"] == 1
    assert fed(client, "/v1/interactions", CONTACT)["accepted"] == 1
    row = ledger.execute(
        "SELECT currency, net::text, original_currency, original_amount::text, rate::float8,"
        " rate_day::text FROM orders"
    ).fetchone()
    assert row == ("GBP", "12.00", "EUR", "15.00", 0.8, "2026-10-16")
    found = client.as_("manager").get(
        "/v1/reports/recovery?from=2026-10-01&to=2026-10-31"
    ).get_json()  # fmt: skip
    assert found["total"]["attributed"]["sales"] == "12.00"
    assert found["total"]["service_cost"] == "3.20"
    assert "1 order was in EUR, turned into GBP" in " ".join(
        said["text"] for said in found["statements"]
    )


def test_a_rate_of_more_than_a_week_ago_is_none(
    client: Client, ledger: psycopg.Connection, tmp_path: Path
) -> None:
    bring_in(ledger, tmp_path, "EUR,2026-10-11,0.80\nEUR,2026-10-20,0.90\n")
    assert fed(client, "/v1/orders", ORDER)["rejected"]


def test_the_same_rates_again_change_nothing_and_bad_ones_are_told(
    ledger: psycopg.Connection, tmp_path: Path
) -> None:
    text = "EUR,2026-10-16,0.80\nEUR,16.10.2026,0.80\nEUR,2026-10-15,0\nGBP,2026-10-16,1\n"
    first, again = bring_in(ledger, tmp_path, text), bring_in(ledger, tmp_path, text)
    assert (first.accepted, again.accepted, again.unchanged) == (
        {"rates": 1},
        {"rates": 0},
        {"rates": 1},
    )
    assert [(row.line, row.detail.split(":")[0]) for row in again.first_rejected] == [
        (3, "/day"),
        (4, "/rate"),
        (5, "/currency"),
    ]
