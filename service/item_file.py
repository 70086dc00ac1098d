"""The items of the ledger in one file that all workers of a server read: LMDB, mapped into memory.

Reading takes no lock. Whoever has the turn brings the file up to date, a piece at a time, so that
nobody waits while it is filled. A worker that is killed gives its turn back, and what it had not
committed was never written.
"""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import lmdb
import msgspec
from psycopg import Connection

from models.domain import Item
from service.ledger.catalogue import OVERLAP, Place, items_after, ledger_moment, unpack

log = logging.getLogger(__name__)
PIECE: Final = 5_000
"""Items that are read at a time: more would leave tens of megabytes behind in a worker."""
PIECES: Final = 4
"""In one turn: some 0.1 s of a worker's time."""
FRESH_SECONDS: Final = 5.0
ROOM: Final = 1 << 34
"""Bytes of addresses, not of memory: some 60 million items."""
READERS: Final = 1024
"""At once, of all workers."""
LONGEST_KEY: Final = 511
"""Bytes; LMDB takes no more."""
PLACE: Final = b"place"
BROKEN: Final = (lmdb.Error, msgspec.DecodeError, OSError)
"""What a full disk or a damaged file raises."""


class ItemFile:
    """One process's view of the file; made after the fork, which LMDB does not survive."""

    def __init__(self, folder: Path | None) -> None:
        """Open the file in a folder that exists, or make it there; None makes a folder too.

        Raises:
            lmdb.Error, OSError: nothing can be written there.
        """
        self._own = None
        if folder is None:
            self._own = tempfile.TemporaryDirectory(prefix="encore-items-")
            folder = Path(self._own.name)
        self._environment = lmdb.open(
            str(folder), create=False, mode=0o600, map_size=ROOM, max_dbs=2,
            max_readers=READERS, max_spare_txns=1, readahead=False,
            sync=False,  # each start makes it anew, so it need not survive the machine
        )  # fmt: skip
        self._items = self._environment.open_db(b"items")
        self._places = self._environment.open_db(b"places")
        self._turn = os.open(folder / "turn", os.O_RDWR | os.O_CREAT, 0o600)

    def number(self) -> int:
        """Another one after each change."""
        with self._environment.begin() as reading:
            return reading.id()

    def read(self, item_ids: Iterable[str]) -> dict[str, Item]:
        """Those of the items that it has."""
        with self._environment.begin(self._items) as reading:
            found = {item_id: reading.get(_key(item_id)) for item_id in item_ids}
        return {item_id: unpack(packed) for item_id, packed in found.items() if packed is not None}

    def follow(self, connection: Connection) -> None:
        """Take over what changed, as much as fits into a turn, unless another worker is at it."""
        with self._having_turn() as mine:
            if not mine:
                return
            self._environment.reader_check()  # killed workers would keep old pages for ever
            for _ in range(PIECES):
                if self._take_piece(connection):
                    break
            os.utime(self._turn)

    def _take_piece(self, connection: Connection) -> bool:
        """Take over the next piece; whether it was the last."""
        place = self._place()
        news, after = items_after(connection, place, ledger_moment(connection), PIECE)
        if news or not place.at_end or after.after[0] - place.after[0] > OVERLAP:
            with self._environment.begin(self._items, write=True) as writing:
                writing.cursor().putmulti([(_key(one), packed) for one, packed in news])
                writing.put(PLACE, msgspec.json.encode(after), db=self._places)
        return after.at_end

    def is_fresh(self) -> bool:
        """Whether it has all items as they were some seconds ago."""
        age = time.time() - os.fstat(self._turn).st_mtime
        return age < FRESH_SECONDS and self._place().at_end

    def close(self) -> None:
        self._environment.close()
        os.close(self._turn)
        if self._own is not None:
            self._own.cleanup()

    def _place(self) -> Place:
        with self._environment.begin(self._places) as reading:
            kept = reading.get(PLACE)
        return Place() if kept is None else msgspec.json.decode(kept, type=Place)

    @contextmanager
    def _having_turn(self) -> Iterator[bool]:
        """Whether it is this process's turn to write; the system takes it from one that ends."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)


def open_in(folder: Path | None) -> ItemFile | None:
    """The file in a folder that other processes share, or else in one of its own; None, and a line
    in the log, where nothing can be written."""
    try:
        return ItemFile(folder)
    except BROKEN as error:
        log.warning("items come from the ledger, at some cost: no file for them: %s", error)
        return None


def _key(item_id: str) -> bytes:
    key = item_id.encode()
    return key if len(key) <= LONGEST_KEY else blake2b(key).digest()
