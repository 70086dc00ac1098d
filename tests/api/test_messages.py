"""A decision in writing: the same decision and the same rules, one ask, and nothing sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from service import keys
from service.app import create_app
from service.decision.arm import arm_of
from service.ledger.profiles import read_profile
from service.parts import Parts
from tests.api.client import Client, assert_problem
from tests.api.shop_floor import Stock, a_request, ask, customers_in

AGREED = {"consent": {"marketing": True}}


@pytest.fixture
def app_of_floor(floor: Parts) -> Flask:
    return create_app(floor.settings, parts=floor)


@pytest.fixture
def desk(app_of_floor: Flask, ledger: psycopg.Connection) -> Client:
    roles = ("agent", "ingest", "manager")
    tokens = {role: keys.make_key(ledger, role, datetime.now(UTC)) for role in roles}
    return Client(app_of_floor, tokens, "agent")


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


@pytest.fixture
def asked(desk: Client, customer: str) -> dict[str, Any]:
    """What was shown on the phone to a customer who agreed to offers."""
    return ask(desk, a_request(customer, customer=AGREED))


def tell(desk: Client, answer: dict[str, Any], result: str, place: int = 0) -> None:
    said = {
        "event_id": f"{answer['suggestion_id']}-{place}-{result}",
        "suggestion_id": answer["suggestion_id"],
        "item_id": answer["suggestions"][place]["item_id"],
        "result": result,
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    if result == "not_offered":
        said["reason"] = "customer_in_hurry"
    assert desk.post("/v1/outcomes", said).status_code == 201


def write(desk: Client, answer: dict[str, Any], channel: str = "email", **more: Any) -> Any:
    path = f"/v1/suggestions/{answer['suggestion_id']}/messages"
    return desk.post(path, {"channel": channel, **more})


def test_the_message_is_about_what_was_accepted_at_the_price_that_was_told(
    desk: Client, asked: dict[str, Any]
) -> None:
    tell(desk, asked, "accepted", place=1)
    shown = asked["suggestions"][1]
    message = write(desk, asked).get_json()
    assert message["item_id"] == shown["item_id"]
    assert shown["name"] in message["text"]
    assert shown["price"]["amount"] in message["text"]
    assert message["script"]["id"].startswith(f"email.delivery.{shown['kind']}.calm")


def test_service_comes_first_and_the_subject_sells_nothing(
    desk: Client, asked: dict[str, Any]
) -> None:
    message = write(desk, asked).get_json()
    assert message["subject"] == "Your delivery"
    paragraphs = message["text"].split("\n\n")
    assert paragraphs[0].startswith("Hello Lea")
    assert asked["suggestions"][0]["name"] not in paragraphs[0]
    assert paragraphs[-1] == f"{message['link_label']}: {message['link']}"
    assert message["link_in_text"]
    assert "gb.pecr_22" in message["rules"]


@pytest.mark.parametrize("channel", ["email", "sms", "web"])
def test_what_is_written_keeps_to_the_length_of_its_channel(
    desk: Client, asked: dict[str, Any], channel: str
) -> None:
    message = write(desk, asked, channel).get_json()
    assert message["length"]["value"] <= message["length"]["limit"]
    assert (message["link"] in message["text"]) == message["link_in_text"]
    assert (message["subject"] is None) == (channel != "email")


def test_asked_for_twice_it_is_the_stored_one(
    desk: Client, asked: dict[str, Any], ledger: psycopg.Connection
) -> None:
    first, again = write(desk, asked), write(desk, asked)
    assert again.data == first.data
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    other = write(desk, asked, "sms").get_json()
    assert other["message_id"] != first.get_json()["message_id"]
    assert ledger.execute("SELECT count(*) FROM messages").fetchone() == (2,)


def test_messages_use_up_no_cap(desk: Client, asked: dict[str, Any], customer: str) -> None:
    before = desk.get(f"/v1/customers/{customer}").get_json()["caps"]
    write(desk, asked)
    write(desk, asked, "sms")
    after = desk.get(f"/v1/customers/{customer}").get_json()["caps"]
    assert after == before
    assert [name for name, cap in after["channels"].items() if cap["asked"]] == ["phone"]


def test_what_the_agent_did_not_say_but_sent_was_asked_once(
    desk: Client, asked: dict[str, Any], customer: str, ledger: psycopg.Connection
) -> None:
    def asks() -> int:
        return len(read_profile(ledger, customer, datetime.now(UTC)).asks)

    tell(desk, asked, "not_offered")
    assert asks() == 0
    write(desk, asked)
    assert asks() == 1


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        ({"marketing": False}, "opted_out (by everywhere.opted_out, gb.pecr_22)"),
        ({"objected": True}, "objected"),
    ],
)
def test_a_no_to_offers_refuses_the_message_even_if_it_was_written_before(
    desk: Client, asked: dict[str, Any], customer: str, consent: dict[str, bool], reason: str
) -> None:
    assert write(desk, asked).status_code == 200
    desk.put(f"/v1/customers/{customer}/consent", consent)
    refused = assert_problem(write(desk, asked), 409, "message_refused")
    assert reason in refused["detail"]


def test_a_stranger_who_never_agreed_may_be_asked_on_a_page_and_not_by_mail(
    desk: Client, floor: Parts
) -> None:
    stranger = next(f"n{n}" for n in range(99) if arm_of(f"n{n}", floor.policy) == "treatment")
    answer = ask(desk, a_request(stranger, interaction={"channel": "web"}))
    assert answer["decision"] == "offer"
    assert "opted_out" in assert_problem(write(desk, answer), 409, "message_refused")["detail"]


def test_what_was_declined_is_not_sent_and_another_item_may_be(
    desk: Client, asked: dict[str, Any]
) -> None:
    tell(desk, asked, "declined")
    refused = assert_problem(write(desk, asked), 409, "message_refused")
    assert asked["suggestions"][0]["item_id"] in refused["detail"]
    other = asked["suggestions"][1]["item_id"]
    assert write(desk, asked, item_id=other).get_json()["item_id"] == other


def test_a_contact_that_ended_without_an_offer_has_nothing_to_send(
    desk: Client, floor: Parts, shelf: Stock
) -> None:
    held = ask(desk, a_request(customers_in("holdout", floor, shelf)[0], customer=AGREED))
    assert held["reason"] == "holdout"
    assert_problem(write(desk, held), 409, "message_refused")


@pytest.mark.parametrize("change", ["price = price + 1", "stock = 0", "sellable = false"])
def test_what_is_no_longer_true_is_not_written(
    desk: Client, asked: dict[str, Any], ledger: psycopg.Connection, floor: Parts, change: str
) -> None:
    item = asked["suggestions"][0]["item_id"]
    assert write(desk, asked).status_code == 200
    ledger.execute(f"UPDATE items SET {change}, updated_at = now() WHERE id = %s", [item])
    floor.catalogue.refresh(ledger)
    assert "changed since" in assert_problem(write(desk, asked), 409)["detail"]


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_message_of_the_night_waits_for_the_customers_morning(
    desk: Client, customer: str, channel: str
) -> None:
    """It is between two and three at night there, so that it waits for five to six hours."""
    at = datetime.now(UTC)
    offset = (26 - at.hour) % 24
    offset = offset - 24 if offset > 12 else offset
    zone = f"Etc/GMT{'-' if offset >= 0 else '+'}{abs(offset)}"
    answer = ask(desk, a_request(customer, customer={**AGREED, "time_zone": zone}))
    message = write(desk, answer, channel).get_json()
    earliest = datetime.fromisoformat(message["not_before"])
    assert timedelta(hours=5) <= earliest - at <= timedelta(hours=6, seconds=1)
    assert earliest.astimezone(UTC).minute == 0
    expires = datetime.fromisoformat(message["link_expires_at"])
    assert expires - earliest == timedelta(days=14)


def test_bad_channels_items_and_ids_are_named(desk: Client, asked: dict[str, Any]) -> None:
    phone = assert_problem(write(desk, asked, "phone"), 422, "unknown_channel")
    assert "use one of: email, sms, web" in phone["detail"]
    item = assert_problem(write(desk, asked, item_id="other"), 422)
    assert item["errors"][0]["pointer"] == "/item_id"
    assert_problem(write(desk, {"suggestion_id": "sug_x"}), 404)


def test_the_suggestion_tells_its_messages(desk: Client, asked: dict[str, Any]) -> None:
    message = write(desk, asked).get_json()
    [told] = desk.get(f"/v1/suggestions/{asked['suggestion_id']}").get_json()["messages"]
    assert told["message_id"] == message["message_id"]
    assert (told["opened_at"], told["accepted_at"]) == (None, None)
