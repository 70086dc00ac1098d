"""What a caller sees of the worth: its terms, the queue in it, and what was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from service.decision.value.levers import Lever, Levers
from service.decision.value.uplift import HOLDOUT, Arm, assumed
from service.ledger.uplift import read_cells
from service.parts import Parts
from service.uplift import MeasuredUplift
from tests.api.client import Client, assert_problem
from tests.api.shop_floor import Stock, a_request, ask, customers_in
from tests.ledger_rows import DAY, ledger_rows

TERMS = {
    "expected_margin", "returns", "lifetime_value", "asking", "queue", "annoyance", "goodwill",
}  # fmt: skip


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


@pytest.fixture
def change(floor: Parts) -> Callable[..., None]:
    """Change the policy's pricing for the rest of the test."""

    def do(**pricing: Any) -> None:
        floor.policy = replace(floor.policy, pricing=replace(floor.policy.pricing, **pricing))
        floor.uplift = MeasuredUplift(floor.policy.pricing)

    return do


def a_queue(busy: int, waiting: int, seconds_ago: int = 1) -> dict[str, Any]:
    as_of = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return {"agents": 10, "busy": busy, "waiting": waiting, "as_of": as_of.isoformat()}


def by_chat(customer: str, **changes: Any) -> dict[str, Any]:
    """An ask that is cheap enough to be worth it."""
    return a_request(customer, interaction={"channel": "chat"}, explain=True, **changes)


def test_the_terms_add_up_to_the_worth_and_say_where_they_come_from(
    agent: Client, customer: str
) -> None:
    answer = ask(agent, by_chat(customer))
    assert answer["suggestions"]
    for entry in answer["suggestions"]:
        assert set(entry["terms"]) == TERMS
        amounts = [Decimal(term["amount"]) for term in entry["terms"].values()]
        assert sum(amounts) == Decimal(entry["worth"]["amount"]) > 0
        assert entry["uplift_from"] == "probability_times_incremental_share"
        assert entry["uplift"] == pytest.approx(0.4 * entry["probability"], abs=1e-4)
        assert entry["margin_from"] in ("unit_cost", "margin_rate")
        assert entry["pieces"] >= 1
        assert 0 < entry["return_rate"] < 1, "the made shop has returns"
    assert answer["asking"]["queue"] == "missing"


def test_all_of_it_is_on_record_with_the_seconds_that_it_takes(
    agent: Client, customer: str, ledger: psycopg.Connection
) -> None:
    answer = ask(agent, by_chat(customer, queue=a_queue(8, 0)))
    row = ledger.execute("SELECT record, ask_seconds, probability FROM decisions").fetchone()
    assert row is not None
    record, seconds, probability = row
    assert record["asking"] == answer["asking"]
    assert record["asking"]["queue"] == "fresh"
    assert seconds == answer["asking"]["seconds"] == 15
    assert probability == pytest.approx(answer["suggestions"][0]["probability"], abs=1e-4)
    [kept, *_], [told, *_] = record["suggestions"], answer["suggestions"]
    assert kept["terms"] == {name: term["amount"] for name, term in told["terms"].items()}
    assert {term["currency"] for term in told["terms"].values()} == {kept["price"]["currency"]}


def test_who_waits_makes_asking_dearer_and_the_script_shorter(
    agent: Client, customer: str, change: Callable[..., None]
) -> None:
    change(incremental_share=4.0)
    calm, busy = (
        ask(agent, a_request(customer, queue=a_queue(*queue), explain=True, dry_run=True))
        for queue in ((8, 0), (10, 1))
    )
    assert (calm["asking"]["short"], busy["asking"]["short"]) == (False, True)
    assert busy["asking"]["queue_price_per_minute"] == {"amount": "1.20", "currency": "GBP"}
    assert calm["suggestions"][0]["terms"]["queue"]["amount"] == "0.00"
    assert busy["suggestions"][0]["terms"]["queue"]["amount"] == "-0.30"


def test_a_queue_of_a_minute_ago_changes_nothing_and_is_flagged(
    agent: Client, customer: str
) -> None:
    answer = ask(agent, by_chat(customer, queue=a_queue(10, 90, seconds_ago=60)))
    assert answer["asking"]["queue"] == "stale"
    assert answer["suggestions"][0]["terms"]["queue"]["amount"] == "0.00"


@pytest.mark.parametrize(("marketing", "hint"), [(True, {"channel": "email"}), (None, None)])
def test_while_many_wait_a_customer_who_agreed_may_be_written_to_later(
    agent: Client, customer: str, change: Callable[..., None], marketing: bool | None, hint: object
) -> None:
    change(incremental_share=2.0)
    consent = {"consent": {"marketing": marketing}}
    body = a_request(customer, queue=a_queue(10, 600), customer=consent, explain=True)
    answer = ask(agent, body)
    assert (answer["decision"], answer["reason"]) == ("no_offer", "not_worth_it")
    assert answer.get("send_later") == hint


def test_in_quiet_times_nobody_is_put_off(
    agent: Client, customer: str, change: Callable[..., None]
) -> None:
    change(incremental_share=0.0)
    body = a_request(customer, queue=a_queue(3, 0), customer={"consent": {"marketing": True}})
    answer = ask(agent, body)
    assert answer["reason"] == "not_worth_it"
    assert "send_later" not in answer


