"""A worker's copy of the items: whole where it is small, what is asked for where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest

from models.domain import Item
from service import catalogue as module
from service.catalogue import ItemCatalogue
from service.errors import LedgerAway
from service.ledger.feed import upsert_items
from service.parts import Parts

IDS = [f"item-{number}" for number in range(6)]


class CountingPool:
    """The worker's pool; counts who asks, and can be away."""

    def __init__(self, parts: Parts) -> None:
        self._pool, self.asked, self.away = parts.pool, 0, False

    @contextmanager
    def connection(self, seconds: float) -> Iterator[psycopg.Connection]:
        self.asked += 1
        if self.away:
            raise LedgerAway("away")
        with self._pool.connection(seconds) as connection:
            yield connection


@pytest.fixture
def pool(parts: Parts) -> CountingPool:
    return CountingPool(parts)


@pytest.fixture
def items(pool: CountingPool) -> ItemCatalogue:
    return ItemCatalogue(pool)  # type: ignore[arg-type]


@pytest.fixture
def shop(ledger: psycopg.Connection) -> psycopg.Connection:
    """Six items at 1.00."""
    price(ledger, "1.00", *IDS)
    return ledger


def price(ledger: psycopg.Connection, amount: str, *ids: str) -> None:
    upsert_items(ledger, [Item(item_id, item_id, Decimal(amount), "GBP") for item_id in ids])


def test_a_small_catalogue_is_there_in_whole(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool
) -> None:
    items.refresh(shop)
    assert sorted(items) == IDS
    items.fetch(IDS)
    assert items["item-3"].price == Decimal("1.00")
    assert pool.asked == 0


def test_a_refresh_brings_what_changed(shop: psycopg.Connection, items: ItemCatalogue) -> None:
    items.refresh(shop)
    price(shop, "2.00", "item-1", "new")
    items.refresh(shop)
    assert (items["item-1"].price, items["new"].price) == (Decimal("2.00"), Decimal("2.00"))
    assert items["item-2"].price == Decimal("1.00")


def test_of_a_large_catalogue_it_keeps_what_was_asked_for_last(
    shop: psycopg.Connection,
    items: ItemCatalogue,
    pool: CountingPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    items.refresh(shop)
    assert len(items) == 0
    items.fetch(IDS[:2])
    items.fetch(IDS[:2])
    assert pool.asked == 1
    assert items.get("item-4").id == "item-4"
    items.fetch(["item-5"])
    assert sorted(items) == ["item-1", "item-4", "item-5"]
    assert pool.asked == 3


def test_more_changes_than_it_keeps_make_it_forget_old_prices(
    shop: psycopg.Connection, items: ItemCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    items.refresh(shop)
    assert items["item-0"].price == Decimal("1.00")
    price(shop, "3.00", *IDS)
    items.refresh(shop)
    assert items["item-0"].price == Decimal("3.00")


def test_what_the_ledger_does_not_know_is_asked_for_once_and_known_when_it_comes(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool
) -> None:
    items.refresh(shop)
    assert items.get("new") is None
    assert items.get("new", 7) == 7
    with pytest.raises(KeyError):
        items["new"]
    assert pool.asked == 1
    price(shop, "1.00", "new")
    items.refresh(shop)
    assert items["new"].id == "new"


def test_while_the_ledger_is_away_it_says_what_it_has(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool
) -> None:
    items.refresh(shop)
    pool.away = True
    items.fetch(["item-1", "another"])
    assert items["item-1"].price == Decimal("1.00")
    assert items.get("another") is None
    pool.away = False
    price(shop, "1.00", "another")
    assert items["another"].id == "another"
