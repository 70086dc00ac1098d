"""Retention by arm: what is counted, over which days, and when nothing is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from service.ledger.feed import upsert_orders
from service.reports.definitions import serving
from service.reports.lifetime import value_to_come
from service.reports.retention import retention
from tests.ledger_rows import DAY, NOON, LedgerRows, insight, ledger_rows
from tests.trial_rows import BUYERS, HELD, TREATED, a_trial, an_order, hold_out

LATER = NOON + 400 * DAY
"""When all horizons of November have closed."""


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    """Of 300 customers half order an hour after the contact, of 200 held out a quarter."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        hold_out(connection)
        a_trial(connection)
        yield ledger_rows(connection)


def rows(shop: LedgerRows, now: datetime = LATER) -> dict[tuple[str, int], dict[str, Any]]:
    report = insight(shop, retention, now)
    return {(row["metric"], row["horizon_days"]): row for row in report["rows"]}


def order(shop: LedgerRows, customers: list[str], after: timedelta, name: str) -> None:
    upsert_orders(
        shop.connection,
        [an_order(f"{name} {customer}", customer, NOON + after) for customer in customers],
    )


def test_who_never_ordered_before_is_won_with_the_first_order(shop: LedgerRows) -> None:
    """150 of 300 against 50 of 200."""
    found = rows(shop)["first order", 30]
    assert found["serves"] == "acquisition"
    assert (found["treatment"]["value"], found["treatment"]["n"]) == (0.5, 300)
    assert (found["holdout"]["value"], found["holdout"]["n"]) == (0.25, 200)
    assert found["difference"]["value"] == 0.25
    assert found["verdict"] == "gain"
    assert rows(shop)["order again", 30]["treatment"] is None  # nobody had ordered before


def test_first_time_buyers_have_a_rate_of_their_own(shop: LedgerRows) -> None:
    """All ordered once before; every tenth twice, who are no first-time buyers any more."""
    order(shop, TREATED + HELD, -100 * DAY, "first")
    order(shop, TREATED[::10] + HELD[::10], -50 * DAY, "second")
    found = rows(shop)
    assert found["order again", 30]["treatment"]["n"] == 300
    second = found["second order", 30]
    assert (second["treatment"]["n"], second["holdout"]["n"]) == (270, 180)
    # of every tenth all are among those who order afterwards, or every second of the holdout
    assert second["treatment"]["value"] == pytest.approx(120 / 270, abs=1e-4)
    assert found["first order", 30]["treatment"] is None


def test_a_longer_horizon_holds_what_came_later(shop: LedgerRows) -> None:
    silent = [customer for customer in TREATED if customer not in BUYERS]
    order(shop, silent[:30], 60 * DAY, "late")
    order(shop, silent[30:60], 300 * DAY, "very late")
    found = rows(shop)
    shares = [found["first order", days]["treatment"]["value"] for days in (30, 90, 365)]
    assert shares == [0.5, 0.6, 0.7]
    money = [found["sales per customer", days]["treatment"]["value"] for days in (30, 90, 365)]
    assert money == [10, 12, 14]


def test_a_horizon_that_is_open_is_maturing_and_shows_nothing(shop: LedgerRows) -> None:
    found = rows(shop, NOON + 60 * DAY)  # all November has been watched for 30 days, not for 90
    assert found["first order", 30]["verdict"] == "gain"
    for metric, days in (("first order", 90), ("sales per customer", 365)):
        row = found[metric, days]
        assert (row["verdict"], row["treatment"], row["difference"]) == ("maturing", None, None)


def test_without_a_holdout_numbers_stand_and_nothing_is_concluded(shop: LedgerRows) -> None:
    shop.connection.execute("DELETE FROM holdouts")
    found = rows(shop)["first order", 30]
    assert (found["treatment"]["value"], found["verdict"]) == (0.5, "not_enough_data")
    assert found["difference"] is None


def test_lifetime_value_is_compared_once_enough_customers_came_back(shop: LedgerRows) -> None:
    assert ("lifetime value", 365) not in rows(shop)
    everybody = TREATED + HELD
    for number, share in enumerate((1, 2, 3, 5)):
        prices = [f"{16 + place % 7 + number}.00" for place in range(0, len(everybody), share)]
        upsert_orders(
            shop.connection,
            [
                an_order(f"{number} {customer}", customer, NOON - (20 + 60 * number) * DAY, price)
                for customer, price in zip(everybody[::share], prices, strict=True)
            ],
        )
    found = rows(shop, NOON + 40 * DAY)["lifetime value", 365]
    assert found["serves"] == "ltv"
    assert found["treatment"]["value"] > found["holdout"]["value"] > 0
    assert found["difference"]["value"] == pytest.approx(
        found["treatment"]["value"] - found["holdout"]["value"], abs=2e-4
    )


def test_who_bought_more_and_later_is_worth_more_and_who_bought_nothing_is_worth_nothing() -> None:
    today = 20_000
    rng = np.random.default_rng(1)
    purchases = rng.integers(1, 8, 500)
    first = today - rng.integers(200, 400, 500)
    latest = np.where(purchases > 1, first + rng.integers(1, 200, 500), first)
    columns = {
        "purchases": np.append(purchases, [8, 8, 0]),
        "first": np.append(first, [today - 300, today - 300, 0]),
        "latest": np.append(latest, [today - 5, today - 250, 0]),
        "paid": np.append(purchases, [8, 8, 0]),
        "value": np.append(rng.gamma(5.0, 8.0, 500), [40.0, 40.0, 0.0]),
    }
    now = NOON.fromtimestamp(today * 86_400, NOON.tzinfo)
    worth = value_to_come(columns, now)
    assert not isinstance(worth, str)
    assert worth[-3] > worth[-2] > worth[-1] == 0


def test_a_number_without_a_definition_is_refused() -> None:
    with pytest.raises(ValueError, match="say what it means and which root it serves"):
        serving("clicks")
