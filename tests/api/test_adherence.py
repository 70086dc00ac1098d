"""Adherence and lost opportunities: every contact in which an ask was allowed is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from service.reports.adherence import adherence
from service.reports.lost import lost_opportunities
from service.reports.tables import to_json
from tests.ledger_rows import DAY, NOON, LedgerRows, insight, ledger_rows, report
from tests.recovery_world import NOW as WORLD_NOW
from tests.recovery_world import a_world, write


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    """Ten eligible contacts: 4 asked, 3 skipped, 1 unreported, 2 held out; and one forbidden."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        shop = ledger_rows(connection)
        for number in range(8):
            contact = shop.contact(f"c{number}", f"customer {number}", channel="phone")
            shop.decision(contact, {"cake": "5.00", "bag": "3.00"}, worth=f"{number}.25")
        for number in range(8, 10):
            contact = shop.contact(f"c{number}", f"customer {number}", channel="chat")
            shop.decision(contact, arm="holdout", reason="holdout", worth="2.00")
        shop.decision(shop.contact("c10"), eligible=False, arm=None, reason="angry", worth="99.00")
        shop.outcome("sug_c0", "accepted")
        shop.outcome("sug_c1", "declined")
        shop.outcome("sug_c2", "maybe_later")
        shop.outcome("sug_c3", "not_offered", "bag", reason="already_owns")
        shop.outcome("sug_c3", "declined", "cake")  # one item was asked for, so it is an ask
        shop.outcome("sug_c4", "not_offered", reason="customer_in_hurry")
        shop.outcome("sug_c5", "not_offered", reason="customer_in_hurry")
        shop.outcome("sug_c6", "not_offered", None, reason="out_of_stock", at=NOON)
        shop.outcome("sug_c6", "not_offered", None, reason="already_owns", at=NOON + DAY)
        yield shop


def test_every_eligible_contact_is_in_one_state_and_the_sums_match(shop: LedgerRows) -> None:
    [row] = insight(shop, adherence)["rows"]
    assert row["eligible"] == 10 == row["shown"] + row["held_out"] + row["not_shown"]
    assert row["shown"] == 8 == row["asked"] + row["skipped"] + row["unreported"]
    assert (row["asked"], row["skipped"], row["unreported"], row["held_out"]) == (4, 3, 1, 2)


def test_of_reasons_told_again_the_last_one_counts(shop: LedgerRows) -> None:
    [row] = insight(shop, adherence)["rows"]
    assert row["reasons"] == [
        {"name": "already_owns", "number": 1},
        {"name": "customer_in_hurry", "number": 2},
    ]


def test_the_share_asked_has_its_sample_size_and_wilsons_interval(shop: LedgerRows) -> None:
    """4 of 8: (4 + 1.92) / (8 + 3.84) = 0.5, plus and minus 1.96 / 11.84 * sqrt(2.96)."""
    [row] = insight(shop, adherence)["rows"]
    assert row["asked_share"] == {"value": 0.5, "low": 0.2152, "high": 0.7848, "n": 8}


def test_groups_add_up_to_the_total(shop: LedgerRows) -> None:
    report = insight(shop, adherence, group_by="channel")
    assert [row["group"] for row in report["rows"]] == ["chat", "phone"]
    for name in ("eligible", "shown", "asked", "skipped", "unreported", "held_out"):
        assert sum(row[name] for row in report["rows"]) == report["total"][name]


def test_whoever_is_asked_in_the_holdout_is_noticed(shop: LedgerRows) -> None:
    shop.outcome("sug_c9", "declined", None)
    report = insight(shop, adherence)
    assert report["rows"][0]["asked_anyway"] == 1
    assert "asked_anyway" in codes(report)


def test_what_was_eligible_and_not_asked_is_lost_by_reason(shop: LedgerRows) -> None:
    """c4 and c5 are 4.25 + 5.25, c6 is 6.25, c7 is 7.25, and the two held out 2.00 each."""
    report = insight(shop, lost_opportunities)
    assert [(row["reason"], row["contacts"], row["forgone"]) for row in report["rows"]] == [
        ("customer_in_hurry", 2, "9.50"),
        ("unreported", 1, "7.25"),
        ("already_owns", 1, "6.25"),
        ("held_out", 2, "4.00"),
    ]
    assert (report["total"]["contacts"], report["total"]["forgone"]) == (6, "27.00")


def test_lost_are_the_eligible_less_the_asked_and_what_is_not_eligible_adds_nothing(
    shop: LedgerRows,
) -> None:
    for group_by in ("none", "channel", "team", "day"):
        lost = insight(shop, lost_opportunities, group_by=group_by)
        total = insight(shop, adherence, group_by=group_by)["total"]
        assert lost["total"]["contacts"] == total["eligible"] - total["asked"]
        assert sum(Decimal(row["forgone"]) for row in lost["rows"]) == Decimal("27.00")


def test_a_contact_without_a_recorded_worth_is_counted_and_says_so(shop: LedgerRows) -> None:
    shop.decision(shop.contact("old"), {"cake": "5.00"})
    report = insight(shop, lost_opportunities)
    assert report["total"]["unvalued"] == 1
    assert "unvalued" in codes(report)


def test_an_empty_period_is_said_to_be_empty(shop: LedgerRows) -> None:
    shop.connection.execute("TRUNCATE interactions, decisions CASCADE")
    report = insight(shop, adherence)
    assert codes(report) == ["nobody_eligible"]
    assert report["rows"][0]["asked_share"] is None


def codes(report: dict[str, Any]) -> list[str]:
    return [one["code"] for one in report["statements"]]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sums_match_on_a_ledger_where_everything_collides(
    clean_stores: tuple[str, str], seed: int
) -> None:
    """Of contacts with an offer although none was allowed nothing is counted here."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        write(connection, a_world(Random(seed)))
        shop = ledger_rows(connection)
        for group_by in ("channel", "agent", "kind", "touchpoint_stage"):
            known = to_json(report(shop, group_by=group_by, now=WORLD_NOW))
            found = insight(shop, adherence, WORLD_NOW, group_by=group_by)
            lost = insight(shop, lost_opportunities, WORLD_NOW, group_by=group_by)
            eligible = {row["group"]: row["eligible"] for row in known["rows"] if row["eligible"]}
            assert {row["group"]: row["eligible"] for row in found["rows"]} == eligible
            for row in [*found["rows"], found["total"]]:
                assert row["eligible"] == row["shown"] + row["held_out"] + row["not_shown"]
                assert row["shown"] == row["asked"] + row["skipped"] + row["unreported"]
                assert row["skipped"] == sum(one["number"] for one in row["reasons"])
            for row in found["rows"]:
                contacts = [one["contacts"] for one in lost["rows"] if one["group"] == row["group"]]
                assert sum(contacts) == row["eligible"] - row["asked"]
