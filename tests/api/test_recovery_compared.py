"""What the report says against the holdout: the numbers by hand, and when it says none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from models.domain import Refund
from service import housekeeping
from service.ledger.feed import upsert_orders
from service.parts import Parts
from service.reports.tables import to_json
from tests.api.client import Client
from tests.ledger_rows import DAY, LedgerRows, ledger_rows, report, total
from tests.trial_rows import BUYERS, HELD, NOON, TREATED, a_trial, an_order, hold_out


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield ledger_rows(connection)


def codes(shop: LedgerRows, **query: Any) -> list[str]:
    return [statement.code for statement in report(shop, **query).statements]


def test_the_difference_of_the_arms_is_what_asking_brought(shop: LedgerRows) -> None:
    """2,500.00 of sales and 1,000.00 of margin at a cost of 5,000.00; attributed are 4,000.00."""
    hold_out(shop.connection)
    a_trial(shop.connection)
    row = total(shop)
    assert (row["incremental"]["sales"], row["incremental"]["ratio"]) == ("2500.00", "0.5000")
    assert (row["net"]["margin"], row["net"]["ratio"]) == ("1000.00", "0.2000")
    assert row["attributed"]["sales"] == "4000.00"
    assert row["attribution_inflation"] == "1.60"
    assert row["customers"] == {"treatment": 300, "holdout": 200}
    assert (row["incremental"]["method"], row["incremental"]["confidence"]) == ("fieller", 0.95)
    assert float(row["incremental"]["low"]) < 0.5 < float(row["incremental"]["high"])
    assert row["verdict"] == "gain"


def test_a_late_refund_changes_the_cells_it_should_and_no_other(shop: LedgerRows) -> None:
    """20.00 come back from a treated customer: a contact there brings 20/300 less."""
    hold_out(shop.connection)
    a_trial(shop.connection)
    before = total(shop)
    order = an_order(f"order {TREATED[0]}", TREATED[0], NOON)
    back = Refund("cake", 1, Decimal("20.00"), NOON + 20 * DAY)
    upsert_orders(shop.connection, [replace(order, refunds=(back,))])
    after = total(shop)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "attributed", "incremental", "net", "attribution_inflation", "needed", "detectable",
    }  # fmt: skip
    assert after["attributed"]["sales"] == "3980.00"
    assert after["incremental"]["sales"] == "2466.67"  # 500 * (2980 / 300 - 5)
    assert after["net"]["margin"] == "986.67"  # 500 * (149 * 8 / 300 - 2): sold again


def test_the_margin_of_unknown_costs_is_assumed_and_said(shop: LedgerRows) -> None:
    """0.40 of the price: 8.00 again."""
    hold_out(shop.connection)
    a_trial(shop.connection)
    shop.connection.execute("UPDATE order_lines SET unit_cost = NULL")
    assert total(shop)["net"]["margin"] == "1000.00"
    [said] = [one for one in report(shop).statements if one.code == "margin_assumed"]
    assert "For 100% of the compared sales" in said.text


def test_an_items_own_cost_counts_before_the_assumption(shop: LedgerRows) -> None:
    """With 15.00 for the goods 5.00 are left of an order: 500 * 0.25 * 5.00."""
    hold_out(shop.connection)
    a_trial(shop.connection)
    shop.connection.execute("UPDATE order_lines SET unit_cost = NULL")
    shop.connection.execute(
        "INSERT INTO items (id, name, price, currency, unit_cost, digest)"
        " VALUES ('cake', 'Cake', 20, 'GBP', 15, '')"
    )
    assert total(shop)["net"]["margin"] == "625.00"
    assert "margin_assumed" not in codes(shop)


def test_groups_are_compared_each_by_itself(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    rows = {row["group"]: row for row in to_json(report(shop, group_by="channel"))["rows"]}
    assert rows["phone"]["incremental"]["sales"] == "2500.00"


def test_few_customers_get_no_verdict_but_how_many_more_are_needed(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection, treated=TREATED[:30], held=HELD[:20], buyers=[TREATED[0], HELD[0]])
    row = total(shop)
    assert (row["verdict"], row["incremental"]) == ("not_enough_data", None)
    assert row["needed"] > 0
    assert any("are needed for a number" in one.text for one in report(shop).statements)


# When nothing is compared


def test_while_windows_are_open_nothing_is_compared_and_the_curve_is_shown(
    shop: LedgerRows,
) -> None:
    """The past: 40 orders on the first day, 40 on the third."""
    hold_out(shop.connection)
    for place, customer in enumerate(TREATED[:80]):
        at = datetime(2026, 10, 1, 12, tzinfo=UTC)
        shop.contact(f"past {customer}", customer, at=at)
        placed = at + (place % 2) * 2 * DAY
        upsert_orders(shop.connection, [an_order(f"past {customer}", customer, placed)])
    a_trial(shop.connection)
    early = report(shop, now=datetime(2026, 12, 1, tzinfo=UTC))
    assert (early.total.verdict, early.total.effect, early.mature) == ("maturing", None, False)
    shares = [str(arrived.share) for arrived in early.maturity]
    assert shares[:4] == ["0.8571", "0.8571", "1.0000", "1.0000"]  # with the 200 of November
    assert len(shares) == 7
    assert report(shop).maturity == ()


def test_weeks_mature_one_by_one(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    shop.contact("late", at=datetime(2026, 11, 28, tzinfo=UTC))
    rows = report(shop, group_by="week", now=datetime(2026, 12, 1, tzinfo=UTC)).rows
    assert {row.group: row.verdict for row in rows} == {
        "2026-W45": "gain",
        "2026-W48": "maturing",
    }


def test_without_a_holdout_nothing_is_compared(shop: LedgerRows) -> None:
    hold_out(shop.connection, share=0)
    a_trial(shop.connection, held=[], buyers=TREATED[::2])
    row = total(shop)
    assert (row["verdict"], row["incremental"], row["net"]) == ("not_enough_data", None, None)
    assert "no_holdout" in codes(shop)


def test_a_share_that_nobody_put_down_cannot_be_checked(shop: LedgerRows) -> None:
    a_trial(shop.connection)
    assert total(shop)["verdict"] == "not_enough_data"
    assert "holdout_unknown" in codes(shop)


def test_a_holdout_that_was_changed_midway_is_no_holdout(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    hold_out(shop.connection)  # another worker: no news
    a_trial(shop.connection)
    shop.connection.execute("UPDATE holdouts SET used_from = %s", [NOON - 30 * DAY])
    assert total(shop)["verdict"] == "gain"
    hold_out(shop.connection, share=0.2)
    shop.connection.execute(
        "UPDATE holdouts SET used_from = %s WHERE share = 0.2", [NOON + 5 * DAY]
    )
    row = total(shop)
    assert (row["verdict"], row["incremental"]) == ("arms_do_not_match", None)
    [said] = report(shop).statements
    assert (said.code, "(40%, then 20%" in said.text) == ("holdout_changed", True)


def test_customers_in_both_arms_show_that_the_holdout_was_drawn_anew(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    shop.contact("again", HELD[0], at=NOON + DAY)
    shop.decision("again", arm="treatment")
    assert total(shop)["verdict"] == "arms_do_not_match"
    assert codes(shop) == ["holdout_changed"]


def test_arms_of_another_size_than_planned_are_no_arms(shop: LedgerRows) -> None:
    hold_out(shop.connection, share=0.1)
    a_trial(shop.connection)
    row = total(shop)
    assert (row["verdict"], row["incremental"]) == ("arms_do_not_match", None)


def test_one_customer_with_half_of_all_sales_is_no_result(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection)
    upsert_orders(shop.connection, [an_order("yacht", TREATED[0], NOON, "4000.00")])
    row = total(shop)
    assert (row["verdict"], row["incremental"]) == ("not_enough_data", None)
    assert any("One customer alone" in one.text for one in report(shop).statements)


def test_zero_cost_has_no_ratio_and_says_so(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection, cost="0.00")
    row = total(shop)
    assert (row["incremental"]["sales"], row["incremental"]["ratio"]) == ("2500.00", None)
    assert "no_cost" in codes(shop)


# A customer enters with the first eligible contact


def test_what_a_later_contact_brings_counts_though_it_is_not_eligible(shop: LedgerRows) -> None:
    """Who said no last week may not be asked again; the holdout may. Both are looked at equally."""
    hold_out(shop.connection)
    a_trial(shop.connection, buyers=BUYERS)
    without = total(shop)["incremental"]["sales"]
    for customer in TREATED[1::2][:30]:
        shop.contact(f"later {customer}", customer, at=NOON + 10 * DAY)
        later = an_order(f"later {customer}", customer, NOON + 12 * DAY)
        upsert_orders(shop.connection, [later])
    assert float(total(shop)["incremental"]["sales"]) > float(without)


def test_sales_before_the_first_eligible_contact_count_as_before(shop: LedgerRows) -> None:
    hold_out(shop.connection)
    a_trial(shop.connection, buyers=[])
    for customer in TREATED[:50] + HELD[:50]:
        shop.contact(f"angry {customer}", customer, at=NOON - timedelta(hours=5))
        upsert_orders(
            shop.connection, [an_order(f"b {customer}", customer, NOON - timedelta(hours=3))]
        )
    row = total(shop)
    assert row["attributed"]["sales"] == "2000.00"
    assert row["incremental"] is None  # nobody bought after they could be asked


# Through the API


def test_every_format_of_the_api_has_the_comparison(
    client: Client, ledger: psycopg.Connection
) -> None:
    """The client holds the JSON to its description."""
    hold_out(ledger)
    a_trial(ledger, at=NOON - 30 * DAY)
    manager, path = client.as_("manager"), "/v1/reports/recovery?from=2026-10-01&to=2026-10-31"
    found = manager.get(path).get_json()["total"]
    assert (found["incremental"]["sales"], found["net"]["margin"]) == ("2500.00", "1000.00")
    [line] = csv.DictReader(io.StringIO(manager.get(path + "&format=csv").text, newline=""))
    page = manager.get(path + "&format=html").text
    for name, column in (("incremental", "sales"), ("net", "margin")):
        for part in (column, "ratio", "low", "high"):
            assert line[f"{name}_{part}"] == found[name][part]
            assert f'<data value="{found[name][part]}">' in page
    assert (line["verdict"], line["attribution_inflation"]) == ("gain", "1.60")


def test_a_worker_puts_down_which_customers_it_holds_out(
    floor: Parts, ledger: psycopg.Connection
) -> None:
    """The floor's housekeeping has run once; again changes nothing."""
    housekeeping.tick(floor)
    policy = floor.policy
    rows = ledger.execute("SELECT share::float8, experiment, salt FROM holdouts").fetchall()
    assert rows == [(policy.holdout_share, policy.holdout_experiment, policy.holdout_salt)]
