"""What feeding promises: new and changed rows are written, known ones are not touched."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import psycopg
import pytest

from models.domain import Attribute, ContactItem, Interaction, Item, Money, Order, OrderLine, Refund
from service.ledger.feed import upsert_interactions, upsert_items, upsert_orders

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection(clean_stores: tuple[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield connection


def an_order(**changes: object) -> Order:
    line = OrderLine("85123A", 2, Decimal("2.95"))
    return replace(Order("1", "lea", DAY, "GBP", (line,)), **changes)


def an_interaction(**changes: object) -> Interaction:
    return replace(Interaction("c1", "phone", "return", "resolved", resolved_at=DAY), **changes)


def versions(connection: psycopg.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT id, version FROM customers").fetchall())


def test_an_order_is_written_with_lines_refunds_and_its_customer(
    connection: psycopg.Connection,
) -> None:
    refund = Refund("85123A", 1, Decimal("2.95"), DAY + timedelta(days=3))
    done = upsert_orders(connection, [an_order(refunds=(refund,), channel="web")])
    assert (done.accepted, done.unchanged, done.customer_ids) == (1, 0, {"lea"})
    lines = connection.execute("SELECT * FROM order_lines").fetchall()
    assert lines == [("1", 0, "85123A", 2, Decimal("2.9500"), None)]
    refunds = connection.execute("SELECT * FROM refunds").fetchall()
    assert refunds == [("1", 0, "85123A", 1, Decimal("2.9500"), refund.refunded_at)]


def test_the_same_order_written_differently_is_unchanged(connection: psycopg.Connection) -> None:
    upsert_orders(connection, [an_order()])
    line = OrderLine("85123A", 2, Decimal("2.9500"))
    paris = DAY.astimezone(timezone(timedelta(hours=1)))
    done = upsert_orders(connection, [an_order(lines=(line,), placed_at=paris)])
    assert (done.accepted, done.unchanged, done.customer_ids) == (0, 1, frozenset())
    assert versions(connection) == {"lea": 1}


def test_a_changed_order_replaces_its_lines_and_raises_the_version_of_both_customers(
    connection: psycopg.Connection,
) -> None:
    upsert_orders(connection, [an_order()])
    lines = (OrderLine("22423", 1, Decimal("12.75")),)
    done = upsert_orders(connection, [an_order(customer_id="tom", lines=lines)])
    assert (done.accepted, done.customer_ids) == (1, {"lea", "tom"})
    assert versions(connection) == {"lea": 2, "tom": 1}
    assert connection.execute("SELECT item_id FROM order_lines").fetchall() == [("22423",)]


def test_of_an_id_that_comes_twice_the_later_one_stays(connection: psycopg.Connection) -> None:
    done = upsert_orders(connection, [an_order(), an_order(channel="web"), an_order(channel="web")])
    assert (done.accepted, done.unchanged) == (2, 1)
    assert connection.execute("SELECT channel FROM orders").fetchall() == [("web",)]


def test_anonymous_orders_belong_to_nobody(connection: psycopg.Connection) -> None:
    done = upsert_orders(connection, [an_order(customer_id=None)])
    assert (done.accepted, done.customer_ids) == (1, frozenset())
    assert versions(connection) == {}


def test_items_keep_attributes_as_numbers_and_words(connection: psycopg.Connection) -> None:
    attributes = {"width": Attribute(Decimal("80.50"), "cm"), "colour": Attribute("oak")}
    item = Item("b1", "Bookcase", Decimal("99.90"), "GBP", attributes=attributes, stock=3)
    assert upsert_items(connection, [item]).accepted == 1
    assert connection.execute("SELECT attributes, stock FROM items").fetchone() == (
        {"width": {"value": 80.5, "unit": "cm"}, "colour": {"value": "oak", "unit": None}},
        3,
    )


def test_updated_at_moves_only_when_an_item_changes(connection: psycopg.Connection) -> None:
    item = Item("b1", "Bookcase", Decimal("99.90"), "GBP")
    query = "SELECT updated_at FROM items"
    upsert_items(connection, [item])
    first = connection.execute(query).fetchone()
    assert upsert_items(connection, [item]).unchanged == 1
    assert connection.execute(query).fetchone() == first
    assert upsert_items(connection, [msgspec.structs.replace(item, stock=0)]).accepted == 1
    assert connection.execute(query).fetchone() > first


def test_an_interaction_is_written_once_and_replaced_when_it_changes(
    connection: psycopg.Connection,
) -> None:
    contact = an_interaction(items=(ContactItem("85123A", "too_large", "width"),))
    assert upsert_interactions(connection, [("lea", contact)]).customer_ids == {"lea"}
    assert upsert_interactions(connection, [("lea", contact)]).unchanged == 1
    costly = replace(contact, cost=Money(Decimal("5.10"), "GBP"))
    assert upsert_interactions(connection, [("lea", costly)]).accepted == 1
    assert connection.execute("SELECT items, cost_amount FROM interactions").fetchall() == [
        ([{"item_id": "85123A", "reason": "too_large", "attribute": "width"}], Decimal("5.10"))
    ]
    assert versions(connection) == {"lea": 2}


def test_nothing_to_feed_is_no_error(connection: psycopg.Connection) -> None:
    for upsert in (upsert_orders, upsert_items, upsert_interactions):
        done = upsert(connection, [])
        assert (done.accepted, done.unchanged) == (0, 0)


def test_a_row_that_the_ledger_refuses_leaves_nothing_half_written(
    connection: psycopg.Connection,
) -> None:
    broken = an_order(id="2", lines=(OrderLine("85123A", 0, Decimal(1)),))
    with pytest.raises(psycopg.errors.CheckViolation):
        upsert_orders(connection, [an_order(), broken])
    assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert versions(connection) == {}


def test_calls_that_write_the_same_rows_at_once_never_block_each_other(
    clean_stores: tuple[str, str],
) -> None:
    """Each locks customers before rows, both in one order; an order is always one call's whole."""

    def feed(seed: int) -> None:
        rng = random.Random(seed)
        with psycopg.connect(clean_stores[0], autocommit=True) as connection:
            for _ in range(15):
                numbers = [rng.randrange(30) for _ in range(30)]
                lines = (OrderLine("a", seed + 1, Decimal(1)),) * (seed + 1)
                orders = [
                    an_order(id=str(number), customer_id=f"c{rng.randrange(9)}", lines=lines)
                    for number in numbers
                ]
                upsert_orders(connection, orders)
                contacts = [an_interaction(id=str(n), transfers=rng.randrange(9)) for n in numbers]
                upsert_interactions(connection, [(f"c{rng.randrange(9)}", it) for it in contacts])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(feed, range(4)))
    with psycopg.connect(clean_stores[0]) as connection:
        query = "SELECT count(*) = max(quantity) FROM order_lines GROUP BY order_id"
        assert {row[0] for row in connection.execute(query)} == {True}
