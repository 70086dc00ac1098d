"""`POST /v1/suggestions` on a stocked ledger with a trained model: what the contract promises."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from models.domain import KINDS, NO_OFFER_REASONS
from service import housekeeping
from service.app import create_app
from service.decision.arm import arm_of
from service.decision.policy import load_policy
from service.parts import Parts, make_parts
from service.record import suggestion_id_of
from tests.api.client import Client, assert_problem, rows_by_table
from tests.api.shop_floor import Stock, a_request, ask, customers_in

TEN_PARTS = [
    "acknowledge", "confirm", "bridge", "permission", "offer", "benefit", "disclosures", "close",
    "recap", "decline",
]  # fmt: skip
WITHIN = Decimal(str(load_policy().explore.within))


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


def tell(agent: Client, answer: dict[str, Any], result: str, **more: Any) -> None:
    event = {
        "event_id": f"e-{answer['suggestion_id']}-{result}",
        "suggestion_id": answer["suggestion_id"],
        "item_id": answer["suggestions"][0]["item_id"],
        "result": result,
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    assert agent.post("/v1/outcomes", event | more).status_code == 201


def test_a_resolved_contact_gets_three_ranked_suggestions_with_words(
    agent: Client, customer: str
) -> None:
    answer = ask(agent, a_request(customer))
    assert (answer["decision"], answer["reason"], answer["arm"]) == ("offer", None, "treatment")
    assert [entry["rank"] for entry in answer["suggestions"]] == [1, 2, 3]
    first, *others = (Decimal(entry["worth"]["amount"]) for entry in answer["suggestions"])
    assert others == sorted(others, reverse=True)
    assert first >= (1 - WITHIN) * others[0]  # chance decides which of the nearly equal comes first
    assert others[-1] > 0
    for entry in answer["suggestions"]:
        assert entry["kind"] in KINDS
        assert 0 < entry["probability"] < 1
        assert entry["because"][0]["text"]
        script = entry["script"]
        assert list(script["parts"]) == TEN_PARTS
        assert entry["name"] in script["text"]
        assert entry["price"]["amount"] in script["text"]
        assert script["length"]["value"] <= script["length"]["limit"]
    assert answer["service_script"]["text"]
    assert answer["degraded"] is False


def test_the_same_request_again_gets_the_stored_answer_byte_for_byte(
    agent: Client, customer: str
) -> None:
    body = a_request(customer)
    first = agent.post("/v1/suggestions", body)
    shuffled = json.dumps(dict(reversed(body.items())), indent=3)
    again = agent.post("/v1/suggestions", data=shuffled, content_type="application/json")
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_another_request_about_a_decided_contact_is_refused(agent: Client, customer: str) -> None:
    body = a_request(customer)
    ask(agent, body)
    answer = agent.post("/v1/suggestions", body | {"limit": 2})
    problem = assert_problem(answer, 422, "interaction_already_decided")
    assert problem["errors"][0]["pointer"] == "/interaction/id"


def test_while_the_first_request_runs_a_second_is_told_to_wait(
    agent: Client, customer: str, floor: Parts
) -> None:
    body = a_request(customer)
    floor.memory.claim(suggestion_id_of(body["interaction"]["id"]), customer)
    assert_problem(agent.post("/v1/suggestions", body), 409, "still_running")


def test_a_dry_run_records_nothing_and_uses_up_nothing(
    agent: Client, customer: str, ledger: psycopg.Connection
) -> None:
    before = rows_by_table(ledger)
    for _ in range(6):
        answer = ask(agent, a_request(customer, dry_run=True))
        assert (answer["decision"], answer["suggestion_id"]) == ("offer", None)
    assert rows_by_table(ledger) == before


def test_a_stranger_with_unknown_items_is_a_cold_start_and_no_error(
    agent: Client, floor: Parts
) -> None:
    stranger = next(f"n{n}" for n in range(99) if arm_of(f"n{n}", floor.policy) == "treatment")
    about = {"channel": "web", "topic": "return", "items": [{"item_id": "what?"}]}
    answer = ask(agent, a_request(stranger, interaction=about))
    assert answer["decision"] == "offer"
    assert {entry["because"][0]["code"] for entry in answer["suggestions"]} == {"popular"}


def test_the_holdout_hears_nothing_and_its_shadow_is_on_record(
    agent: Client, floor: Parts, shelf: Stock, ledger: psycopg.Connection
) -> None:
    answer = ask(agent, a_request(customers_in("holdout", floor, shelf)[0]))
    assert (answer["decision"], answer["reason"]) == ("no_offer", "holdout")
    assert answer["suggestions"] == []
    assert "holdout" not in answer["service_script"]["text"].lower()
    row = ledger.execute("SELECT eligible, arm, item_ids, record FROM decisions").fetchone()
    assert row is not None
    assert row[:3] == (True, "holdout", [])
    assert row[3]["shadow"][0]["features"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"interaction": {"status": "unresolved"}}, "unresolved"),
        ({"interaction": {"channel": "facebook", "public": True}}, "public_channel"),
        ({"customer": {"consent": {"marketing": True, "objected": True}}}, "objected"),
        ({"customer": {"consent": {"marketing": False, "objected": False}}}, "opted_out"),
        ({"customer": {"vulnerable": True}}, "vulnerable"),
        ({"interaction": {"mood": "angry"}}, "angry"),
        ({"interaction": {"severity": "high"}}, "severe"),
    ],
)
def test_a_closed_gate_is_an_ordinary_answer_with_kind_words(
    agent: Client, customer: str, changes: dict[str, Any], reason: str, ledger: psycopg.Connection
) -> None:
    answer = ask(agent, a_request(customer, **changes))
    assert (answer["decision"], answer["reason"], answer["arm"]) == ("no_offer", reason, None)
    assert answer["reason"] in NO_OFFER_REASONS
    assert answer["service_script"]["text"]
    assert ledger.execute("SELECT eligible FROM decisions").fetchone() == (False,)


def test_an_objection_is_kept_and_no_later_request_undoes_it(agent: Client, customer: str) -> None:
    ask(agent, a_request(customer, customer={"consent": {"marketing": True, "objected": True}}))
    willing = {"consent": {"marketing": True, "objected": False}}
    assert ask(agent, a_request(customer, customer=willing))["reason"] == "objected"


def test_vulnerability_is_remembered_until_somebody_says_that_it_has_passed(
    agent: Client, customer: str
) -> None:
    ask(agent, a_request(customer, customer={"vulnerable": True}))
    assert ask(agent, a_request(customer))["reason"] == "vulnerable"
    assert ask(agent, a_request(customer, customer={"vulnerable": False}))["decision"] == "offer"


def test_a_no_ends_it_for_a_while(agent: Client, customer: str) -> None:
    tell(agent, ask(agent, a_request(customer)), "declined")
    assert ask(agent, a_request(customer))["reason"] == "declined_recently"


def test_a_yes_is_enough_for_today(agent: Client, customer: str) -> None:
    tell(agent, ask(agent, a_request(customer)), "accepted", order_id="o-1")
    assert ask(agent, a_request(customer))["reason"] == "just_converted"


def test_an_ask_that_was_not_made_uses_up_no_cap(agent: Client, customer: str) -> None:
    for _ in range(5):
        answer = ask(agent, a_request(customer))
        assert answer["decision"] == "offer"
        tell(agent, answer, "not_offered", reason="customer_in_hurry")


def test_the_fourth_phone_ask_is_fatigue(agent: Client, customer: str) -> None:
    reasons = [ask(agent, a_request(customer))["reason"] for _ in range(4)]
    assert reasons == [None, None, None, "fatigue"]


def test_two_workers_at_the_same_moment_never_both_pass_a_cap(
    agent: Client, customer: str, floor: Parts
) -> None:
    """Twelve requests at once to two workers while three asks are left: exactly three go out."""
    other = make_parts(floor.settings)
    housekeeping.tick(other)
    second = Client(create_app(floor.settings, parts=other), agent.tokens, "agent")

    def one(number: int) -> str | None:
        worker, body = (agent, second)[number % 2], a_request(customer)
        while (answer := worker.post("/v1/suggestions", body)).status_code == 409:
            time.sleep(0.02)  # as `Retry-After` asks, but sooner
        reason: str | None = answer.get_json()["reason"]
        return reason

    with ThreadPoolExecutor(6) as pool:
        reasons = list(pool.map(one, range(12)))
    other.close()
    assert reasons.count(None) == 3
    assert reasons.count("fatigue") == 9
    with floor.pool.connection() as connection:
        shown = "SELECT count(*) FROM decisions WHERE decision = 'offer'"
        assert connection.execute(shown).fetchone() == (3,)


def test_explain_shows_terms_that_add_up_features_and_sources(agent: Client, customer: str) -> None:
    answer = ask(agent, a_request(customer, explain=True))
    for entry in answer["suggestions"]:
        terms = [Decimal(term["amount"]) for term in entry["terms"].values()]
        assert sum(terms) == Decimal(entry["worth"]["amount"])
        assert entry["sources"]
        assert entry["features"]["customer_orders"] > 0
    assert isinstance(answer["excluded"], list)


def test_the_record_says_what_the_explanation_says(
    agent: Client, customer: str, ledger: psycopg.Connection
) -> None:
    """Its features by the names that the table `facts` has."""
    answer = ask(agent, a_request(customer, explain=True))
    [[record, names]] = ledger.execute(
        "SELECT record, value FROM decisions JOIN facts ON key = record ->> 'feature_names'"
    ).fetchall()
    assert record["excluded"] == {one["item_id"]: one["reason"] for one in answer["excluded"]}
    for kept, told in zip(record["suggestions"], answer["suggestions"], strict=True):
        assert dict(zip(names, kept["features"], strict=True)) == told["features"]
        assert kept["sources"] == told["sources"]
        assert kept["item_id"] == told["item_id"]


@pytest.mark.parametrize("topic", ["return", "complaint"])
def test_what_the_caller_excludes_or_what_came_back_is_not_suggested(
    agent: Client, customer: str, shelf: Stock, topic: str
) -> None:
    """Of few that may be suggested, so that every candidate is looked at."""
    first = ask(agent, a_request(customer, dry_run=True, limit=10))
    best, second, *others = (entry["item_id"] for entry in first["suggestions"])
    returned = {"topic": topic, "items": [{"item_id": second, "reason": "defective"}]}
    excluded_ids = [item.id for item in shelf.items if item.id not in {second, *others}]
    body = a_request(
        customer, interaction=returned, exclude_item_ids=excluded_ids, explain=True, limit=10
    )
    answer = ask(agent, body)
    assert {entry["item_id"] for entry in answer["suggestions"]} <= set(others)
    excluded = {entry["item_id"]: entry["reason"] for entry in answer["excluded"]}
    assert excluded[best] == "excluded_by_request"
    assert excluded[second] == "returned_now"


def test_what_came_back_for_no_reason_against_it_may_be_suggested_again(
    agent: Client, customer: str
) -> None:
    first = ask(agent, a_request(customer, dry_run=True))
    best = first["suggestions"][0]["item_id"]
    for reason in (None, "arrived_late"):
        returned = {"topic": "return", "items": [{"item_id": best, "reason": reason}]}
        body = a_request(customer, interaction=returned, dry_run=True, explain=True, limit=10)
        answer = ask(agent, body)
        assert best not in {entry["item_id"] for entry in answer["excluded"]}


def test_after_trouble_with_a_delivery_nothing_dearer_is_suggested(
    agent: Client, customer: str, shelf: Stock
) -> None:
    middle = sorted(shelf.items, key=lambda item: item.price)[len(shelf.items) // 2]
    late = {"topic": "delivery", "items": [{"item_id": middle.id, "reason": "arrived_late"}]}
    body = a_request(customer, interaction=late, dry_run=True, explain=True, limit=10)
    answer = ask(agent, body)
    prices = {item.id: item.price for item in shelf.items}
    excluded = {entry["item_id"]: entry["reason"] for entry in answer["excluded"]}
    shown = [prices[entry["item_id"]] for entry in answer["suggestions"]]
    assert all(price <= middle.price for price in shown)
    assert all(prices[item] > middle.price for item, why in excluded.items() if why == "dearer")
    assert "dearer" in excluded.values()


@pytest.mark.parametrize(
    "need", [{"attribute": "width", "max": 1, "unit": "mm"}, {"attribute": "width", "min": 0}]
)
def test_what_does_not_fit_is_never_suggested_and_the_unknown_brings_its_question(
    agent: Client, customer: str, shelf: Stock, need: dict[str, Any]
) -> None:
    body = a_request(customer, needs=[need], dry_run=True, limit=10, explain=True)
    answer = ask(agent, body)
    verdicts = [entry["fit"] for entry in answer["suggestions"]]
    assert set(verdicts) <= {"fits", "unknown"}
    assert verdicts == sorted(verdicts)
    if "unknown" in verdicts:
        assert answer["question"]
    left_out = {entry["item_id"] for entry in answer["excluded"]}
    wide = {item.id for item in shelf.items if "width" in item.attributes}
    shown = {entry["item_id"] for entry in answer["suggestions"]}
    if "max" in need:
        assert left_out & wide
        assert not shown & wide
    assert shown or answer["reason"] in ("nothing_fits", "not_worth_it")


def test_orders_of_the_request_count_once_beside_those_of_the_ledger(
    agent: Client, customer: str, shelf: Stock
) -> None:
    known = next(order for order in shelf.orders if order.customer_id == customer)
    fresh = shelf.items[0].id

    def with_orders(*orders: dict[str, Any]) -> dict[str, Any]:
        body = a_request(customer, orders=list(orders), dry_run=True, explain=True)
        found: dict[str, Any] = ask(agent, body)["suggestions"][0]["features"]
        return found

    def an_order(order_id: str, placed_at: datetime) -> dict[str, Any]:
        line = {"item_id": fresh, "quantity": 1, "unit_price": "2.95"}
        return {
            "id": order_id, "placed_at": placed_at.isoformat(), "currency": "GBP", "lines": [line],
        }  # fmt: skip

    plain = with_orders()
    again = with_orders(an_order(known.id, known.placed_at))
    more = with_orders(an_order("new-1", datetime.now(UTC) - timedelta(days=2)))
    assert again["customer_orders"] == plain["customer_orders"]
    assert more["customer_orders"] == plain["customer_orders"] + 1


def test_a_suggestion_can_be_read_again_with_its_outcomes(agent: Client, customer: str) -> None:
    made = ask(agent, a_request(customer))
    tell(agent, made, "maybe_later")
    again = agent.get(f"/v1/suggestions/{made['suggestion_id']}").get_json()
    outcomes, messages = again.pop("outcomes"), again.pop("messages")
    assert again == made
    assert messages == []
    assert [entry["result"] for entry in outcomes] == ["maybe_later"]
    assert_problem(agent.get("/v1/suggestions/sug_unknown"), 404)


def test_an_answer_never_depends_on_a_forgotten_memory(
    agent: Client, customer: str, floor: Parts
) -> None:
    """Redis holds nothing that the ledger does not: forgetting changes no decision."""
    again = a_request(customer, dry_run=True)
    first = ask(agent, again)
    ask(agent, a_request(customer, interaction={"channel": "web"}))
    floor.memory.forget([customer])
    second = ask(agent, again)
    shown = [[entry["item_id"] for entry in one["suggestions"]] for one in (first, second)]
    assert shown[0] == shown[1]


def test_a_ledger_of_another_currency_is_not_served(floor: Parts) -> None:
    """Euros labelled as pounds would be wrong in every script and report."""
    other = make_parts(replace(floor.settings, currency="EUR"))
    housekeeping.tick(other)
    assert other.ready() == (False, ["ledger_keeps_GBP_not_EUR"])
    other.close()
