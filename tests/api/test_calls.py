"""The calls that need no model, as a shop, an agent and a manager make them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from service.errors import MemoryAway
from service.parts import Parts
from tests.api.client import Client, assert_problem

ORDER = {
    "id": "581587", "customer_id": "lea", "placed_at": "2026-11-20T09:12:00+00:00",
    "currency": "GBP", "lines": [{"item_id": "85123A", "quantity": 2, "unit_price": "2.95"}],
}  # fmt: skip
ITEM = {"id": "85123A", "name": "White heart", "price": "2.95", "currency": "GBP"}
CONTACT = {
    "id": "case-1", "customer_id": "lea", "channel": "phone", "topic": "return",
    "status": "unresolved", "resolved_at": "2026-11-21T09:12:00+00:00",
}  # fmt: skip
FEED = [("/v1/orders", ORDER), ("/v1/items", ITEM), ("/v1/interactions", CONTACT)]


@pytest.mark.parametrize(("path", "row"), FEED)
def test_the_same_row_again_is_unchanged(client: Client, path: str, row: object) -> None:
    shop = client.as_("ingest")
    first = shop.post(path, [row]).get_json()
    assert first == {"accepted": 1, "unchanged": 0, "rejected": []}
    again = shop.post(path, [row]).get_json()
    assert again == {"accepted": 0, "unchanged": 1, "rejected": []}


@pytest.mark.parametrize(("path", "row"), FEED)
def test_one_bad_row_loses_no_other(client: Client, path: str, row: dict[str, object]) -> None:
    rows = [{**row, "id": str(n)} for n in range(5)]
    rows[2]["colour"] = "red"
    fed = client.as_("ingest").post(path, rows).get_json()
    assert (fed["accepted"], fed["unchanged"]) == (4, 0)
    [rejected] = fed["rejected"]
    assert (rejected["index"], rejected["code"]) == (2, "invalid_input")
    assert rejected["detail"].startswith("/colour: ")


def test_a_row_with_many_faults_names_five_and_counts_the_rest(client: Client) -> None:
    row = ITEM | {f"x{n}": 1 for n in range(9)}
    [rejected] = client.as_("ingest").post("/v1/items", [row]).get_json()["rejected"]
    assert rejected["detail"].endswith("And 4 more.")


def test_a_thousand_orders_go_in_at_once(client: Client, ledger: psycopg.Connection) -> None:
    rows = [{**ORDER, "id": str(n), "customer_id": str(n % 50)} for n in range(1_000)]
    assert client.as_("ingest").post("/v1/orders", rows).get_json()["accepted"] == 1_000
    assert ledger.execute("SELECT count(*) FROM order_lines").fetchone() == (1_000,)


def test_nothing_to_feed_is_fine(client: Client) -> None:
    fed = client.as_("ingest").post("/v1/orders", []).get_json()
    assert fed == {"accepted": 0, "unchanged": 0, "rejected": []}


def test_a_feed_is_accepted_while_the_memory_is_away(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write stands; the profile that could not be dropped is owed, and not trusted."""

    def guarded(_: object) -> None:
        raise MemoryAway("The memory cannot be reached.")

    monkeypatch.setattr(parts.memory, "_owed", set())
    monkeypatch.setattr(parts.memory, "_guarded", guarded)
    assert client.as_("ingest").post("/v1/orders", [ORDER]).get_json()["accepted"] == 1


def test_the_agents_screen_shows_a_customer_in_one_call(client: Client) -> None:
    shop = client.as_("ingest")
    for path, row in FEED:
        shop.post(path, [row])
    shown = client.as_("agent").get("/v1/customers/lea").get_json()
    assert [order["id"] for order in shown["open_orders"]] == ["581587"]
    assert [contact["id"] for contact in shown["open_returns"]] == ["case-1"]
    assert [contact["id"] for contact in shown["recent_interactions"]] == ["case-1"]
    assert shown["suggestions"] == []
    assert shown["consent"] == {"marketing": None, "objected": False}
    assert shown["caps"]["channels"]["phone"]["asked"] == 0


@pytest.mark.parametrize("customer_id", ["a/b", "a//b", "ü ñ", "a%b", "?", "x" * 200, ".."])
def test_ids_are_the_shops_own_and_may_hold_any_character(client: Client, customer_id: str) -> None:
    client.as_("ingest").post("/v1/orders", [{**ORDER, "customer_id": customer_id}])
    shown = client.as_("agent").get(f"/v1/customers/{quote(customer_id, safe='')}")
    assert shown.get_json()["id"] == customer_id


def test_consent_is_set_bit_by_bit_and_stays(client: Client) -> None:
    agent = client.as_("agent")
    path = "/v1/customers/lea/consent"
    assert agent.put(path, {"marketing": True}).get_json() == {
        "marketing": True, "objected": False,
    }  # fmt: skip
    assert agent.put(path, {"objected": True}).get_json() == {"marketing": True, "objected": True}
    shown = agent.get("/v1/customers/lea").get_json()
    assert shown["consent"] == {"marketing": True, "objected": True}


ANSWER = {
    "suggestion_id": "sug_1", "decision": "offer", "reason": None, "arm": "treatment",
    "suggestions": [], "service_script": {"parts": {"decline": "Of course."}, "text": "…"},
    "model_version": "20261123T0200Z-5f2c", "policy_version": "1", "degraded": False,
    "degraded_reasons": [], "expires_at": "2026-11-23T11:01:00+00:00", "took_ms": 2.9,
}  # fmt: skip


