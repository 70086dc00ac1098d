"""Costs that a manager enters: as strict as the file, in force at once, kept with who and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from models.domain import CHANNELS
from service.parts import Parts
from tests.api.client import Client, assert_problem
from tests.ledger_rows import LedgerRows, ledger_rows

OWN: dict[str, Any] = {
    "as_of": "2026-11-01",
    "source": "Controlling, October accounts",
    "hourly": {"in_house": "27.40", "outsourced": "19.90"},
    "tooling": {"per_contact": "0.10", "monthly": "1200.00"},
    "channels": {name: {"per_contact": "6.80"} for name in CHANNELS},
    "other": {"per_contact": "5.00"},
}
REPORT = "/v1/reports/recovery?from=2026-11-01&to=2026-11-28&window_days=1"


@pytest.fixture
def shop(ledger: psycopg.Connection) -> LedgerRows:
    return ledger_rows(ledger)


@pytest.fixture
def manager(client: Client, parts: Parts, ledger: psycopg.Connection) -> Iterator[Client]:
    yield client.as_("manager")
    ledger.execute("TRUNCATE costs")
    parts.see_costs(ledger)


def test_at_first_the_benchmark_is_in_force_and_says_so(manager: Client) -> None:
    found = manager.get("/v1/costs").get_json()
    assert (found["basis"], found["version"], found["entered_by"]) == ("benchmark", 0, None)
    assert found["channels"]["phone"]["per_contact"] == "10.00"


def test_entered_costs_are_in_force_at_once_and_every_format_says_whose_they_are(
    manager: Client, shop: LedgerRows
) -> None:
    shop.contact("a")
    assert manager.get(REPORT).get_json()["cost_basis"] == "benchmark"
    entered = manager.put("/v1/costs", OWN).get_json()
    assert (entered["basis"], entered["currency"]) == ("own", "GBP")
    assert entered["entered_by"] in manager.tokens["manager"]
    found = manager.get(REPORT).get_json()
    assert (found["cost_basis"], found["cost_version"]) == ("own", entered["version"])
    assert found["total"]["service_cost"] == "1206.90"  # 6.80 + 0.10 + the month's 1,200.00
    assert ",own," in manager.get(REPORT + "&format=csv").text
    assert "a benchmark, not yours" not in manager.get(REPORT + "&format=html").text


def test_every_version_is_kept(manager: Client, ledger: psycopg.Connection) -> None:
    first = manager.put("/v1/costs", OWN).get_json()["version"]
    second = manager.put("/v1/costs", OWN | {"source": "November"}).get_json()["version"]
    assert second > first
    rows = ledger.execute("SELECT content ->> 'source' FROM costs ORDER BY version").fetchall()
    assert rows == [("Controlling, October accounts",), ("November",)]
    assert manager.get("/v1/costs").get_json()["source"] == "November"


def test_what_was_read_can_be_entered_again(manager: Client) -> None:
    given = {
        **OWN,
        "channels": OWN["channels"]
        | {"chat": {"per_contact": "2.90", "fee": "0.02", "concurrency": 2.5,
                    "agent_time": False, "vendor_per_contact": "3.10"}},
    }  # fmt: skip
    chat = manager.put("/v1/costs", given).get_json()["channels"]["chat"]
    assert chat == {
        "per_contact": "2.90", "fee": "0.02", "concurrency": "2.5", "agent_time": False,
        "vendor_per_contact": "3.10",
    }  # fmt: skip
    assert manager.get("/v1/costs").get_json()["channels"]["chat"] == chat


@pytest.mark.parametrize(
    ("change", "pointer", "hint"),
    [
        ({"hourly": {"in_house": "27.40"}}, "/hourly/outsourced", "required"),
        ({"channels": {"fax": {"per_contact": "1.00"}}}, "/channels", "unknown fax"),
        ({"channels": {"phone": {"per_contact": "1.00"}}}, "/channels", "no costs of your own"),
        ({"other": {"per_contact": "2000000.00"}}, "/other/per_contact", "to 1000000"),
        ({"other": {"per_contact": "1", "concurrency": 0}}, "/other/concurrency", "from 1"),
        ({"colour": "blue"}, "/colour", "no such field"),
    ],
)
def test_mistakes_are_named_and_nothing_is_entered(
    manager: Client, change: dict[str, Any], pointer: str, hint: str
) -> None:
    problem = assert_problem(manager.put("/v1/costs", OWN | change), 422, "invalid_input")
    assert any(
        fault["pointer"] == pointer and hint in fault["detail"] for fault in problem["errors"]
    ), problem
    assert manager.get("/v1/costs").get_json()["version"] == 0


def test_only_a_manager_may_enter_costs(client: Client) -> None:
    assert_problem(client.as_("agent").put("/v1/costs", OWN), 403)


def test_goodwill_is_fed_and_counted_beside_the_contacts_own_cost(
    manager: Client, client: Client
) -> None:
    contact = {
        "id": "a", "customer_id": "lea", "channel": "phone", "topic": "return",
        "status": "resolved", "resolved_at": datetime(2026, 11, 2, tzinfo=UTC).isoformat(),
        "cost": {"amount": "6.00", "currency": "GBP"},
        "goodwill": {"amount": "5.00", "currency": "GBP"},
        "efforts": [{"name": "same-day shipping", "cost": {"amount": "3", "currency": "GBP"}}],
    }  # fmt: skip
    fed = client.as_("ingest").post("/v1/interactions", [contact]).get_json()
    assert fed["accepted"] == 1
    row = manager.get(REPORT).get_json()["total"]
    assert row["cost_parts"] == {"handling": "6.00", "goodwill": "5.00", "tooling": "0.00"}
    assert row["service_cost"] == "11.00"
