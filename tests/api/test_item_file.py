"""The file that the workers of a server share: nothing is missed, and nobody's end stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from models.domain import Item
from service import item_file
from service.item_file import ItemFile
from service.ledger.catalogue import Moment, Place, items_after, ledger_moment
from service.ledger.feed import upsert_items

WORKER = """
import sys, time
from pathlib import Path
import psycopg
from service.item_file import ItemFile

file = ItemFile(Path(sys.argv[1]))
connection = psycopg.connect(sys.argv[2], autocommit=True)
for line in sys.stdin:
    if line == "follow\\n":
        file.follow(connection)
        print(file.is_fresh(), flush=True)
    elif line.startswith("read "):
        print(file.read([line[5:-1]])[line[5:-1]].price, flush=True)
    elif line == "begin to read\\n":
        reading = file._environment.begin()
        print(reading.id(), flush=True)
    else:
        with file._having_turn() as mine:
            with file._environment.begin(file._items, write=True) as change:
                change.put(b"item", b"half of it")
                print(mine, flush=True)
                time.sleep(60)
"""


class Worker:
    """Another process with the same file."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder), database_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def does(self, what: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ItemFile]:
    with closing(ItemFile(tmp_path)) as file:
        yield file


@pytest.fixture
def worker(tmp_path: Path, clean_stores: tuple[str, str]) -> Iterator[Worker]:
    worker = Worker(tmp_path, clean_stores[0])
    yield worker
    worker.kill()


def price(ledger: psycopg.Connection, amount: str, *ids: str) -> None:
    upsert_items(ledger, [Item(one, one, Decimal(amount), "GBP") for one in ids or ("item",)])


def follow(file: ItemFile, ledger: psycopg.Connection) -> str:
    """What the item costs then."""
    file.follow(ledger)
    return str(file.read(["item"])["item"].price)


@contextmanager
def another_connection(clean_stores: tuple[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield connection


def test_processes_take_turns_and_see_what_each_other_wrote(
    ledger: psycopg.Connection, file: ItemFile, worker: Worker
) -> None:
    price(ledger, "1.00")
    assert worker.does("follow") == "True"
    assert file.is_fresh()
    assert str(file.read(["item"])["item"].price) == "1.00"
    number = file.number()
    price(ledger, "2.00")
    assert follow(file, ledger) == "2.00"
    assert file.number() > number
    assert worker.does("read item") == "2.00"


def test_a_worker_killed_while_it_wrote_leaves_the_file_as_it_was(
    ledger: psycopg.Connection, file: ItemFile, worker: Worker
) -> None:
    price(ledger, "1.00")
    assert follow(file, ledger) == "1.00"
    assert worker.does("write") == "True"
    price(ledger, "2.00")
    assert follow(file, ledger) == "1.00", "it is not our turn, and nobody waits"
    worker.kill()
    assert follow(file, ledger) == "2.00"
    assert str(worker.process.pid) not in file._environment.readers()


def test_a_killed_reader_does_not_make_the_file_grow(
    ledger: psycopg.Connection, file: ItemFile, worker: Worker, tmp_path: Path
) -> None:
    many = [f"item-{number}" for number in range(500)]
    price(ledger, "1.00", "item", *many)
    follow(file, ledger)
    worker.does("begin to read")
    worker.kill()
    sizes = []
    for turn in range(40):
        price(ledger, f"{turn + 2}.00", "item", *many)
        assert follow(file, ledger) == f"{turn + 2}.00"
        sizes.append((tmp_path / "data.mdb").stat().st_size)
    assert sizes[-1] == sizes[20]


def test_who_comes_later_goes_on_where_others_were(
    ledger: psycopg.Connection, file: ItemFile, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_file, "PIECES", 1)
    monkeypatch.setattr(item_file, "PIECE", 2)
    price(ledger, "1.00", *(f"item-{number}" for number in range(5)))
    for _ in range(2):
        file.follow(ledger)
        assert not file.is_fresh()
    assert worker.does("follow") == "True"
    assert len(file.read(f"item-{number}" for number in range(5))) == 5


def test_a_transaction_that_commits_late_is_not_missed(
    ledger: psycopg.Connection, file: ItemFile, clean_stores: tuple[str, str]
) -> None:
    price(ledger, "1.00")
    with another_connection(clean_stores) as late:
        with late.transaction():
            price(late, "2.00")  # in a transaction within the transaction
            for number in range(3):
                price(ledger, "1.00", f"other-{number}")
                assert follow(file, ledger) == "1.00"
        assert follow(file, ledger) == "2.00"


def test_nothing_is_written_while_nothing_changes(
    ledger: psycopg.Connection, file: ItemFile
) -> None:
    price(ledger, "1.00")
    follow(file, ledger)
    number = file.number()
    follow(file, ledger)
    assert file.number() == number


def test_another_server_is_read_from_the_beginning(
    ledger: psycopg.Connection, file: ItemFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    price(ledger, "1.00")
    now = ledger_moment(ledger)
    with monkeypatch.context() as elsewhere:
        further = Moment(now.at, now.oldest + 1_000_000)
        elsewhere.setattr(item_file, "ledger_moment", lambda connection: further)
        file.follow(ledger)
    price(ledger, "2.00")
    assert follow(file, ledger) == "2.00"


@pytest.mark.parametrize(("ahead", "news"), [(-5, 1), (0, 1), (1, 0), (5000, 0)])
@pytest.mark.parametrize("rounds", [0, 1, 7])
def test_transactions_are_told_apart_when_their_count_begins_anew(
    ledger: psycopg.Connection, ahead: int, news: int, rounds: int
) -> None:
    price(ledger, "1.00")
    written = ledger.execute("SELECT xmin::text::bigint FROM items").fetchone()
    assert written is not None
    oldest = written[0] + ahead + rounds * 2**32
    place = Place(oldest=oldest)
    found, _ = items_after(ledger, place, Moment(ledger_moment(ledger).at, oldest), 10)
    assert len(found) == news


def test_a_folder_of_its_own_is_removed() -> None:
    file = ItemFile(None)
    assert file._own is not None
    folder = file._own.name
    assert os.listdir(folder)
    file.close()
    assert not os.path.exists(folder)