@pytest.fixture
def decided(ledger: psycopg.Connection) -> str:
    """A decision as `suggest` would have written it."""
    ledger.execute("INSERT INTO customers (id) VALUES ('lea')")
    ledger.execute(
        "INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel,"
        " decision, eligible, item_ids, policy_version, record, body_digest, answer)"
        " VALUES ('sug_1', 'case-1', 'lea', now(), 'phone', 'offer', true, '{22423}', '1', '{}',"
        " '', %s)",
        [json.dumps(ANSWER).encode()],
    )
    return "sug_1"


OUTCOME = {
    "event_id": "e-1", "suggestion_id": "sug_1", "item_id": "22423", "result": "accepted",
    "order_id": "990017", "occurred_at": "2026-11-22T10:33:10+00:00",
}  # fmt: skip


def test_an_outcome_is_201_when_new_and_200_when_known(client: Client, decided: str) -> None:
    agent = client.as_("agent")
    first = agent.post("/v1/outcomes", OUTCOME)
    assert (first.status_code, first.get_json()["new"]) == (201, True)
    again = agent.post("/v1/outcomes", OUTCOME)
    assert (again.status_code, again.get_json()["new"]) == (200, False)


@pytest.mark.parametrize("item_id", ["another", None])
def test_only_what_was_suggested_can_be_accepted(
    client: Client, decided: str, item_id: str | None
) -> None:
    refused = client.as_("agent").post("/v1/outcomes", {**OUTCOME, "item_id": item_id})
    problem = assert_problem(refused, 422)
    assert problem["errors"][0]["pointer"] == "/item_id"
    assert "22423" in problem["detail"]


@pytest.mark.parametrize(
    ("refund", "pointer"),
    [
        ({"quantity": 3}, "/refunds/0/quantity"),
        ({"item_id": "another"}, "/refunds/0/quantity"),
        ({"amount": "999.00"}, "/refunds/0/amount"),
        ({"refunded_at": "2009-01-01T00:00:00+00:00"}, "/refunds/0/refunded_at"),
    ],
)
def test_no_more_comes_back_than_was_bought(
    client: Client, refund: dict[str, Any], pointer: str
) -> None:
    line = {"item_id": "22423", "quantity": 2, "unit_price": "12.75"}
    fine = {
        "item_id": "22423", "quantity": 2, "amount": "25.50",
        "refunded_at": "2026-11-20T10:00:00+00:00",
    }  # fmt: skip
    order = {**ORDER, "placed_at": "2026-11-19T10:00:00+00:00", "lines": [line]}
    shop = client.as_("ingest")
    fed = shop.post("/v1/orders", [{**order, "refunds": [{**fine, **refund}]}]).get_json()
    assert pointer in fed["rejected"][0]["detail"]
    assert shop.post("/v1/orders", [{**order, "refunds": [fine]}]).get_json()["accepted"] == 1


def test_an_event_id_with_another_content_is_422(client: Client, decided: str) -> None:
    agent = client.as_("agent")
    agent.post("/v1/outcomes", OUTCOME)
    other = agent.post("/v1/outcomes", {**OUTCOME, "result": "declined"})
    assert_problem(other, 422, "event_already_recorded")


def test_a_suggestion_is_read_again_with_its_outcomes(client: Client, decided: str) -> None:
    agent = client.as_("agent")
    assert agent.get("/v1/suggestions/sug_1").get_json() == {
        **ANSWER,
        "outcomes": [],
        "messages": [],
    }
    agent.post("/v1/outcomes", OUTCOME)
    [outcome] = client.as_("manager").get("/v1/suggestions/sug_1").get_json()["outcomes"]
    assert outcome["event_id"] == "e-1"
    assert outcome["occurred_at"] == "2026-11-22T10:33:10+00:00"


def test_a_decision_that_waits_in_the_spool_is_never_404(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.memory, "spooled", lambda _: b"a record")
    agent = client.as_("agent")
    assert_problem(agent.post("/v1/outcomes", OUTCOME), 503, "ledger_away")
    assert_problem(agent.get("/v1/suggestions/sug_1"), 503, "ledger_away")


def test_the_report_comes_as_json_csv_and_a_page(client: Client) -> None:
    client.as_("ingest").post("/v1/interactions", [CONTACT])
    manager = client.as_("manager")
    address = "/v1/reports/recovery?from=2026-11-01&to=2026-11-22&group_by=channel"
    report = manager.get(address).get_json()
    assert [row["group"] for row in report["rows"]] == ["phone"]
    assert report["total"]["interactions"] == 1
    table = manager.get(address + "&format=csv")
    assert table.mimetype == "text/csv"
    assert "recovery-2026-11-01-2026-11-22.csv" in table.headers["Content-Disposition"]
    assert "phone" in table.text
    page = manager.get(address + "&format=html")
    assert page.text.startswith("<!doctype html>")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_without_a_model_there_are_no_suggestions_yet(client: Client) -> None:
    contact = {name: value for name, value in CONTACT.items() if name != "customer_id"}
    request = {"interaction": {**contact, "status": "resolved"}, "customer": {"id": "lea"}}
    assert_problem(client.as_("agent").post("/v1/suggestions", request), 503, "no_model")


def test_livez_touches_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.app.extensions, "encore", None)
    assert client.get("/livez").get_json() == {"status": "alive"}


def test_readyz_is_503_before_there_is_a_model_and_while_draining(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no_model" in assert_problem(client.get("/readyz"), 503, "not_ready")["detail"]
    monkeypatch.setattr(type(parts), "ready", lambda _: (True, ["memory_away"]))
    ready = client.get("/readyz").get_json()
    assert ready == {"status": "ready", "degraded_reasons": ["memory_away"]}


def test_there_are_no_models_yet(client: Client) -> None:
    assert client.as_("trainer").get("/v1/models").get_json() == {"models": []}
