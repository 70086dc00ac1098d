"""What the recovery report promises on costs, counts, ratios, groups and maturity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from models.domain import CHANNELS
from service.errors import BadInput, InvalidFields
from service.ledger.report import GROUPS
from service.reports.costs import Costs, Tooling, load_costs
from service.reports.recovery import RecoveryQuery, recovery
from service.reports.tables import to_json
from tests.ledger_rows import (
    CHRISTMAS,
    DAY,
    NOVEMBER,
    SECOND,
    LedgerRows,
    ledger_rows,
    money,
    report,
    total,
)


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield ledger_rows(connection)


# What contacts cost


def test_a_cost_that_the_centre_knows_counts_before_all_else(shop: LedgerRows) -> None:
    shop.contact("a", cost=money("7.77"), handle_seconds=312)
    assert total(shop)["service_cost"] == "7.77"


def test_else_handle_time_counts_at_the_hourly_rate_shared_by_the_contacts_at_a_time(
    shop: LedgerRows,
) -> None:
    shop.contact("a", handle_seconds=312)  # 312 x 36.00 / 3600 = 3.12
    shop.contact("b", handle_seconds=301, channel="chat")  # 3.01 / 2 = 1.505, to the cent
    row = total(shop)
    assert (row["service_cost"], row["costed"]["handle_time"]) == ("4.63", 2)


def test_else_the_channel_has_a_cost_per_contact(shop: LedgerRows) -> None:
    for channel in ("phone", "web", "chat", "email", "letter"):
        shop.contact(channel, channel=channel)
    assert total(shop)["service_cost"] == "30.10"  # 10 + 0.10 + 5 + 5, and other 10


def test_minutes_that_customers_serve_themselves_cost_no_wage(shop: LedgerRows) -> None:
    shop.contact("a", channel="web", handle_seconds=900)
    row = total(shop)
    assert (row["service_cost"], row["costed"]["per_contact"]) == ("0.10", 1)


def test_the_cost_of_asking_is_inside_the_service_cost_and_counts_real_asks_only(
    shop: LedgerRows,
) -> None:
    for contact in ("asked", "skipped", "silent"):
        shop.contact(contact, customer=contact, handle_seconds=312)
        shop.decision(contact, {"cake": "12.75"}, ask_seconds=22)
    shop.outcome("sug_asked", "declined")
    shop.outcome("sug_skipped", "not_offered")
    row = total(shop)
    assert (row["service_cost"], row["cost_of_asking"]) == ("9.36", "0.22")


def test_the_cost_of_asking_is_never_more_than_its_contact_cost(shop: LedgerRows) -> None:
    shop.contact("a", cost=money("0.10"))
    shop.outcome(shop.decision("a", {"cake": "12.75"}, ask_seconds=22))
    assert total(shop)["cost_of_asking"] == "0.10"


# How many


def test_a_period_holds_whole_days_in_utc_both_included(shop: LedgerRows) -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC)
    for number, at in enumerate(
        (first - SECOND, first, first + 30 * DAY - SECOND, first + 30 * DAY)
    ):
        shop.contact(str(number), at=at)
    assert total(shop)["interactions"] == 2


def test_contacts_are_counted_by_what_became_of_them(shop: LedgerRows) -> None:
    shop.contact("nobody asked for a suggestion")
    for contact in ("yes", "no", "later", "skipped", "silent"):
        shop.contact(contact, customer=contact)
        shop.decision(contact, {"cake": "12.75", "bag": "3.00"})
    shop.outcome("sug_yes", "accepted")
    shop.outcome("sug_yes", "declined", item="bag")
    shop.outcome("sug_no", "declined")
    shop.outcome("sug_later", "maybe_later")
    shop.outcome("sug_skipped", "not_offered")
    shop.contact("held out", customer="yes")
    shop.decision("held out", arm="holdout")
    shop.contact("angry")
    shop.decision("angry", eligible=False, arm=None)
    row = total(shop)
    names = ("interactions", "eligible", "asked", "accepted", "unreported")
    assert [row[name] for name in names] == [8, 6, 3, 1, 1]
    assert row["customers"] == {"treatment": 5, "holdout": 1}


# Ratios, groups, maturity


@pytest.mark.parametrize(("sold", "ratio"), [("3000.00", "0.3000"), ("40000.00", "4.0000")])
def test_the_two_famous_reports_come_out_exactly(shop: LedgerRows, sold: str, ratio: str) -> None:
    """30 percent of the service expense, and four times of it."""
    shop.contact("a", cost=money("10000.00"))
    shop.outcome(shop.decision("a", {"cake": sold}))
    row = total(shop)
    assert (row["same_contact"]["ratio"], row["attributed"]["ratio"]) == (ratio, ratio)


def test_without_cost_there_is_no_ratio(shop: LedgerRows) -> None:
    row = total(shop)
    assert (row["interactions"], row["service_cost"]) == (0, "0.00")
    assert (row["same_contact"]["ratio"], row["attributed"]["ratio"]) == (None, None)


@pytest.mark.parametrize(
    ("group_by", "group"),
    [
        ("none", "all"), ("day", "2026-11-02"), ("week", "2026-W45"), ("channel", "phone"),
        ("topic", "return"), ("touchpoint", "phone/return"),
        ("touchpoint_stage", "phone/return/before_first_order"), ("team", "north"),
        ("agent", "csr-7"), ("employer", "outsourced"), ("kind", "repeat"),
        ("script", "phone.return.repeat.calm"), ("model_version", "m1"),
    ],
)  # fmt: skip
def test_contacts_can_be_told_apart_by(shop: LedgerRows, group_by: str, group: str) -> None:
    shop.contact("a", team="north", agent_id="csr-7", employer="outsourced")
    shop.decision(
        "a", {"cake": "1.00"}, kind="repeat", script_id="phone.return.repeat.calm",
        model_version="m1",
    )  # fmt: skip
    assert [row.group for row in report(shop, group_by=group_by).rows] == [group]


def test_every_grouping_is_tested_above() -> None:
    mark = test_contacts_can_be_told_apart_by.pytestmark[0]
    assert tuple(case[0] for case in mark.args[1]) == GROUPS


def test_contacts_without_a_team_are_a_group_at_the_end(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.contact("b", team="north")
    assert [row.group for row in report(shop, group_by="team").rows] == ["north", "(none)"]


def test_nothing_is_claimed_before_it_is_measured(shop: LedgerRows) -> None:
    row = total(shop)
    names = ("incremental", "net", "attribution_inflation", "needed", "verdict")
    assert [row[name] for name in names] == [None, None, None, None, "not_enough_data"]


def test_a_report_is_mature_once_its_last_window_has_closed(shop: LedgerRows) -> None:
    closes = datetime(2026, 12, 8, tzinfo=UTC)
    assert report(shop, now=closes).mature
    early = report(shop, now=closes - SECOND)
    assert (early.mature, early.matures_at) == (False, closes)


@pytest.mark.parametrize(
    ("query", "pointer", "hint"),
    [
        ({"from_date": date(2026, 12, 1)}, "/from", "from is after to"),
        ({"from_date": date(2025, 10, 1)}, "/to", "426 days are too many: use at most 400"),
        ({"from_date": date(1, 1, 1)}, "/from", "from 2000-01-01 to 2199-12-31"),
        ({"to_date": date(9999, 12, 31)}, "/to", "from 2000-01-01 to 2199-12-31"),
        ({"window_days": 0}, "/window_days", "from 1 to 90"),
        ({"window_days": 91}, "/window_days", "from 1 to 90"),
        ({"group_by": "moon"}, "/group_by", "none, day, week, channel"),
    ],
)
def test_a_query_says_what_is_wrong_with_it(query: dict[str, Any], pointer: str, hint: str) -> None:
    with pytest.raises(InvalidFields) as error:
        RecoveryQuery(**(NOVEMBER | query))
    assert any(place == pointer and hint in detail for place, detail in error.value.faults)
    assert isinstance(error.value, BadInput)


def test_a_report_on_the_future_is_refused(shop: LedgerRows) -> None:
    with pytest.raises(InvalidFields) as error:
        report(shop, now=datetime(2026, 10, 31, tzinfo=UTC))
    assert error.value.faults == (("/from", "from is in the future: use 2026-10-31 or earlier."),)


# Goodwill, software, vendors


def costs_of(**changes: Any) -> Costs:
    """The benchmark with something more."""
    return replace(load_costs(None, CHANNELS, "GBP"), **changes)


def spent(shop: LedgerRows, costs: Costs, group_by: str = "none") -> list[tuple[str, ...]]:
    found = recovery(
        shop.connection, costs, RecoveryQuery(**NOVEMBER, group_by=group_by), CHRISTMAS
    )
    return [(row["service_cost"], *row["cost_parts"].values()) for row in to_json(found)["rows"]]


def test_what_was_given_away_is_part_of_the_service_cost(shop: LedgerRows) -> None:
    shop.contact("a", cost=money("7.77"), goodwill=money("5.00"))
    assert spent(shop, costs_of()) == [("12.77", "7.77", "5.00", "0.00")]


def test_a_months_software_is_spread_to_the_cent_over_all_its_contacts(shop: LedgerRows) -> None:
    """10.00 over three: 3.34 for the first, 3.33 for the others; October has its own."""
    costs = costs_of(tooling=Tooling(per_contact=Decimal("0.25"), monthly=Decimal("10.00")))
    for number, day in enumerate((1, 2, 3)):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        shop.contact(str(number), channel="web", at=at, cost=money("1.00"))
    shop.contact("october", at=datetime(2026, 10, 31, 23, tzinfo=UTC))
    assert spent(shop, costs, "day") == [
        ("4.59", "1.00", "0.00", "3.59"),
        ("4.58", "1.00", "0.00", "3.58"),
        ("4.58", "1.00", "0.00", "3.58"),
    ]
    assert spent(shop, costs) == [("13.75", "3.00", "0.00", "10.75")]


def test_a_part_of_a_month_bears_its_part_of_the_software(shop: LedgerRows) -> None:
    costs = costs_of(tooling=Tooling(monthly=Decimal("10.00")))
    for day in (1, 2, 3, 4):
        shop.contact(str(day), at=datetime(2026, 11, day, 12, tzinfo=UTC), cost=money("1.00"))
    query = RecoveryQuery(date(2026, 11, 3), date(2026, 11, 3))
    row = to_json(recovery(shop.connection, costs, query, CHRISTMAS))["total"]
    assert row["cost_parts"]["tooling"] == "2.50"


def test_an_outsourcers_bill_counts_in_place_of_time_and_the_own_cost_before_it(
    shop: LedgerRows,
) -> None:
    costs = costs_of()
    phone = replace(costs.channels["phone"], vendor_per_contact=Decimal("4.10"))
    billed = replace(costs, channels={**costs.channels, "phone": phone})
    shop.contact("a", employer="outsourced", handle_seconds=312)
    shop.contact("b", employer="in_house", handle_seconds=312)
    shop.contact("c", employer="outsourced", cost=money("1.00"))
    assert spent(shop, billed) == [("8.22", "8.22", "0.00", "0.00")]  # 4.10 + 3.12 + 1.00
