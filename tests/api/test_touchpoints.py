"""Touchpoints are ranked by what asking brings, with the stage told from what came before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from service.reports.touchpoints import PerContact, TouchpointRow, ranked, touchpoints
from tests.ledger_rows import DAY, NOON, SECOND, LedgerRows, insight, ledger_rows
from tests.trial_rows import a_trial, hold_out


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield ledger_rows(connection)


def stages(shop: LedgerRows) -> list[str]:
    return sorted(row["stage"] for row in insight(shop, touchpoints)["rows"])


def test_what_asking_brings_is_told_per_contact(shop: LedgerRows) -> None:
    """A contact brings 5.00 of sales and 2.00 of margin, as `tests/trial_rows.py` works out."""
    hold_out(shop.connection)
    a_trial(shop.connection)
    [row] = insight(shop, touchpoints)["rows"]
    assert (row["rank"], row["channel"], row["topic"]) == (1, "phone", "return")
    assert (row["stage"], row["contacts"], row["customers"]) == ("before_first_order", 500, 500)
    assert (row["margin"]["value"], row["sales"]["value"]) == ("2.00", "5.00")
    assert 0 < float(row["margin"]["low"]) < 2 < float(row["margin"]["high"])
    assert row["verdict"] == "gain"


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        ({}, "before_first_order"),
        ({"order": 30 * DAY}, "after_order"),
        ({"order": 30 * DAY + SECOND}, "between_orders"),
        ({"contact": 7 * DAY}, "repeat"),
        ({"contact": 7 * DAY + SECOND}, "before_first_order"),
        ({"order": -SECOND}, "before_first_order"),
    ],
)
def test_the_stage_is_what_came_before_the_contact(
    shop: LedgerRows, before: dict[str, Any], stage: str
) -> None:
    at = NOON + 20 * DAY
    shop.contact("now", at=at)
    if "order" in before:
        shop.order("o", {"cake": "5.00"}, at=at - before["order"])
    if "contact" in before:
        shop.contact("earlier", at=at - before["contact"])
    assert stage in stages(shop)


def test_another_topic_is_no_repeat_unless_it_is_the_same_journey_or_the_desk_says_so(
    shop: LedgerRows,
) -> None:
    shop.contact("first", topic="delivery", journey_id="j")
    shop.contact("other topic", at=NOON + DAY)
    assert stages(shop) == ["before_first_order"] * 2
    shop.contact("same journey", at=NOON + 2 * DAY, topic="billing", journey_id="j")
    shop.contact("told", customer="tom", topic="price", first_contact=False)
    assert stages(shop).count("repeat") == 2


def test_too_few_customers_stand_last_without_a_rank(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    shop.contact("one", customer="lea", channel="chat")
    shop.decision("one", {"cake": "5.00"})
    report = insight(shop, touchpoints)
    last = report["rows"][-1]
    assert (last["channel"], last["rank"], last["margin"]) == ("chat", None, None)
    assert last["verdict"] == "not_enough_data"
    assert "too_little_data" in [one["code"] for one in report["statements"]]


def test_an_open_window_ranks_nothing(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    [row] = insight(shop, touchpoints, now=NOON + DAY)["rows"]
    assert (row["verdict"], row["rank"]) == ("maturing", None)


def a_row(channel: str, margin: str | None, verdict: str, contacts: int = 1) -> TouchpointRow:
    amount = None if margin is None else PerContact(*[Decimal(margin)] * 3)
    return TouchpointRow(
        None, channel, "return", "repeat", contacts, 1, 1, Decimal(0), 1, amount, amount, None,
        verdict, None,
    )  # fmt: skip


def test_what_is_known_stands_before_what_may_be_chance_and_volume_ranks_nothing() -> None:
    rows = [
        a_row("loss", "-3.00", "loss"),
        a_row("unknown", None, "not_enough_data"),
        a_row("lucky", "9.00", "not_enough_data"),
        a_row("busy", "0.10", "gain", contacts=100_000),
        a_row("influential", "4.00", "gain"),
    ]
    found = ranked(rows)
    names = ["influential", "busy", "lucky", "loss", "unknown"]
    assert [row.channel for row in found] == names
    assert [row.rank for row in found] == [1, 2, 3, 4, None]
    assert replace(found[0], rank=None) == rows[-1]
