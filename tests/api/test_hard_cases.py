"""Customers, items and histories at the far ends of what a shop has, asked about over the edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import psycopg
import pytest

from models.domain import Item, Order, OrderLine
from models.purchases import HISTORY_LINES
from service import housekeeping
from service.decision.arm import arm_of
from service.ledger.feed import upsert_items, upsert_orders
from service.ledger.profiles import read_profile
from service.parts import Parts
from tests.api.client import Client
from tests.api.shop_floor import Stock, a_request, ask, customers_in

RESOLVED = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def floor(floor: Parts) -> Parts:
    """Where asking costs next to nothing: what is suggested does not hang on small chances."""
    rates = dict.fromkeys(floor.costs.hourly, Decimal("0.01"))
    floor.costs = replace(floor.costs, hourly=rates)
    return floor


@pytest.fixture
def stranger(floor: Parts) -> str:
    """Nobody has seen this customer, who may be asked."""
    return next(f"new-{n}" for n in range(99) if arm_of(f"new-{n}", floor.policy) == "treatment")


@pytest.fixture
def customer(floor: Parts, shelf: Stock) -> str:
    return customers_in("treatment", floor, shelf)[0]


def an_order(id: str, at: datetime, *items: Item | str) -> dict[str, Any]:
    """As a request has it: one piece of each."""
    lines = [
        {"item_id": item, "quantity": 1, "unit_price": "2.95"}
        if isinstance(item, str)
        else {"item_id": item.id, "quantity": 1, "unit_price": str(item.price)}
        for item in items
    ]
    return {"id": id, "placed_at": at.isoformat(), "currency": "GBP", "lines": lines}


def known_order(id: str, customer: str, at: datetime, *items: Item) -> Order:
    """As the ledger has it."""
    return Order(
        id, customer, at, "GBP", tuple(OrderLine(item.id, 1, item.price) for item in items)
    )


def suggested(agent: Client, customer: str, **changes: Any) -> list[dict[str, Any]]:
    """What would be suggested on 20 November, with every number behind it."""
    same_draw = {"id": "the-same-contact", "resolved_at": RESOLVED.isoformat()}
    interaction = same_draw | changes.pop("interaction", {})
    body = a_request(customer, interaction=interaction, dry_run=True, explain=True, **changes)
    found: list[dict[str, Any]] = ask(agent, body)["suggestions"]
    return found


def dear_ones(shelf: Stock, n: int) -> list[Item]:
    """Items whose margin is worth an ask; all of them may be sold."""
    good = [item for item in shelf.items if item.sellable and not item.known_issue]
    good = [item for item in good if item.stock is None or item.stock > 0]
    return sorted(good, key=lambda item: item.price)[-n:]


def test_of_ten_thousand_orders_the_newest_lines_are_looked_at_and_all_orders_are_known(
    agent: Client, stranger: str, floor: Parts, shelf: Stock, ledger: psycopg.Connection
) -> None:
    *often, long_ago = dear_ones(shelf, 4)
    first = RESOLVED - timedelta(days=2) - (HISTORY_LINES + 500) * HOUR
    orders = [
        known_order(
            f"w-{n}", stranger, first + n * HOUR, long_ago if n < 500 else often[n % len(often)]
        )
        for n in range(HISTORY_LINES + 500)
    ]
    upsert_orders(ledger, orders)
    profile = read_profile(ledger, stranger, RESOLVED)
    assert long_ago.id not in profile.bought.item_ids
    assert len(profile.bought.order_ids) == len(orders)

    best = suggested(agent, stranger, limit=10)
    again = an_order("w-0", orders[0].placed_at, long_ago)

    days = {order.placed_at.date() for order in orders[500:]}
    assert [entry["kind"] for entry in best[:3]] == ["repeat"] * 3
    assert {entry["item_id"] for entry in best[:3]} == {item.id for item in often}
    assert best[0]["features"]["customer_orders"] == len(days)
    assert best == suggested(agent, stranger, limit=10, orders=[again])


def test_an_order_of_eight_hundred_lines_is_one_order(
    agent: Client, stranger: str, shelf: Stock
) -> None:
    """More items than the model knows, each of them twice."""
    everything = [item.id for item in shelf.items] + [f"unheard-of-{n}" for n in range(100)]
    whole = an_order("all", RESOLVED - timedelta(days=40), *everything, *everything)
    assert len(whole["lines"]) == 800

    for topic in ("product_question", "return"):
        about = {"topic": topic, "items": [{"item_id": item} for item in everything]}
        found = suggested(agent, stranger, orders=[whole], interaction=about)

        assert len(found) == 3
        for entry in found:
            assert entry["features"]["customer_orders"] == 1
            assert entry["features"]["own_orders"] == 1
            assert entry["features"]["last_order_size"] == len(shelf.items)


def test_a_history_that_only_the_request_knows_counts_like_one_in_the_ledger(
    agent: Client, stranger: str, shelf: Stock, ledger: psycopg.Connection
) -> None:
    items = dear_ones(shelf, 6)
    bought = [(30 * n, items[n : n + 2]) for n in range(1, 5)]
    inline = [an_order(f"s-{ago}", RESOLVED - timedelta(days=ago), *some) for ago, some in bought]
    nobody = suggested(agent, stranger)
    told = suggested(agent, stranger, orders=inline)
    upsert_orders(
        ledger,
        [known_order(f"s-{ago}", stranger, RESOLVED - timedelta(days=ago), *some)
         for ago, some in bought],
    )  # fmt: skip

    assert told == suggested(agent, stranger)
    assert {entry["kind"] for entry in nobody} <= {"discover"}
    assert told[0]["kind"] == "repeat"


def test_a_customer_of_whom_only_contacts_are_known_is_suggested_what_a_stranger_is(
    agent: Client, stranger: str
) -> None:
    new = suggested(agent, stranger)
    silent = ask(agent, a_request(stranger, interaction={"channel": "facebook", "public": True}))
    assert silent["reason"] == "public_channel"
    assert suggested(agent, stranger) == new


def test_the_same_instant_in_two_time_zones_is_the_same(
    agent: Client, stranger: str, shelf: Stock
) -> None:
    """Around midnight, when the two clocks show different days."""
    items = dear_ones(shelf, 3)
    times = [datetime(2026, 9, 1, 23, 30, tzinfo=UTC), datetime(2026, 10, 12, 0, 30, tzinfo=UTC)]
    midnight = datetime(2026, 11, 18, 0, 10, tzinfo=UTC)
    answers = []
    for offset in (timedelta(0), timedelta(hours=-10), timedelta(hours=5, minutes=45)):
        there = timezone(offset)
        orders = [an_order(f"z-{at}", at.astimezone(there), *items) for at in times]
        resolved = {"resolved_at": midnight.astimezone(there).isoformat()}
        answers.append(suggested(agent, stranger, orders=orders, interaction=resolved))
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("second", "orders"), [("2026-09-02T08:00+08:00", 2), ("2026-09-01T19:00-04:00", 1)]
)
def test_a_day_is_a_day_in_utc(
    agent: Client, stranger: str, shelf: Stock, second: str, orders: int
) -> None:
    """The first order is of 23:59 on 1 September; parts of one day's order are one order."""
    items = dear_ones(shelf, 3)
    parts = [
        an_order("d-1", datetime(2026, 9, 1, 23, 59, tzinfo=UTC), *items),
        an_order("d-2", datetime.fromisoformat(second), *items),
    ]
    for entry in suggested(agent, stranger, orders=parts):
        assert entry["features"]["customer_orders"] == orders