def test_more_busy_than_there_are_agents_is_refused(agent: Client, customer: str) -> None:
    answer = agent.post("/v1/suggestions", a_request(customer, queue=a_queue(11, 0)))
    problem = assert_problem(answer, 422)
    [fault] = problem["errors"]
    assert fault["pointer"] == "/queue/busy"
    assert "11 of 10 agents" in fault["detail"]


def test_a_lever_and_what_it_costs_are_told_and_on_record(
    agent: Client,
    customer: str,
    change: Callable[..., None],
    ledger: psycopg.Connection,
    floor: Parts,
) -> None:
    floor.policy = replace(floor.policy, explore=replace(floor.policy.explore, enabled=False))
    before = ask(agent, by_chat(customer, dry_run=True))
    first, *_, last = before["suggestions"]
    change(levers=Levers({}, {last["item_id"]: Lever(Decimal(1), Decimal(1000))}))
    answer = ask(agent, by_chat(customer))
    assert answer["suggestions"][0]["item_id"] == last["item_id"]
    cost = Decimal(first["worth"]["amount"]) - Decimal(last["worth"]["amount"])
    assert answer["levers"] == {
        "applied": [f"item:{last['item_id']}"],
        "first_without": first["item_id"],
        "cost": {"amount": str(cost), "currency": "GBP"},
    }
    row = ledger.execute("SELECT record -> 'levers' FROM decisions").fetchone()
    assert row == (answer["levers"],)


def test_the_uplift_is_counted_by_first_eligible_contacts(ledger: psycopg.Connection) -> None:
    """Lea ordered after it; Max before it, and too late; Eve's second contact is not her first."""
    rows, now = ledger_rows(ledger), datetime(2026, 11, 23, tzinfo=UTC)
    seen = now - 100 * DAY
    for id, customer, arm, at in [
        ("1", "lea", "treatment", seen),
        ("2", "max", "treatment", seen),
        ("3", "eve", "holdout", seen),
        ("4", "eve", "holdout", seen + DAY),
        ("5", "new", "holdout", now - DAY),
    ]:
        _decided(ledger, rows.contact(id, customer, at), customer, arm, at)
    rows.order("a", {"lamp": "9.00"}, customer="lea", at=seen + DAY)
    rows.order("b", {"lamp": "9.00"}, customer="max", at=seen - DAY)
    rows.order("c", {"lamp": "9.00"}, customer="max", at=seen + 31 * DAY)
    rows.order("d", {"lamp": "9.00"}, customer="max", at=seen + DAY, cancelled_at=seen + 2 * DAY)
    cells = read_cells(ledger, now, timedelta(days=180), timedelta(days=30))
    [(sort, cell)] = cells.items()
    assert sort == ("repeat", "return")
    assert (cell.treatment, cell.holdout) == (Arm(2, 1), Arm(1, 0))
    assert cell.expected == pytest.approx(3 * 0.25)


def test_a_worker_takes_over_what_was_measured(
    agent: Client, floor: Parts, customer: str, ledger: psycopg.Connection
) -> None:
    """A planted harm: who was asked ordered less. Nobody is asked any more."""
    assert floor.uplift.latest == assumed(0.4)
    now = datetime.now(UTC)
    ledger.execute(MANY, {"at": now - 60 * DAY, "policy": floor.policy.version})
    floor.uplift.measure(ledger, now)
    assert floor.uplift.latest.source == HOLDOUT
    assert floor.uplift.latest.overall < 0
    answer = ask(agent, by_chat(customer))
    assert answer["reason"] == "not_worth_it"


MANY = """
WITH people AS (
    INSERT INTO customers (id) SELECT 'p' || n FROM generate_series(1, 8000) AS n RETURNING id
), contacts AS (
    INSERT INTO interactions (id, customer_id, channel, topic, status, resolved_at, digest)
    SELECT 'c' || id, id, 'phone', 'delivery', 'resolved', %(at)s, '' FROM people
), decided AS (
    INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel,
        decision, eligible, arm, kind, policy_version, record, body_digest, answer, probability)
    SELECT 's' || id, 'c' || id, id, %(at)s, 'phone', 'offer', true,
        CASE WHEN substr(id, 2)::int %% 2 = 0 THEN 'treatment' ELSE 'holdout' END, 'repeat',
        %(policy)s, '{}', '', '', 0.25
    FROM people
)
INSERT INTO orders (id, customer_id, placed_at, currency, digest, net)
SELECT 'o' || id, id, %(at)s::timestamptz + interval '1 day', 'GBP', '', 9
FROM people
WHERE substr(id, 2)::int %% 2 = 1 AND substr(id, 2)::int %% 10 < 5
"""


def _decided(
    ledger: psycopg.Connection, contact: str, customer: str, arm: str, at: datetime
) -> None:
    ledger.execute(
        "INSERT INTO decisions (suggestion_id, interaction_id, customer_id, decided_at, channel,"
        " decision, eligible, arm, kind, policy_version, record, body_digest, answer, probability)"
        " VALUES (%s, %s, %s, %s, 'phone', 'offer', true, %s, 'repeat', '1', '{}', '', '', 0.25)",
        [f"sug_{contact}", contact, customer, at, arm],
    )
