"""What the reports on efforts, channels, coaching and integrity read from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from models.domain import CHANNELS, Effort
from service.ledger.efforts import effort_rows
from service.ledger.period import contacts_of
from service.reports.channels import channels
from service.reports.coaching import coaching
from service.reports.costs import load_costs
from service.reports.efforts import efforts
from service.reports.integrity import integrity
from service.reports.query import RecoveryQuery
from service.reports.recovery import period_of
from tests.ledger_rows import (
    CHRISTMAS,
    DAY,
    NOON,
    NOVEMBER,
    SECOND,
    LedgerRows,
    insight,
    ledger_rows,
    money,
)

MARCH = NOON + 120 * DAY


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield ledger_rows(connection)


def codes(report: dict[str, Any]) -> list[str]:
    return [one["code"] for one in report["statements"]]


# Efforts


def test_efforts_are_added_up_with_their_cost(shop: LedgerRows) -> None:
    express, call = Effort("express", money("6.00")), Effort("call back", money("4.50"))
    shop.contact("a", efforts=(express, call))
    shop.contact("b", customer="tom", efforts=(express,))
    shop.contact("c", customer="ann")
    report = insight(shop, efforts, MARCH)
    assert [(row["effort"], row["contacts"], row["cost"]) for row in report["rows"]] == [
        ("express", 2, "12.00"),
        ("call back", 1, "4.50"),
    ]
    assert {row["verdict"] for row in report["rows"]} == {"not_enough_data"}
    assert codes(report) == ["association", "no_satisfaction"]


def test_a_contact_is_compared_by_what_was_bought_before_and_within_90_days(
    shop: LedgerRows,
) -> None:
    shop.contact("a", satisfaction=4, efforts=(Effort("express", money("6.00")),))
    shop.contact("b", customer="tom", channel="chat")
    shop.order("before", {"cake": "7.00"}, at=NOON - 90 * DAY)
    shop.order("long before", {"cake": "9.00"}, at=NOON - 90 * DAY - SECOND)
    shop.order("after", {"cake": "1.00"}, at=NOON + 90 * DAY)
    shop.order("too late", {"cake": "1.00"}, "tom", at=NOON + 90 * DAY + SECOND)
    period = period_of(RecoveryQuery(**NOVEMBER), load_costs(None, CHANNELS, "GBP"))
    with contacts_of(shop.connection, period):
        rows = effort_rows(shop.connection, ["express", "other"], MARCH)
    order = rows.customer.argsort()  # lea, then tom
    for name, values in {
        "before": [7, 0], "bought": [True, False], "closed": [True, True],
        "satisfaction": [4, 0], "efforts": [1, 0],
    }.items():  # fmt: skip
        assert getattr(rows, name)[order].tolist() == values, name
    assert len(set(rows.kind)) == 2


def test_contacts_of_the_last_90_days_are_not_in_the_repurchase_yet(shop: LedgerRows) -> None:
    shop.contact("a", efforts=(Effort("express", money("6.00")),))
    assert "maturing" in codes(insight(shop, efforts, CHRISTMAS))


# Channels


def test_a_matter_that_comes_to_an_agent_was_not_contained(shop: LedgerRows) -> None:
    for name in ("calls", "browses", "asks something else", "comes late", "quiet"):
        shop.contact(f"web {name}", name, channel="web")
    shop.contact("1", "calls", at=NOON + 7 * DAY)
    shop.contact("2", "browses", at=NOON + DAY, channel="web")
    shop.contact("3", "asks something else", at=NOON + DAY, topic="billing")
    shop.contact("4", "comes late", at=NOON + 7 * DAY + SECOND)
    rows = {row["channel"]: row for row in insight(shop, channels)["rows"]}
    web = rows["web"]
    assert (web["self_service"], web["contacts"]) == (True, 6)
    assert web["repeated"]["value"] == pytest.approx(2 / 6, abs=1e-4)
    assert web["contained"]["value"] == pytest.approx(5 / 6, abs=1e-4)
    # six contacts and one call after them, at 10.00 each, less six at 0.10; in 30 days two calls
    assert (web["saving_7_days"], web["saving_30_days"]) == ("49.40", "39.40")
    assert web["verdict"] == "saves"
    assert rows["phone"]["contained"] is None


def test_a_call_after_two_visits_counts_once(shop: LedgerRows) -> None:
    shop.contact("a", channel="web")
    shop.contact("b", channel="web", at=NOON + DAY)
    shop.contact("c", at=NOON + 2 * DAY)
    web = next(row for row in insight(shop, channels)["rows"] if row["channel"] == "web")
    assert web["contained"]["value"] == 0
    assert web["saving_7_days"] == "9.80"  # two agents' contacts less one, less 2 * 0.10


def test_a_journey_is_one_matter_and_grades_stand_beside_cost(shop: LedgerRows) -> None:
    shop.contact("a", channel="web", topic="delivery", journey_id="j", satisfaction=2)
    shop.contact("b", topic="billing", journey_id="j", at=NOON + DAY, satisfaction=5)
    shop.contact("c", "tom", at=NOON + DAY, satisfaction=3)
    rows = {row["channel"]: row for row in insight(shop, channels)["rows"]}
    assert rows["web"]["repeated"]["value"] == 1
    assert (rows["phone"]["satisfaction"]["value"], rows["phone"]["satisfaction"]["n"]) == (4, 2)
    assert rows["web"]["satisfaction"] is None  # one grade says nothing of the spread


def test_contacts_of_the_last_week_are_watched_still(shop: LedgerRows) -> None:
    shop.contact("a", channel="web")
    report = insight(shop, channels, NOON + DAY)
    assert codes(report) == ["maturing", "no_satisfaction"]
    assert report["rows"][0]["contained"] is None


# Coaching


def test_offers_are_counted_for_the_agent_who_saw_them(shop: LedgerRows) -> None:
    for number in range(40):
        shop.contact(f"c{number}", f"customer {number}", agent_id="csr-7")
        shop.decision(f"c{number}", {"cake": "5.00"}, kind="repeat")
        if number < 30:
            shop.outcome(f"sug_c{number}", "accepted" if number < 12 else "declined")
    shop.decision(shop.contact("nameless"), {"cake": "5.00"})
    shop.decision(shop.contact("held", "tom", agent_id="csr-7"), arm="holdout")
    report = insight(shop, coaching)
    [row] = report["rows"]
    assert (row["agent"], row["shown"], row["asked"], row["accepted"]) == ("csr-7", 40, 30, 12)
    assert row["asked_rate"]["value"] == 0.75
    assert row["accepted_rate"]["value"] == 0.4
    assert codes(report) == ["no_ranks", "nameless"]


# Integrity


def accept(shop: LedgerRows, name: str, order: str | None, at: timedelta = timedelta()) -> None:
    shop.contact(name, name, agent_id="csr-7", at=NOON + at)
    shop.decision(name, {"cake": "5.00"})
    shop.outcome(f"sug_{name}", "accepted", "cake", order)


def test_what_became_of_acceptances(shop: LedgerRows) -> None:
    for name in ("named", "unnamed", "cancelled", "returned", "other item", "late"):
        shop.order(f"o {name}", {"tea" if name == "other item" else "cake": "5.00"}, name,
                   NOON + (8 * DAY if name == "late" else DAY),
                   {"cake": "5.00"} if name == "returned" else None,
                   cancelled_at=NOON + 2 * DAY if name == "cancelled" else None)  # fmt: skip
        accept(shop, name, None if name in ("unnamed", "late") else f"o {name}")
    accept(shop, "unknown order", "never came")
    accept(shop, "somebody else's", "o named")
    [row] = insight(shop, integrity)["rows"]
    # without an order: other item, late, unknown order, somebody else's
    assert (row["accepted"], row["without_order"], row["cancelled"], row["returned"]) == (
        8,
        4,
        1,
        1,
    )
    assert not row["look"]


def test_acceptances_whose_window_is_open_are_left_out(shop: LedgerRows) -> None:
    accept(shop, "old", None)
    accept(shop, "new", None, 5 * DAY)
    report = insight(shop, integrity, NOON + 8 * DAY)
    assert report["rows"][0]["accepted"] == 1
    assert codes(report) == ["maturing", "too_few_agents"]