def test_when_all_is_excluded_nothing_fits_and_the_words_are_kind(
    agent: Client, customer: str, shelf: Stock
) -> None:
    everything = [item.id for item in shelf.items]
    answer = ask(agent, a_request(customer, exclude_item_ids=everything, explain=True))
    assert (answer["decision"], answer["reason"]) == ("no_offer", "nothing_fits")
    assert answer["suggestions"] == []
    assert answer["service_script"]["text"]
    assert {entry["reason"] for entry in answer["excluded"]} == {"excluded_by_request"}


def test_when_all_but_one_is_excluded_or_sold_out_that_one_is_suggested(
    agent: Client, customer: str, floor: Parts, shelf: Stock, ledger: psycopg.Connection
) -> None:
    wanted = suggested(agent, customer)[0]["item_id"]
    others = [item for item in shelf.items if item.id != wanted]
    excluded = [item.id for item in others]
    left = suggested(agent, customer, exclude_item_ids=excluded, limit=10)
    assert [entry["item_id"] for entry in left] == [wanted]

    upsert_items(ledger, [msgspec.structs.replace(item, stock=0) for item in others])
    housekeeping.tick(floor)
    left = suggested(agent, customer, limit=10)
    assert [entry["item_id"] for entry in left] == [wanted]


def test_items_that_the_model_never_saw_change_nothing(
    agent: Client, customer: str, floor: Parts, shelf: Stock, ledger: psycopg.Connection
) -> None:
    """One that nobody has heard of, and one that came into the shop after the last night."""
    new = Item("brand-new", "A new lamp", shelf.items[0].price, "GBP")
    upsert_items(ledger, [new])
    housekeeping.tick(floor)
    plain = suggested(agent, customer, limit=10)
    for item in ("unheard-of", new.id):
        about = {"items": [{"item_id": item, "reason": "defective"}]}
        fresh = an_order("fresh", RESOLVED - timedelta(days=2), item)
        assert suggested(agent, customer, limit=10, interaction=about) == plain
        assert suggested(agent, customer, limit=10, orders=[fresh]) == plain
