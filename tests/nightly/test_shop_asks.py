"""The made shop's asks: by the service's rules and arms, and with an effect that adds up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import domain
from models.arm import Experiment
from service.api.schemas import OutcomeSchema
from service.api.schemas_past import PastDecisionSchema
from service.decision.arm import arm_of, experiment_of
from service.decision.policy import load_policy
from tests.nightly.test_shop import without_nulls
from training.shop import Shop, make_shop
from training.shop.asks import ASK_SECONDS, ASKS, DECLINED_DAYS, FATIGUE_DAYS, MOST_STEPS
from training.shop.make import AS_SHIPPED

UNTIL = date(2026, 10, 31)
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(seed=2, items=600, customers=3_000, months=12, until=UNTIL)


@pytest.fixture(scope="module")
def asks(shop: Shop) -> list[dict[str, Any]]:
    return shop.asks.to_pylist()


@pytest.fixture(scope="module")
def outcomes(shop: Shop) -> Rows:
    """By suggestion."""
    rows = {row["suggestion_id"]: row for row in shop.outcomes.to_pylist()}
    assert len(rows) == shop.outcomes.num_rows
    return rows


@pytest.fixture(scope="module")
def contacts(shop: Shop) -> Rows:
    return {row["id"]: row for row in shop.interactions.to_pylist()}


@pytest.fixture(scope="module")
def orders(shop: Shop) -> Rows:
    return {row["id"]: row for row in shop.orders.to_pylist()}


def test_every_row_is_one_that_the_importers_take(shop: Shop, asks: list[dict[str, Any]]) -> None:
    for row in asks[:500]:
        assert PastDecisionSchema().load(without_nulls(row)).suggestion_id == row["suggestion_id"]
    for row in shop.outcomes.to_pylist()[:500]:
        assert OutcomeSchema().load(without_nulls(row)).event_id == row["event_id"]


def test_arms_are_those_of_the_service_and_nobody_in_the_holdout_is_asked(
    asks: list[dict[str, Any]], outcomes: Rows
) -> None:
    policy = load_policy()
    assert experiment_of(policy) == AS_SHIPPED
    arms = Counter(row["arm"] for row in asks)
    assert 0.05 < arms["holdout"] / (arms["holdout"] + arms["treatment"]) < 0.15
    for row in asks:
        if row["arm"]:
            assert row["arm"] == arm_of(row["customer_id"], policy)
        assert (row["reason"] == "holdout") == (row["arm"] == "holdout")
        assert (row["decision"] == "offer") == (row["arm"] == "treatment")
    offers = {row["suggestion_id"] for row in asks if row["decision"] == "offer"}
    assert set(outcomes) < offers


def test_the_limits_are_those_of_the_shipped_policy() -> None:
    policy = load_policy()
    assert {name: one.asks for name, one in policy.channels.items()} == ASKS
    assert {name: one.seconds for name, one in policy.channels.items()} == ASK_SECONDS
    assert policy.fatigue == timedelta(FATIGUE_DAYS)
    assert policy.declined_silence == timedelta(DECLINED_DAYS)
    assert policy.gates.effort == MOST_STEPS


def test_nobody_is_asked_against_what_the_contact_or_the_customer_says(
    asks: list[dict[str, Any]], contacts: Rows
) -> None:
    silent: set[str] = set()
    for row in asks:
        contact = contacts[row["interaction_id"]]
        assert contact["customer_id"] == row["customer_id"]
        assert contact["resolved_at"] == row["decided_at"]
        if row["arm"]:
            assert contact["status"] == "resolved"
            assert contact["mood"] != "angry"
            assert contact["severity"] != "high"
            assert not contact["public"]
            assert row["customer_id"] not in silent
        if row["reason"] in ("objected", "opted_out"):
            silent.add(row["customer_id"])
    assert silent
    reasons = {row["reason"] for row in asks}
    assert reasons >= {"unresolved", "angry", "severe", "public_channel", "fatigue", "holdout"}
    assert reasons <= {None, *domain.NO_OFFER_REASONS}


def test_asks_of_a_quarter_stay_below_the_cap(asks: list[dict[str, Any]], contacts: Rows) -> None:
    heard: dict[str, list[tuple[datetime, float]]] = {}
    for row in asks:
        if row["decision"] == "offer":
            mine = heard.setdefault(row["customer_id"], [])
            mine.append((row["decided_at"], 1 / ASKS[contacts[row["interaction_id"]]["channel"]]))
            quarter = row["decided_at"] - timedelta(FATIGUE_DAYS)
            assert sum(weight for at, weight in mine if at > quarter) < 1.001


def test_only_the_cheat_reports_acceptances_without_an_order(
    shop: Shop, asks: list[dict[str, Any]], outcomes: Rows, orders: Rows
) -> None:
    cheat = shop.planted["cheating_agent"]
    by_id = {row["suggestion_id"]: row for row in asks}
    invented = 0
    for suggestion_id, row in outcomes.items():
        if row["result"] != "accepted":
            assert row["order_id"] is None
        elif row["order_id"] is None:
            invented += 1
            assert row["agent_id"] == cheat["agent_id"]
        else:
            order = orders[row["order_id"]]
            assert order["customer_id"] == by_id[suggestion_id]["customer_id"]
            assert order["placed_at"] == row["occurred_at"]
            assert [line["item_id"] for line in order["lines"]] == [row["item_id"]]
    assert invented == cheat["invented"] > 0


def test_what_is_shown_can_be_sold_and_comes_from_what_the_customer_did(
    shop: Shop, asks: list[dict[str, Any]], orders: Rows
) -> None:
    sold = {row["id"] for row in shop.items.to_pylist() if row["sellable"]}
    partners = {row["item_id"]: row["partner_id"] for row in shop.truth.bundles.to_pylist()}
    bought: dict[str, set[str]] = {}
    for order in orders.values():
        for line in order["lines"]:
            bought.setdefault(order["customer_id"], set()).add(line["item_id"])
    kinds: Counter[str] = Counter()
    for row in asks:
        shown = row["suggestions"]
        assert bool(shown) == bool(row["arm"])
        assert len({one["item_id"] for one in shown}) == len(shown) <= 3
        for one in shown:
            kinds[one["kind"]] += 1
            mine = bought.get(row["customer_id"], set())
            assert one["item_id"] in sold
            assert one["kind"] != "repeat" or one["item_id"] in mine
            assert one["kind"] != "complement" or one["item_id"] in {
                partners.get(item) for item in mine
            }
    assert set(kinds) == set(domain.KINDS)


def test_the_truth_adds_up_and_agrees_with_the_files(
    shop: Shop, asks: list[dict[str, Any]], outcomes: Rows, orders: Rows
) -> None:
    total = shop.planted["total"]
    assert total["eligible"] == sum(row["arm"] is not None for row in asks)
    assert total["offered"] == sum(row["decision"] == "offer" for row in asks)
    results = Counter(row["result"] for row in outcomes.values())
    assert total["reported_accepted"] == results["accepted"]
    assert total["asked"] == sum(results.values()) - results["not_offered"]
    made = [orders[row["order_id"]] for row in outcomes.values() if row["order_id"]]
    assert total["truly_accepted"] == len(made)
    net = Decimal(0)
    for order in made:
        if order["cancelled_at"] is None:
            net += sum(Decimal(one["unit_price"]) * one["quantity"] for one in order["lines"])
            net -= sum(Decimal(one["amount"]) for one in order["refunds"])
    assert Decimal(total["sales_of_accepted_orders"]) == net
    brought = Decimal(total["sales_brought_forward"])
    assert Decimal(total["incremental_sales"]) == net - brought
    assert brought > 0
    for part in ("by_channel", "by_touchpoint"):
        for name in total:
            if name.endswith("if_nobody_were_held_out"):
                continue  # each is blown up by its own share
            whole = sum(Decimal(str(row[name])) for row in shop.planted[part])
            assert whole == Decimal(str(total[name])), name


def test_asking_works_best_at_the_planted_touchpoint(shop: Shop) -> None:
    """Among those with enough asks to say so."""
    yes = {
        row["group"]: row["truly_accepted"] / row["asked"]
        for row in shop.planted["by_touchpoint"]
        if row["asked"] >= 40
    }
    assert max(yes, key=lambda name: yes[name]) == shop.planted["influential_touchpoint"]


def test_agents_ask_warm_customers_more_often(shop: Shop) -> None:
    asked = shop.planted["asked_share"]
    assert asked["warm_customers"] > asked["other_customers"]


def test_asking_leaves_what_came_before_as_it_was(shop: Shop) -> None:
    """With everybody held out the shop is the same but for what asking made and brought forward."""
    nobody = make_shop(2, 600, 3_000, 12, UNTIL, Experiment("none", "", 0.5))
    until = datetime(2026, 5, 1, tzinfo=UTC)

    def early(one: Shop) -> list[Any]:
        rows = one.orders.drop_columns(["id", "refunds"]).to_pylist()
        return [row for row in rows if row["placed_at"] < until]

    assert early(shop) == early(nobody)
    assert nobody.interactions.equals(shop.interactions)


def test_some_contacts_have_goodwill_the_useless_effort_and_a_rating(
    shop: Shop, contacts: Rows
) -> None:
    effort = shop.planted["useless_effort"]
    made = [one for row in contacts.values() for one in row["efforts"]]
    assert {one["name"] for one in made} == {effort["name"]}
    assert (len(made), sum(Decimal(one["cost"]["amount"]) for one in made)) == (
        effort["contacts"],
        Decimal(effort["cost"]),
    )
    rated = Counter(row["satisfaction"] for row in contacts.values())
    assert set(rated) == {None, 1, 2, 3, 4, 5}
    given = [row for row in contacts.values() if row["goodwill"]]
    assert {row["fault"] for row in given} == {"ours", "carrier"}


def test_a_shop_of_few_customers_and_days_has_asks_too_or_none() -> None:
    for seed in range(5):
        tiny = make_shop(seed=seed, items=28, customers=2, months=1, until=UNTIL)
        assert tiny.planted["total"]["decisions"] == tiny.asks.num_rows
