"""The items as a worker sees them: from the file that workers share, or else from the ledger."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from models.domain import Attribute, Item
from service import catalogue as module
from service import item_file
from service.catalogue import ItemCatalogue
from service.errors import LedgerAway
from service.item_file import ItemFile, open_in
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
def file() -> Iterator[ItemFile]:
    with closing(ItemFile(None)) as file:
        yield file


@pytest.fixture
def items(pool: CountingPool, file: ItemFile) -> ItemCatalogue:
    return catalogue(pool, file)


@pytest.fixture
def without(pool: CountingPool) -> ItemCatalogue:
    """Where nothing can be written."""
    return catalogue(pool, None)


@pytest.fixture(params=["items", "without"])
def either(request: pytest.FixtureRequest) -> ItemCatalogue:
    found: ItemCatalogue = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def shop(ledger: psycopg.Connection) -> psycopg.Connection:
    """Six items at 1.00."""
    price(ledger, "1.00", *IDS)
    return ledger


def catalogue(pool: Any, file: ItemFile | None) -> ItemCatalogue:
    return ItemCatalogue(pool, file)


def price(ledger: psycopg.Connection, amount: str, *ids: str, **more: Any) -> None:
    items = [Item(item_id, item_id, Decimal(amount), "GBP", **more) for item_id in ids]
    upsert_items(ledger, items)


def prices(items: ItemCatalogue) -> set[str]:
    return {str(items[item_id].price) for item_id in IDS}


def test_the_file_has_the_whole_catalogue(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool
) -> None:
    items.refresh(shop)
    items.fetch([*IDS, *IDS])
    assert sorted(items) == IDS
    assert prices(items) == {"1.00"}
    assert pool.asked == 0


def test_an_item_is_the_same_from_the_file_and_from_the_ledger(
    ledger: psycopg.Connection, items: ItemCatalogue, without: ItemCatalogue, pool: CountingPool
) -> None:
    wanted = Item(
        "Müsli \U0001f95d 'x'", 'A "name"\twith\\signs', Decimal("3.10"), "GBP", "cereals",
        Decimal("1.05"), 12, {"weight": Attribute(Decimal("0.5"), "kg"), "sort": Attribute("nut")},
        False, "tastes of nuts",
    )  # fmt: skip
    plain, longest = Item("plain", "", Decimal(0), "GBP"), "\U0001f95d" * 200
    upsert_items(ledger, [wanted, plain, Item(longest, "longest", Decimal(1), "GBP")])
    items.refresh(ledger)
    assert items[wanted.id] == wanted
    assert items["plain"] == plain
    assert items[longest].id == longest
    assert pool.asked == 0
    assert [without[each] for each in (wanted.id, "plain")] == [wanted, plain]


def test_a_refresh_brings_what_changed(shop: psycopg.Connection, either: ItemCatalogue) -> None:
    either.refresh(shop)
    assert prices(either) == {"1.00"}
    price(shop, "2.00", "item-1", "new")
    price(shop, "1.00", "item-2", sellable=False)
    either.refresh(shop)
    assert (either["item-1"].price, either["new"].price) == (Decimal("2.00"), Decimal("2.00"))
    assert either["item-0"].price == Decimal("1.00")
    assert not either["item-2"].sellable
    either.refresh(shop)
    assert either["item-1"].price == Decimal("2.00")


def test_it_keeps_decoded_what_was_asked_for_last(
    shop: psycopg.Connection, either: ItemCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    either.refresh(shop)
    assert len(either) == 0
    either.fetch(IDS[:2])
    assert either.get("item-4").id == "item-4"
    either.fetch(["item-5"])
    assert sorted(either) == ["item-1", "item-4", "item-5"]
    assert prices(either) == {"1.00"}


def test_a_request_asks_the_ledger_once_where_there_is_no_file(
    shop: psycopg.Connection, without: ItemCatalogue, pool: CountingPool
) -> None:
    without.refresh(shop)
    without.fetch(IDS)
    without.fetch(IDS)
    assert prices(without) == {"1.00"}
    assert pool.asked == 1


def test_until_the_file_has_everything_the_ledger_is_asked(
    shop: psycopg.Connection,
    items: ItemCatalogue,
    pool: CountingPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(item_file, "PIECES", 1)
    monkeypatch.setattr(item_file, "PIECE", 2)
    for _ in range(3):
        items.refresh(shop)
        items.fetch(IDS[:1])
    assert pool.asked == 3
    items.refresh(shop)
    assert prices(items) == {"1.00"}
    assert pool.asked == 3


def test_more_changes_than_it_takes_at_a_time_are_seen_at_once(
    shop: psycopg.Connection,
    items: ItemCatalogue,
    pool: CountingPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items.refresh(shop)
    assert prices(items) == {"1.00"}
    monkeypatch.setattr(item_file, "PIECES", 1)
    monkeypatch.setattr(item_file, "PIECE", 4)
    price(shop, "3.00", *IDS)
    items.refresh(shop)
    assert prices(items) == {"3.00"}
    price(shop, "4.00", *IDS)  # in the middle of it
    items.refresh(shop)
    assert prices(items) == {"4.00"}
    for _ in range(4):
        items.refresh(shop)
    asked = pool.asked
    assert prices(items) == {"4.00"}
    assert pool.asked == asked


def test_what_one_worker_takes_over_all_see_at_once(
    shop: psycopg.Connection, pool: CountingPool, file: ItemFile
) -> None:
    one, other = catalogue(pool, file), catalogue(pool, file)
    one.refresh(shop)
    other.refresh(shop)
    assert prices(one) == prices(other) == {"1.00"}
    price(shop, "2.00", *IDS)
    one.refresh(shop)
    other.fetch(IDS)  # without a refresh of its own
    assert prices(other) == {"2.00"}
    assert pool.asked == 0


def test_who_read_before_a_change_does_not_bring_the_old_price_back(
    shop: psycopg.Connection, pool: CountingPool, file: ItemFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = catalogue(pool, file)
    items.refresh(shop)
    read = file.read

    def slowly(item_ids: list[str]) -> dict[str, Item]:
        found = read(item_ids)
        price(shop, "2.00", *IDS)
        file.follow(shop)
        catalogue(pool, file).fetch(["item-1"])
        items.fetch([])  # another thread notices the change
        return found

    with monkeypatch.context() as patched:
        patched.setattr(file, "read", slowly)
        items.fetch(IDS)
    assert prices(items) == {"2.00"}


def test_what_the_ledger_does_not_know_is_asked_for_once_and_known_when_it_comes(
    shop: psycopg.Connection, either: ItemCatalogue, pool: CountingPool
) -> None:
    either.refresh(shop)
    assert either.get("new") is None
    assert either.get("new", 7) == 7
    with pytest.raises(KeyError):
        either["new"]
    assert pool.asked == 1
    price(shop, "1.00", "new")
    either.refresh(shop)
    assert either["new"].id == "new"


def test_an_item_that_the_file_has_not_yet_comes_from_the_ledger(
    shop: psycopg.Connection, items: ItemCatalogue
) -> None:
    items.refresh(shop)
    price(shop, "1.00", "new")
    assert items["new"].id == "new"
    price(shop, "2.00", "new")
    items.refresh(shop)
    assert items["new"].price == Decimal("2.00")


def test_while_the_ledger_is_away_the_file_goes_on(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool
) -> None:
    items.refresh(shop)
    pool.away = True
    items.fetch(["item-1", "another"])
    assert prices(items) == {"1.00"}
    assert items.get("another") is None
    pool.away = False
    price(shop, "1.00", "another")
    assert items["another"].id == "another"


def test_while_the_ledger_is_away_and_there_is_no_file_it_says_what_it_has(
    shop: psycopg.Connection, without: ItemCatalogue, pool: CountingPool
) -> None:
    without.refresh(shop)
    without.fetch(IDS)
    pool.away = True
    shop.close()
    with pytest.raises(psycopg.OperationalError):
        without.refresh(shop)
    assert prices(without) == {"1.00"}
    assert without.get("another") is None


def test_a_file_that_nobody_brings_up_to_date_is_not_believed(
    shop: psycopg.Connection, items: ItemCatalogue, file: ItemFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    items.refresh(shop)
    assert prices(items) == {"1.00"}
    with another_has_the_turn(file):
        price(shop, "2.00", *IDS)
        items.refresh(shop)
        assert prices(items) == {"1.00"}, "they are about to"
        os.utime(file._turn, (0, 0))
        items.refresh(shop)
        assert prices(items) == {"2.00"}
        price(shop, "3.00", *IDS)
        items.refresh(shop)
        assert prices(items) == {"3.00"}
    items.refresh(shop)
    assert prices(items) == {"3.00"}


def test_a_ledger_that_is_away_makes_no_file_stale(
    shop: psycopg.Connection, items: ItemCatalogue, pool: CountingPool, file: ItemFile
) -> None:
    items.refresh(shop)
    pool.away = True
    shop.close()
    os.utime(file._turn, (0, 0))
    with pytest.raises(psycopg.OperationalError):
        items.refresh(shop)
    with another_has_the_turn(file), pytest.raises(psycopg.OperationalError):
        items.refresh(shop)
    assert prices(items) == {"1.00"}


@contextmanager
def another_has_the_turn(file: ItemFile) -> Iterator[None]:
    """As another process has: by its own opening of the file."""
    with open(f"/proc/self/fd/{file._turn}") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        yield


def test_a_full_disk_leaves_the_ledger(
    shop: psycopg.Connection,
    pool: CountingPool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(item_file, "ROOM", 1 << 17)
    with closing(ItemFile(None)) as file:
        items = catalogue(pool, file)
        items.refresh(shop)
        price(shop, "1.00", *(f"more-{number}" for number in range(2000)))
        for _ in range(3):
            items.refresh(shop)
        os.utime(file._turn, (0, 0))  # some seconds pass
        price(shop, "2.00", *IDS)
        items.refresh(shop)
        assert prices(items) == {"2.00"}
    assert [record.getMessage()[:55] for record in caplog.records] == [
        "items come from the ledger: their file cannot be writte"
    ]


def test_a_damaged_item_leaves_the_ledger(
    shop: psycopg.Connection,
    items: ItemCatalogue,
    file: ItemFile,
    caplog: pytest.LogCaptureFixture,
) -> None:
    items.refresh(shop)
    with file._environment.begin(file._items, write=True) as writing:
        writing.put(b"item-1", b"damaged")
    assert prices(items) == {"1.00"}
    price(shop, "2.00", *IDS)
    items.refresh(shop)
    assert prices(items) == {"2.00"}
    assert len(caplog.records) == 1


def test_where_nothing_can_be_written_there_is_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert open_in(tmp_path / "missing") is None
    (tmp_path / "data.mdb").write_bytes(b"no file of LMDB" * 1000)
    assert open_in(tmp_path) is None
    assert len(caplog.records) == 2
