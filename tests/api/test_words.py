"""The words of an answer: a channel by configuration, the law of the place, words that stay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.app import create_app
from service.decision.arm import arm_of
from service.decision.policy import SHIPPED
from service.keys import make_key
from service.parts import Parts, make_parts
from service.scripts.approved import approve
from service.scripts.library import load_library
from service.settings import Settings, from_environment
from tests.api.client import Client
from tests.api.shop_floor import Stock, a_request, ask, customers_in, stock
from tests.conftest import Trained
from tests.script_folders import a_folder, edit


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


def record_of(ledger: psycopg.Connection, answer: dict[str, Any]) -> dict[str, Any]:
    row = ledger.execute(
        "SELECT record FROM decisions WHERE suggestion_id = %s", [answer["suggestion_id"]]
    ).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_a_channel_declared_in_the_policy_works_in_decisions_scripts_and_reports(
    clean_stores: tuple[str, str],
    ledger: psycopg.Connection,
    trained: Trained,
    shelf: Stock,
    tmp_path: Path,
) -> None:
    policy = tmp_path / "policy.toml"
    own = '\n[channels.whatsapp]\nlike = "chat"\nasks = 4\nseconds = 15\n'
    policy.write_text(SHIPPED.read_text() + own)
    settings = from_environment(
        {
            "ENCORE_DATABASE_URL": clean_stores[0],
            "ENCORE_REDIS_URL": clean_stores[1],
            "ENCORE_BUNDLES": str(trained.bundles),
            "ENCORE_POLICY": str(policy),
        }
    )
    parts = make_parts(settings)
    try:
        stock(ledger, parts, shelf)
        now = datetime.now(UTC)
        tokens = {role: make_key(ledger, role, now) for role in ("agent", "manager")}
        client = Client(create_app(settings, parts=parts), tokens, "agent")
        customer = customers_in("treatment", parts, shelf)[0]
        answer = ask(client, a_request(customer, interaction={"channel": "whatsapp"}))
        script = answer["suggestions"][0]["script"]
        assert script["id"].startswith("chat.delivery.")
        assert script["length"]["unit"] == "characters_in_longest_turn"
        event = {
            "event_id": "e-1", "suggestion_id": answer["suggestion_id"], "result": "declined",
            "occurred_at": now.isoformat(),
        }  # fmt: skip
        assert client.post("/v1/outcomes", event).status_code == 201
        day = now.date().isoformat()
        report = client.as_("manager").get(
            f"/v1/reports/recovery?from={day}&to={day}&group_by=channel"
        )
        assert '"whatsapp"' in report.text
    finally:
        parts.close()


def test_a_script_names_its_variant_and_a_decision_the_rules_it_met(
    agent: Client, customer: str, ledger: psycopg.Connection
) -> None:
    answer = ask(agent, a_request(customer, explain=True))
    script = answer["suggestions"][0]["script"]
    assert script["variant"] in ("a", "b")
    assert {"gb.ccr_total", "gb.gdpr_21", "everywhere.card_data"} <= set(answer["rules"])
    assert "denied_by" not in answer
    record = record_of(ledger, answer)
    assert record["rules"] == answer["rules"]
    assert record["suggestions"][0]["script"] == f"{script['id']}@{script['edition']}"


@pytest.mark.parametrize("channel", ["sms", "email", "twitter", "facebook"])
def test_a_message_to_a_stranger_needs_consent_and_the_rule_is_named(
    channel: str, agent: Client, floor: Parts, ledger: psycopg.Connection
) -> None:
    stranger = next(f"n{n}" for n in range(99) if arm_of(f"n{n}", floor.policy) == "treatment")
    about = {"channel": channel}
    answer = ask(agent, a_request(stranger, interaction=about, explain=True))
    assert (answer["reason"], answer["denied_by"]) == ("opted_out", "gb.pecr_22")
    assert record_of(ledger, answer)["denied_by"] == "gb.pecr_22"
    assert answer["service_script"]["text"]
    agreed = {"consent": {"marketing": True}}
    answer = ask(agent, a_request(stranger, interaction=about, customer=agreed, explain=True))
    assert answer["reason"] != "opted_out"
    assert "denied_by" not in answer


def test_a_gate_that_closes_for_the_law_names_the_rule(agent: Client, customer: str) -> None:
    objected = {"consent": {"objected": True}, "locale": "de_DE"}
    answer = ask(agent, a_request(customer, customer=objected, explain=True))
    assert (answer["reason"], answer["denied_by"]) == ("objected", "eu.gdpr_21")


def test_an_old_decision_keeps_its_words_after_an_edit(
    agent: Client, customer: str, floor: Parts, tmp_path: Path
) -> None:
    body = a_request(customer, interaction={"topic": "other", "fault": "none"})
    before = agent.post("/v1/suggestions", body)
    assert b"Thank you for calling about this, Lea." in before.data
    folder = a_folder(tmp_path / "scripts")
    edit(folder, "phone.toml", "Thank you for calling about this, ", "So good of you to call, ")
    approve(folder, ["phone.toml"], "Ann", date(2099, 1, 1), datetime.now(UTC).date())
    floor.library = load_library(folder)
    assert agent.post("/v1/suggestions", body).data == before.data
    new = ask(agent, a_request(customer, dry_run=True, interaction={"topic": "other"}))
    assert "So good of you to call, Lea." in new["suggestions"][0]["script"]["text"]
    assert new["suggestions"][0]["script"]["edition"] in ("2", "2.1")


def test_where_all_words_have_expired_nothing_is_asked_and_readiness_says_so(
    agent: Client, customer: str, floor: Parts, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "scripts")
    approve(folder, ["phone.toml"], "Ann", date(2020, 1, 2), date(2020, 1, 1))
    floor.library = load_library(folder)
    answer = ask(agent, a_request(customer))
    assert (answer["decision"], answer["reason"]) == ("no_offer", "no_script")
    assert answer["service_script"]["text"]
    assert "scripts_expired" in floor.ready()[1]


def test_a_folder_of_ones_own_is_named_in_a_setting(
    clean_stores: tuple[str, str], trained: Trained, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "scripts")
    edit(folder, "phone.toml", "Add to order", "Add it, please")
    approve(folder, ["phone.toml"], "Ann", date(2099, 1, 1), datetime.now(UTC).date())
    parts = make_parts(Settings(*clean_stores, bundles=trained.bundles, scripts=folder))
    try:
        assert parts.library._of("phone", None)["a"].version == 2
    finally:
        parts.close()
