"""Links in messages: signed, for a while, with nothing personal, and counted back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service import keys
from service.app import create_app
from service.ledger.links import link_secrets, rotate_link_key
from service.parts import Parts
from tests.api.client import Client
from tests.api.shop_floor import Stock, a_request, ask, customers_in

SHOP = "https://shop.example/item/{item_id}?from=mail"


@pytest.fixture
def app_of_floor(floor: Parts) -> Flask:
    return create_app(floor.settings, parts=floor)


@pytest.fixture
def desk(app_of_floor: Flask, ledger: psycopg.Connection) -> Client:
    tokens = {"agent": keys.make_key(ledger, "agent", datetime.now(UTC))}
    return Client(app_of_floor, tokens, "agent")


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


@pytest.fixture
def asked(desk: Client, customer: str) -> dict[str, Any]:
    return ask(desk, a_request(customer, customer={"consent": {"marketing": True}}))


@pytest.fixture
def path(desk: Client, asked: dict[str, Any]) -> str:
    """Where the link of a message about the first suggestion leads."""
    return path_of(desk, asked)


def path_of(desk: Client, asked: dict[str, Any], **more: str) -> str:
    message = desk.post(
        f"/v1/suggestions/{asked['suggestion_id']}/messages", {"channel": "email", **more}
    )
    link = message.get_json()["link"]
    assert link.startswith("http://localhost/f/")
    return str(link).removeprefix("http://localhost")


def follow(desk: Client, path: str, method: str = "GET", **options: Any) -> TestResponse:
    """As the customer's browser does: with no key."""
    return desk.as_(None).call(method, path, **options)


