"""Harm is held against the holdout, and silence is not taken for safety."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from models.domain import Interaction
from service.ledger.feed import upsert_interactions
from service.reports.harm import LIMITS, harm, row_of
from tests.ledger_rows import DAY, NOON, LedgerRows, insight, ledger_rows
from tests.trial_rows import HELD, TREATED, a_trial, hold_out


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    """300 customers who may be asked, 200 held out, each with a contact."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        hold_out(connection)
        a_trial(connection)
        yield ledger_rows(connection)


def rows(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["harm"]: row for row in report["rows"]}


def opt_out(shop: LedgerRows, customers: list[str], after: timedelta) -> None:
    shop.connection.execute(
        "UPDATE customers SET objected = true, opted_out_at = %s WHERE id = ANY(%s)",
        [NOON + after, customers],
    )


def test_customers_of_the_treatment_who_object_more_often_are_harm(shop: LedgerRows) -> None:
    """60 of 300 against 2 of 200: 20% less 1%."""
    opt_out(shop, TREATED[:60] + HELD[:2], DAY)
    found = rows(insight(shop, harm))["opt_outs"]
    assert (found["treatment"]["value"], found["holdout"]["value"]) == (0.2, 0.01)
    assert found["difference"]["value"] == pytest.approx(0.19)
    assert 0 < found["difference"]["low"] < 0.19 < found["difference"]["high"]
    assert found["verdict"] == "harm"


def test_what_happened_before_the_contact_or_after_the_window_does_not_count(
    shop: LedgerRows,
) -> None:
    opt_out(shop, TREATED[:30], -DAY)
    opt_out(shop, TREATED[30:60], 8 * DAY)
    assert rows(insight(shop, harm))["opt_outs"]["treatment"]["value"] == 0
    longer = rows(insight(shop, harm, window_days=8))["opt_outs"]
    assert longer["treatment"]["value"] == pytest.approx(0.1)


def test_complaints_and_contacts_again_are_counted_by_customer(shop: LedgerRows) -> None:
    again = [
        (customer, Interaction(f"{number} {customer}", "phone", topic, "resolved", NOON + DAY))
        for number, topic in enumerate(("complaint", "delivery"))
        for customer in TREATED[: 30 * (number + 1)]
    ]
    upsert_interactions(shop.connection, again)
    found = rows(insight(shop, harm))
    assert found["complaints"]["treatment"] | {"low": 0, "high": 0} == {
        "value": 0.1, "low": 0, "high": 0, "n": 300,
    }  # fmt: skip
    assert found["repeat_contacts"]["treatment"]["value"] == 0.2


def test_low_grades_are_of_those_who_gave_a_grade(shop: LedgerRows) -> None:
    """Of 60 graded contacts 20 are bad; of the holdout 1 of 10."""
    for customers, bad in ((TREATED[:60], 20), (HELD[:10], 1)):
        shop.connection.execute(
            "UPDATE interactions SET satisfaction = CASE WHEN customer_id = ANY(%s) THEN 2"
            " ELSE 4 END WHERE customer_id = ANY(%s)",
            [customers[:bad], customers],
        )
    found = rows(insight(shop, harm))["low_grades"]
    assert (found["treatment"]["n"], found["holdout"]["n"]) == (60, 10)
    assert (found["treatment"]["value"], found["holdout"]["value"]) == (0.3333, 0.1)
    assert (found["limit"], found["verdict"]) == (0.02, "not_enough_data")


def test_returns_of_suggested_items_stand_beside_those_of_others_without_a_verdict(
    shop: LedgerRows,
) -> None:
    for number, back in enumerate(({"lamp": "9.00"}, {}, {})):
        shop.contact(f"c{number}", f"new {number}")
        shop.decision(f"c{number}", {"lamp": "9.00"}, arm="treatment")
        shop.order(f"o{number}", {"lamp": "9.00", "nail": "1.00"}, f"new {number}", refunds=back)
        shop.outcome(f"sug_c{number}", "accepted", "lamp", f"o{number}")
    found = rows(insight(shop, harm))["returned_suggested_items"]
    assert (found["treatment"]["value"], found["treatment"]["n"]) == (
        pytest.approx(1 / 3, abs=1e-4),
        3,
    )
    assert (found["holdout"]["value"], found["holdout"]["n"]) == (0, 203)
    assert found["verdict"] == "association"


def test_few_customers_to_whom_nothing_happened_are_no_proof_of_safety(shop: LedgerRows) -> None:
    found = rows(insight(shop, harm))
    assert {row["verdict"] for name, row in found.items() if row["limit"]} == {"not_enough_data"}


def test_safe_is_said_when_the_whole_interval_lies_below_the_limit() -> None:
    """1% in both arms of 100,000 customers each: the difference is known to a tenth of a point."""
    treated = np.arange(200_000) % 2 == 0
    happened = np.arange(200_000) % 200 < 2
    row = row_of("complained", treated, happened)
    assert row.difference is not None
    assert row.difference.value == 0
    assert row.difference.high < LIMITS["complained"] == row.limit
    assert row.verdict == "no_harm"


def test_an_open_window_and_a_missing_holdout_get_no_verdict(shop: LedgerRows) -> None:
    early = rows(insight(shop, harm, now=NOON + DAY))
    assert {row["verdict"] for row in early.values()} == {"maturing", "association"}
    shop.connection.execute("DELETE FROM holdouts")
    report = insight(shop, harm)
    assert report["statements"][0]["code"] == "holdout_unknown"
    assert rows(report)["opt_outs"]["difference"] is None


def test_arms_of_the_wrong_size_are_refused(shop: LedgerRows) -> None:
    shop.connection.execute("UPDATE holdouts SET share = 0.1")
    assert {row["verdict"] for row in insight(shop, harm)["rows"]} == {
        "arms_do_not_match",
        "association",
    }


def test_the_ledger_notes_when_a_customer_opts_out_and_forgets_it_when_they_come_back(
    shop: LedgerRows,
) -> None:
    def since() -> Any:
        query = "SELECT opted_out_at FROM customers WHERE id = %s"
        [row] = shop.connection.execute(query, [TREATED[0]]).fetchall()
        return row[0]

    def say(marketing: bool | None) -> None:
        query = "UPDATE customers SET marketing = %s WHERE id = %s"
        shop.connection.execute(query, [marketing, TREATED[0]])

    assert since() is None
    say(False)
    first = since()
    assert first is not None
    say(False)
    assert since() == first
    say(True)
    assert since() is None


def test_a_small_holdout_of_whom_nobody_complained_proves_no_harm() -> None:
    """16 of 2,149 and 0 of 229: the score test finds 1.3 standard errors."""
    treated = np.arange(2_378) < 2_149
    row = row_of("complained", treated, np.arange(2_378) < 16)
    assert row.verdict == "not_enough_data"
    assert row.difference is not None
    assert row.difference.low < 0 < row.difference.high
    many = row_of("complained", treated, np.arange(2_378) < 400)
    assert many.verdict == "harm"
