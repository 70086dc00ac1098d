"""One customer, one story: contacts on several channels, and what they led to, in one answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from service import keys
from service.app import create_app
from service.parts import Parts
from tests.api.client import Client
from tests.api.shop_floor import Stock, a_request, ask, customers_in

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(floor: Parts, ledger: psycopg.Connection) -> Client:
    tokens = {role: keys.make_key(ledger, role, datetime.now(UTC)) for role in ("agent", "ingest")}
    return Client(create_app(floor.settings, parts=floor), tokens, "agent")


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


def ago(hours: float) -> str:
    return (datetime.now(UTC) - hours * HOUR).isoformat()


def feed(desk: Client, what: str, *rows: dict[str, Any]) -> None:
    answer = desk.as_("ingest").post(f"/v1/{what}", list(rows))
    assert answer.get_json()["accepted"] == len(rows), answer.text


def a_contact(customer: str, id: str, hours: float, **changes: Any) -> dict[str, Any]:
    facts = {"channel": "chat", "topic": "return", "status": "unresolved", "journey_id": "j-1"}
    return {"id": id, "customer_id": customer, "resolved_at": ago(hours)} | facts | changes


def an_order(customer: str, id: str, hours: float, item_id: str, price: str) -> dict[str, Any]:
    line = {"item_id": item_id, "quantity": 2, "unit_price": price}
    return {
        "id": id, "customer_id": customer, "placed_at": ago(hours), "currency": "GBP",
        "lines": [line],
    }  # fmt: skip


def story(desk: Client, customer: str) -> list[dict[str, Any]]:
    shown = desk.get(f"/v1/customers/{customer}").get_json()["journeys"]
    return list(shown)


def test_repeats_within_a_journey_count_as_effort_whatever_their_topic_and_channel(
    desk: Client, customer: str
) -> None:
    topics = ("return", "delivery", "billing")
    for n, topic in enumerate(topics):
        channel = ("chat", "email", "phone")[n]
        contact = a_contact(customer, f"c{n}", 30 - n, topic=topic, channel=channel)
        feed(desk, "interactions", contact)
    here = {"journey_id": "j-1", "topic": "other"}
    effort = ask(desk, a_request(customer, interaction=here, explain=True, dry_run=True))
    assert effort["reason"] == "high_effort"
    assert effort["gate"]["evidence"].startswith("3 repeat contacts")
    elsewhere = a_request(customer, interaction=here | {"journey_id": "j-2"}, dry_run=True)
    assert ask(desk, elsewhere)["decision"] == "offer"


def test_a_journey_tells_order_return_offer_message_and_yes_in_their_order(
    desk: Client, customer: str, shelf: Stock
) -> None:
    item = shelf.items[0].id
    back = an_order(customer, "o-1", 200, item, "40.00")
    back["refunds"] = [{"item_id": item, "quantity": 1, "amount": "40", "refunded_at": ago(20)}]
    feed(desk, "orders", back)
    about = {"items": [{"item_id": item, "reason": "too_large", "attribute": "width"}]}
    feed(desk, "interactions", a_contact(customer, "c-1", 30, **about))
    body = a_request(
        customer,
        interaction={"id": "c-2", "journey_id": "j-1", "channel": "email", "topic": "return"},
        customer={"consent": {"marketing": True}},
    )
    asked = ask(desk, body)
    bought = asked["suggestions"][0]["item_id"]
    path = f"/v1/suggestions/{asked['suggestion_id']}/messages"
    message = desk.post(path, {"channel": "email"}).get_json()
    said = {
        "event_id": "e-1", "suggestion_id": asked["suggestion_id"], "item_id": bought,
        "result": "accepted", "order_id": "o-2", "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    desk.post("/v1/outcomes", said)
    feed(desk, "orders", an_order(customer, "o-2", 0, bought, "12.50"))

    [journey] = story(desk, customer)

    assert [(event["event"], event["id"]) for event in journey["events"]] == [
        ("order", "o-1"),
        ("contact", "c-1"),
        ("refund", "o-1"),
        ("contact", "c-2"),
        ("decision", asked["suggestion_id"]),
        ("message", message["message_id"]),
        ("outcome", "e-1"),
        ("order", "o-2"),
    ]
    order, _, refund, _, decision, *_, sold = journey["events"]
    assert (order["total"], refund["total"], sold["total"]) == ("80.00", "40.00", "25.00")
    assert decision["item_ids"] == [one["item_id"] for one in asked["suggestions"]]
    assert journey["channels"] == ["chat", "email"]
    assert (journey["resolved"], journey["repeats"]) == (True, 1)


def test_a_return_is_open_until_it_is_paid_back_and_told_once(
    desk: Client, customer: str, shelf: Stock
) -> None:
    bought, liked = shelf.items[0].id, shelf.items[1].id
    order = an_order(customer, "o-1", 200, bought, "40.00")
    feed(desk, "orders", order)
    arranged = {"status": "resolved", "items": [{"item_id": bought}, {"item_id": liked}]}
    contacts = [a_contact(customer, f"c-{n}", 30 - n, **arranged) for n in range(2)]
    feed(desk, "interactions", *contacts)

    def open_returns() -> list[str]:
        shown = desk.get(f"/v1/customers/{customer}").get_json()["open_returns"]
        return [contact["id"] for contact in shown]

    assert open_returns() == ["c-1"]
    back = {"item_id": bought, "quantity": 2, "amount": "80.00", "refunded_at": ago(1)}
    feed(desk, "orders", order | {"refunds": [back]})
    assert open_returns() == []


def test_a_journey_is_of_one_customer_and_no_order_of_another_is_shown(
    desk: Client, floor: Parts, shelf: Stock
) -> None:
    mine, theirs = customers_in("treatment", floor, shelf)[:2]
    asked = ask(desk, a_request(mine, interaction={"id": "c-1", "journey_id": "j-1"}))
    feed(desk, "interactions", a_contact(theirs, "c-2", 1))
    feed(desk, "orders", an_order(theirs, "o-9", 0, shelf.items[0].id, "9.00"))
    said = {
        "event_id": "e-1", "suggestion_id": asked["suggestion_id"], "result": "accepted",
        "item_id": asked["suggestions"][0]["item_id"], "order_id": "o-9",
        "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    desk.post("/v1/outcomes", said)
    [journey] = story(desk, mine)
    assert [event["event"] for event in journey["events"]] == ["contact", "decision", "outcome"]
    [other] = story(desk, theirs)
    assert [event["id"] for event in other["events"]] == ["c-2"]


def test_the_newest_journeys_come_first_and_contacts_of_none_are_in_none(
    desk: Client, customer: str
) -> None:
    contacts = [a_contact(customer, f"c{n}", 30 - n, journey_id=f"j-{n}") for n in range(7)]
    feed(desk, "interactions", *contacts, a_contact(customer, "alone", 1, journey_id=None))
    assert [journey["journey_id"] for journey in story(desk, customer)] == [
        "j-6", "j-5", "j-4", "j-3", "j-2",
    ]  # fmt: skip


def test_who_sends_something_back_hears_the_ways_with_a_fitting_exchange_first(
    desk: Client, customer: str, shelf: Stock
) -> None:
    wide = [
        one for one in shelf.items if one.category == "bookcases" and one.attributes.get("width")
    ]
    widest = max(wide, key=lambda item: item.attributes["width"].value)
    about = {"item_id": widest.id, "reason": "too_large", "attribute": "width"}
    contact = {"topic": "return", "items": [about]}
    answer = ask(desk, a_request(customer, interaction=contact, dry_run=True))
    names = [one["remedy"] for one in answer["remedies"]]
    fits = [one["item_id"] for one in answer["suggestions"] if one["fit"] == "fits"]
    exchange = next(one for one in answer["remedies"] if one["remedy"] == "exchange")
    assert set(exchange["item_ids"]) <= set(fits)
    assert names == (
        ["exchange", "refund", "credit"]
        if exchange["item_ids"]
        else ["refund", "exchange", "credit"]
    )
    angry = ask(desk, a_request(customer, interaction={**contact, "mood": "angry"}, dry_run=True))
    assert [one["remedy"] for one in angry["remedies"]] == ["refund", "exchange", "credit"]
    in_public = {**contact, "channel": "facebook", "public": True}
    assert "remedies" not in ask(desk, a_request(customer, interaction=in_public, dry_run=True))
    assert "remedies" not in ask(desk, a_request(customer, dry_run=True))
