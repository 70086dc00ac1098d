"""What the recovery report promises on same-contact and attributed sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from service.reports.tables import to_json
from tests.ledger_rows import DAY, NOON, SECOND, LedgerRows, ledger_rows, report, sales, total


@pytest.fixture
def shop(clean_stores: tuple[str, str]) -> Iterator[LedgerRows]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield ledger_rows(connection)


# Same contact


def test_an_accepted_item_counts_its_suggested_price_until_its_order_is_known(
    shop: LedgerRows,
) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"bag": "3.00", "cake": "12.75"}), order="o")
    assert sales(shop) == ("12.75", "12.75")
    shop.order("o", {"cake": "11.00", "tea": "4.00"})
    assert sales(shop) == ("11.00", "15.00")


def test_refunds_reduce_a_sale_and_a_cancelled_order_is_none(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), order="o")
    shop.order("o", {"cake": "12.75", "tea": "4.00"}, refunds={"cake": "2.75", "tea": "1.00"})
    assert sales(shop) == ("10.00", "13.00")
    shop.order("o", {"cake": "12.75", "tea": "4.00"}, cancelled_at=NOON + DAY)
    assert sales(shop) == ("0.00", "0.00")


def test_an_order_without_the_accepted_item_sold_nothing(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), order="o")
    shop.order("o", {"tea": "4.00"})
    assert sales(shop) == ("0.00", "4.00")


def test_the_latest_outcome_decides_in_whatever_order_they_come(shop: LedgerRows) -> None:
    shop.contact("a")
    suggestion = shop.decision("a", {"cake": "12.75"})
    shop.outcome(suggestion, "declined", at=NOON + 2 * SECOND)
    shop.outcome(suggestion, "accepted", at=NOON + 3 * SECOND)
    shop.outcome(suggestion, "maybe_later", at=NOON)
    assert sales(shop) == ("12.75", "12.75")
    shop.outcome(suggestion, "declined", at=NOON + 4 * SECOND)
    assert sales(shop) == ("0.00", "0.00")


def test_of_outcomes_at_one_moment_the_greatest_event_id_decides(shop: LedgerRows) -> None:
    shop.contact("a")
    suggestion = shop.decision("a", {"cake": "12.75"})
    shop.outcome(suggestion, "accepted", event="e-b")
    shop.outcome(suggestion, "declined", event="e-a")
    assert total(shop)["accepted"] == 1


def test_an_outcome_that_names_no_item_speaks_of_the_first(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75", "bag": "3.00"}), item=None)
    assert sales(shop) == ("12.75", "12.75")


def test_an_order_line_counts_once_however_many_suggestions_claim_it(shop: LedgerRows) -> None:
    """The latest acceptance has it, also when the other is in another month."""
    shop.contact("a", at=NOON - 20 * DAY)
    shop.contact("b")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), order="o", at=NOON - 20 * DAY)
    shop.outcome(shop.decision("b", {"cake": "12.75"}), order="o", at=NOON)
    october = {"from_date": date(2026, 10, 1), "to_date": date(2026, 10, 31)}
    assert (sales(shop), sales(shop, **october)) == (("12.75", "12.75"), ("0.00", "0.00"))
    shop.order("o", {"cake": "11.00"})
    assert (sales(shop), sales(shop, **october)) == (("11.00", "11.00"), ("0.00", "0.00"))


def test_accepted_items_without_order_and_price_are_counted_apart(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), item="pie")
    row = total(shop)
    assert (row["same_contact"]["sales"], row["unpriced"]) == ("0.00", 1)


# Attributed


@pytest.mark.parametrize(
    ("delay", "counts"),
    [(-SECOND, False), (0 * DAY, True), (7 * DAY, True), (7 * DAY + SECOND, False)],
)
def test_orders_count_from_the_contact_to_the_end_of_the_window(
    shop: LedgerRows, delay: timedelta, counts: bool
) -> None:
    shop.contact("a")
    shop.order("o", {"cake": "12.75"}, at=NOON + delay)
    assert sales(shop) == ("0.00", "12.75" if counts else "0.00")


def test_an_order_is_credited_once_to_the_latest_contact_before_it(shop: LedgerRows) -> None:
    shop.contact("a", channel="chat")
    shop.contact("b", channel="phone", at=NOON + DAY)
    shop.contact("c", channel="email", at=NOON + 3 * DAY)
    shop.contact("other", channel="web", at=NOON + DAY, customer="tom")
    shop.order("o", {"cake": "12.75"}, at=NOON + 2 * DAY)
    rows = to_json(report(shop, group_by="channel"))["rows"]
    assert {row["group"]: row["attributed"]["sales"] for row in rows} == {
        "chat": "0.00", "phone": "12.75", "email": "0.00", "web": "0.00",
    }  # fmt: skip


def test_a_later_contact_takes_over_even_after_the_period(shop: LedgerRows) -> None:
    shop.contact("a", at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    shop.contact("b", at=datetime(2026, 12, 1, 12, tzinfo=UTC))
    shop.order("o", {"cake": "12.75"}, at=datetime(2026, 12, 2, 12, tzinfo=UTC))
    december = {"from_date": date(2026, 12, 1), "to_date": date(2026, 12, 31)}
    assert (sales(shop)[1], sales(shop, **december)[1]) == ("0.00", "12.75")


def test_attributed_holds_accepted_orders_that_no_window_reaches(shop: LedgerRows) -> None:
    """Added to an order placed before the contact, by a guest, or long after."""
    for contact in ("before", "guest", "after"):
        shop.contact(contact, customer=contact)
        shop.outcome(shop.decision(contact, {"cake": "10.00"}), order=contact)
    shop.order("before", {"cake": "10.00", "tea": "1.00"}, "before", at=NOON - DAY)
    shop.order("guest", {"cake": "10.00", "tea": "1.00"}, None)
    shop.order("after", {"cake": "10.00", "tea": "1.00"}, "after", at=NOON + 40 * DAY)
    assert sales(shop) == ("30.00", "30.00")


def test_a_sale_that_names_no_order_counts_once_when_the_order_arrives(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}))
    assert sales(shop) == ("12.75", "12.75")
    shop.order("tea only", {"tea": "4.00"})
    assert sales(shop) == ("12.75", "16.75")
    shop.order("o", {"cake": "12.75"})
    assert sales(shop) == ("12.75", "16.75")


def test_orders_are_rounded_to_the_cent_as_a_whole(shop: LedgerRows) -> None:
    shop.contact("a")
    shop.order("o", {"screw": "0.3333", "bolt": "0.3333", "nut": "0.3333"})
    assert sales(shop) == ("0.00", "1.00")


def test_a_discount_is_taken_off_the_order_and_by_share_off_each_item(shop: LedgerRows) -> None:
    """3.00 off 15.00 is a fifth: 12.00 of cake count 9.60."""
    shop.contact("a")
    shop.outcome(shop.decision("a", {"cake": "12.75"}), order="o")
    shop.order("o", {"cake": "12.00", "tea": "3.00"}, discount=Decimal("3.00"))
    assert sales(shop) == ("9.60", "12.00")