def told(desk: Client, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = desk.get(f"/v1/suggestions/{asked['suggestion_id']}").get_json()
    return found


def test_the_page_shows_the_item_and_nothing_of_the_customer(
    desk: Client, asked: dict[str, Any], path: str, customer: str
) -> None:
    page = follow(desk, path)
    shown = asked["suggestions"][0]
    assert page.status_code == 200
    assert shown["name"] in page.text
    assert f"£{shown['price']['amount']}" in page.text
    assert shown["accept_label"] in page.text
    for private in ("Lea", customer, asked["suggestion_id"]):
        assert private not in page.text
        assert private not in path
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_only_the_first_visit_counts_and_a_look_at_the_headers_does_not(
    desk: Client, asked: dict[str, Any], path: str
) -> None:
    def opened_at() -> str | None:
        [message] = told(desk, asked)["messages"]
        return message["opened_at"]  # type: ignore[no-any-return]

    assert follow(desk, path, "HEAD").status_code == 200
    assert opened_at() is None
    follow(desk, path)
    first = opened_at()
    assert first is not None
    follow(desk, path)
    assert opened_at() == first


def test_a_yes_by_the_link_is_one_outcome_of_the_decision(
    desk: Client, asked: dict[str, Any], path: str
) -> None:
    for _ in range(2):
        page = follow(desk, path, "POST")
        assert page.status_code == 200
        assert asked["suggestions"][0]["name"] in page.text
        assert "Lea" not in page.text
    found = told(desk, asked)
    [outcome] = found["outcomes"]
    item_id = asked["suggestions"][0]["item_id"]
    assert (outcome["result"], outcome["item_id"]) == ("accepted", item_id)
    assert outcome["occurred_at"] == found["messages"][0]["accepted_at"]
    after = ask(desk, a_request(found["outcomes"] and customer_of(desk, asked)))
    assert after["reason"] == "just_converted"


def customer_of(desk: Client, asked: dict[str, Any]) -> str:
    parts: Parts = desk.app.extensions["encore"]
    with parts.pool.connection() as connection:
        row = connection.execute(
            "SELECT customer_id FROM decisions WHERE suggestion_id = %s", [asked["suggestion_id"]]
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_yes_on_the_phone_with_its_order_is_not_hidden_by_a_yes_by_the_link(
    desk: Client, asked: dict[str, Any], path: str
) -> None:
    said = {
        "event_id": "by-phone", "suggestion_id": asked["suggestion_id"], "result": "accepted",
        "item_id": asked["suggestions"][0]["item_id"], "order_id": "o-1",
        "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    assert desk.post("/v1/outcomes", said).status_code == 201
    assert follow(desk, path, "POST").status_code == 200
    assert [one["order_id"] for one in told(desk, asked)["outcomes"]] == ["o-1"]


def test_a_link_that_was_changed_is_404_and_one_that_expired_410(
    desk: Client, path: str, ledger: psycopg.Connection
) -> None:
    start, _, signature = path.partition(".")
    # its first letter: of the last one some bits say nothing
    changed = f"{start}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    other_id = path.replace(path[3], "A" if path[3] != "A" else "B", 1)
    unsigned = path.partition(".")[0]
    for wrong in (changed, other_id, unsigned, "/f/ä.ö", "/f/" + "x" * 150):
        for method in ("GET", "POST"):
            page = follow(desk, wrong, method)
            assert (page.status_code, page.mimetype) == (404, "text/html"), wrong
    ledger.execute("UPDATE messages SET expires_at = now()")
    page = follow(desk, path, headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert page.status_code == 410
    assert "Dieser Link ist abgelaufen" in page.text
    assert follow(desk, path, "POST").status_code == 410
    assert ledger.execute("SELECT opened_at, accepted_at FROM messages").fetchone() == (None, None)


def test_with_a_shop_the_link_leads_to_its_page_and_nowhere_else(
    desk: Client, asked: dict[str, Any], path: str, floor: Parts
) -> None:
    rule = replace(floor.policy.follow_up, shop=SHOP)
    floor.policy = replace(floor.policy, follow_up=rule)
    answer = follow(desk, path + "?next=https://evil.example")
    item = asked["suggestions"][0]["item_id"]
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"https://shop.example/item/{item}?from=mail"
    assert told(desk, asked)["messages"][0]["opened_at"]


def test_what_has_changed_since_is_said_and_cannot_be_accepted(
    desk: Client, asked: dict[str, Any], path: str, floor: Parts, ledger: psycopg.Connection
) -> None:
    item = asked["suggestions"][0]["item_id"]
    ledger.execute("UPDATE items SET stock = 0, updated_at = now() WHERE id = %s", [item])
    floor.catalogue.refresh(ledger)
    for method in ("GET", "POST"):
        page = follow(desk, path, method)
        assert page.status_code == 200
        assert "has changed since" in page.text
        assert "<button" not in page.text
    assert told(desk, asked)["outcomes"] == []


def test_an_items_name_cannot_become_markup(
    desk: Client, customer: str, floor: Parts, ledger: psycopg.Connection
) -> None:
    ledger.execute("UPDATE items SET name = '<script>' || name, updated_at = now()")
    floor.catalogue.refresh(ledger)
    asked = ask(desk, a_request(customer, customer={"consent": {"marketing": True}}))
    page = follow(desk, path_of(desk, asked))
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_after_a_new_key_links_of_the_last_one_work_and_older_ones_do_not(
    desk: Client, path: str, ledger: psycopg.Connection
) -> None:
    rotate_link_key(ledger)
    assert follow(desk, path).status_code == 200
    rotate_link_key(ledger)
    assert len(link_secrets(ledger)) == 2
    assert follow(desk, path).status_code == 404


def test_the_operators_own_key_goes_before_the_ledgers(
    desk: Client, asked: dict[str, Any], path: str, floor: Parts
) -> None:
    floor.settings = replace(floor.settings, link_keys=("n" * 32, "o" * 32))
    assert follow(desk, path).status_code == 404
    item = asked["suggestions"][1]["item_id"]
    own = path_of(desk, asked, item_id=item)
    floor.settings = replace(floor.settings, link_keys=("newer" * 8, "n" * 32))
    assert follow(desk, own).status_code == 200
