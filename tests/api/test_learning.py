"""Learning while asking: what chance decided is on record, and what came of it is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from service import housekeeping
from service.decision.chance.learned import Asked
from service.learning import AskRecords
from service.ledger.asked import read_counts
from service.ledger.export import export
from service.parts import Parts
from tests.api.client import Client, rows_by_table
from tests.api.shop_floor import Stock, a_request, ask, customers_in
from tests.ledger_rows import DAY, NOON, LedgerRows, ledger_rows

COLUMNS = "probability, propensity, script_id, script_variant, item_ids, record"


@pytest.fixture
def customers(floor: Parts, shelf: Stock) -> list[str]:
    return customers_in("treatment", floor, shelf)


def recorded(ledger: psycopg.Connection, suggestion_id: str) -> dict[str, Any]:
    with ledger.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        query = f"SELECT {COLUMNS} FROM decisions WHERE suggestion_id = %s"
        row = cursor.execute(query, [suggestion_id]).fetchone()
    assert row is not None
    return row


def test_what_chance_decided_is_on_record_with_its_probability(
    agent: Client, customers: list[str], ledger: psycopg.Connection
) -> None:
    choices, said = set[int](), set[str]()
    for customer in customers:  # a page asks for nothing, so that much is worth asking
        answer = ask(agent, a_request(customer, interaction={"channel": "web"}))
        if answer["decision"] == "no_offer":
            continue
        row = recorded(ledger, answer["suggestion_id"])
        exploration, first = row["record"]["exploration"], answer["suggestions"][0]
        eligible = {one["item_id"]: one for one in exploration["eligible"]}
        shown = eligible[row["item_ids"][0]]
        assert shown["item_id"] == first["item_id"]
        assert shown["propensity"] == row["propensity"] == exploration["propensity"]
        assert shown["worth"] == first["worth"]["amount"]
        assert row["script_id"] == first["script"]["id"]
        assert shown["probability"] == row["probability"]
        assert round(row["probability"], 4) == first["probability"]
        assert sum(one["propensity"] for one in eligible.values()) == pytest.approx(1, abs=1e-12)
        assert row["script_variant"] == row["record"]["suggestions"][0]["variant"]
        assert 0 < exploration["variant_probability"] <= 1
        assert len(exploration["context"]) == 64
        assert row["script_variant"] == first["script"]["variant"]
        choices.add(len(eligible))
        said.add(row["script_variant"])
    assert max(choices) > 1
    assert said == {"a", "b"}


def test_the_holdouts_shadow_is_what_would_have_been_shown(
    agent: Client, floor: Parts, shelf: Stock, ledger: psycopg.Connection
) -> None:
    policy, compared = floor.policy, 0
    for customer in customers_in("holdout", floor, shelf)[:8]:
        body = a_request(customer)
        floor.policy = replace(policy, holdout_share=0.0)
        shown = ask(agent, body | {"dry_run": True})
        floor.policy = policy
        answer = ask(agent, body)
        if answer["reason"] != "holdout":
            continue
        compared += 1
        row = recorded(ledger, answer["suggestion_id"])
        shadow = [one["item_id"] for one in row["record"]["shadow"]]
        assert shadow == [one["item_id"] for one in shown["suggestions"]]
        assert row["item_ids"] == []
        assert row["propensity"] == row["record"]["exploration"]["propensity"]
    assert compared > 2


def test_a_dry_run_draws_as_the_request_would_and_records_nothing(
    agent: Client, customers: list[str], ledger: psycopg.Connection
) -> None:
    body = a_request(customers[0])
    before = rows_by_table(ledger)
    dry = [ask(agent, body | {"dry_run": True})["suggestions"] for _ in range(3)]
    assert rows_by_table(ledger) == before
    assert [ask(agent, body)["suggestions"]] * 3 == dry


def test_whoever_shows_one_item_explores_as_well(agent: Client, customers: list[str]) -> None:
    for customer in customers[:10]:
        body = a_request(customer, dry_run=True)
        three, one = ask(agent, body), ask(agent, body | {"limit": 1})
        assert [entry["item_id"] for entry in one["suggestions"]] == [
            entry["item_id"] for entry in three["suggestions"][:1]
        ]


def test_switched_off_the_most_worth_comes_first(
    agent: Client, floor: Parts, customers: list[str]
) -> None:
    floor.policy = replace(floor.policy, explore=replace(floor.policy.explore, enabled=False))
    for customer in customers[:10]:
        answer = ask(agent, a_request(customer, dry_run=True))
        worths = [float(entry["worth"]["amount"]) for entry in answer["suggestions"]]
        assert worths == sorted(worths, reverse=True)


@pytest.fixture
def offers(ledger: psycopg.Connection) -> Callable[..., LedgerRows]:
    """Writes one offer of cake, then tea, at noon for each number, with a chance of a quarter."""

    def write(*numbers: int, variant: str = "a", at: datetime = NOON) -> LedgerRows:
        rows = ledger_rows(ledger)
        for number in numbers:
            rows.contact(f"c{number}", at=at)
            rows.decision(
                f"c{number}", {"cake": "9.00", "tea": "4.00"}, script_id="phone.return.repeat.calm",
                script_variant=variant, probability="0.25",
            )  # fmt: skip
        return rows

    return write


SCRIPT = "phone.return.repeat.calm"


def test_asks_are_counted_by_script_variant_and_by_the_first_item(
    ledger: psycopg.Connection, offers: Callable[..., LedgerRows]
) -> None:
    rows = offers(1, 2, 3, 4)
    rows.outcome("sug_c1", "accepted", "cake")
    rows.outcome("sug_c2", "accepted", "tea")  # a yes to another than came first
    rows.outcome("sug_c3", "declined", "cake")
    rows = offers(5, 6, 7, variant="b")
    rows.outcome("sug_c5", "not_offered", None, event="not-asked")
    rows.outcome("sug_c6", "maybe_later", None, event="later")
    rows.outcome("sug_c6", "accepted", "cake", event="then-yes")
    rows.decision(rows.contact("c8"))  # no offer
    counts = read_counts(ledger, NOON - DAY, NOON + DAY)
    assert counts.scripts == {
        (SCRIPT, "a"): Asked(4, 1, 1.0),
        (SCRIPT, "b"): Asked(2, 1, 0.5),
    }
    assert counts.items == {"cake": Asked(6, 2, 1.5)}


def test_only_asks_of_the_window_count_and_only_once_a_yes_could_have_come(
    ledger: psycopg.Connection, floor: Parts, offers: Callable[..., LedgerRows]
) -> None:
    rules = floor.policy.explore
    rows = offers(1, at=NOON - rules.window - DAY)
    rows = offers(2, at=NOON - rules.window + DAY)
    rows = offers(3, at=NOON - rules.matured + timedelta(seconds=1))
    rows.outcome("sug_c2", "accepted", "cake")
    records = AskRecords(rules)
    before = records.latest.item("cake", 0.25, 1, 0)
    records.read(ledger, NOON)
    after = records.latest.item("cake", 0.25, 1, 0)
    assert (before.a + before.b, after.a + after.b) == pytest.approx((50, 51))
    assert after.a / 51 > before.a / 50


def test_workers_count_rarely_and_keep_what_they_know(
    ledger: psycopg.Connection, floor: Parts, offers: Callable[..., LedgerRows]
) -> None:
    """Once a minute; every tick in between leaves what was learned as it is."""
    known = floor.ask_records.latest
    offers(1, at=datetime.now(UTC) - 2 * DAY)
    housekeeping.tick(floor)
    assert floor.ask_records.latest is known
    floor.ask_records.read(ledger, datetime.now(UTC))
    assert sum(floor.ask_records.latest.item("cake", 0.25, 1, 0)[:2]) == pytest.approx(51)


def test_the_export_holds_what_an_estimate_needs(
    agent: Client, customers: list[str], ledger: psycopg.Connection, tmp_path: Path
) -> None:
    answer = ask(agent, a_request(customers[0]))
    export(ledger, tmp_path / "out")
    [row] = pq.read_table(tmp_path / "out" / "decisions.parquet").to_pylist()
    exploration = recorded(ledger, answer["suggestion_id"])["record"]["exploration"]
    assert row["interaction_id"].startswith("case-")
    assert row["propensity"] == exploration["propensity"]
    assert row["script_variant"]
    assert row["variant_probability"] == exploration["variant_probability"]
    assert row["item_ids"][0] in row["eligible_ids"]
    for name, key in (("ids", "item_id"), ("gains", "gain"), ("probabilities", "probability")):
        assert row[f"eligible_{name}"] == [one[key] for one in exploration["eligible"]]
    assert row["eligible_worths"] == [float(one["worth"]) for one in exploration["eligible"]]
