"""The items as a worker sees them: price, stock, what may be sold.

They come from the file that the workers of a server share (`item_file.py`), and from the ledger
what that has not. What was asked for last is kept decoded until anything changes, so that a
worker's memory does not grow with the catalogue.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from psycopg import Connection

from models.domain import Item
from service.errors import LedgerAway
from service.item_file import BROKEN, ItemFile
from service.ledger.catalogue import items_named, ledger_moment
from service.ledger.store import LedgerPool

KEPT = 10_000
"""Decoded items in memory: some 9 MB, 22 with all attributes."""
FETCH_SECONDS = 0.5
log = logging.getLogger(__name__)


class ItemCatalogue(Mapping[str, Item]):
    """Items by id; as a mapping, those at hand."""

    def __init__(self, pool: LedgerPool, file: ItemFile | None) -> None:
        """`file` is None where nothing can be written: then all items come from the ledger."""
        self._pool, self._file = pool, file
        self._lock = threading.Lock()
        self._fresh: ItemFile | None = None
        """The file, if it has what the ledger has."""
        self._failed = False
        self._items: dict[str, Item | None] = {}
        """None: the ledger does not know it either. The oldest first."""
        self._number = 0
        """Of the file, when the first of them was read."""

    def refresh(self, connection: Connection) -> None:
        """Bring the file up to date; without one, forget what may have changed.

        A ledger that is away is an error here, and all stays as it was.
        """
        if self._follow(connection):
            self._fresh = self._file
            self._current()
        else:
            ledger_moment(connection)  # the error, if it is away
            self._fresh, self._items = None, {}

    def _follow(self, connection: Connection) -> bool:
        """Take a turn at the file; whether it now has what the ledger has."""
        if self._file is None:
            return False
        try:
            self._file.follow(connection)
            fresh = self._file.is_fresh()
        except BROKEN as error:
            if not self._failed:
                log.warning("items come from the ledger: their file cannot be written: %s", error)
            self._failed = True
            return False
        self._failed = False
        return fresh

    def fetch(self, item_ids: Iterable[str]) -> None:
        """Have these at hand, with one question to the ledger if the file lacks any of them.

        A ledger that is away knows no more than the file.
        """
        self._find(item_ids)

    def _find(self, item_ids: Iterable[str]) -> Mapping[str, Item | None]:
        """What is at hand, these among it."""
        items = self._current()
        missing = [item_id for item_id in item_ids if item_id not in items]
        if missing:
            found: dict[str, Item | None] = {**self._from_file(missing)}
            elsewhere = [item_id for item_id in missing if item_id not in found]
            if elsewhere:
                found |= self._from_ledger(elsewhere)
            self._keep(items, found)
        return items

    def _current(self) -> dict[str, Item | None]:
        """What was kept since the file changed.

        It is replaced and not emptied: who began to read before a change adds to the old one.
        """
        if self._fresh is not None:
            try:
                number = self._fresh.number()
            except BROKEN as error:
                self._give_up(error)
            else:
                if number != self._number:
                    self._items, self._number = {}, number
        return self._items

    def _from_file(self, item_ids: list[str]) -> Mapping[str, Item]:
        if self._fresh is not None:
            try:
                return self._fresh.read(item_ids)
            except BROKEN as error:
                self._give_up(error)
        return {}

    def _give_up(self, error: Exception) -> None:
        log.warning("until a restart items come from the ledger: their file is damaged: %s", error)
        self._fresh = self._file = None

    def _from_ledger(self, item_ids: list[str]) -> Mapping[str, Item | None]:
        try:
            with self._pool.connection(FETCH_SECONDS) as connection:
                return {**dict.fromkeys(item_ids), **items_named(connection, item_ids)}
        except LedgerAway:
            return {}

    def _keep(self, items: dict[str, Item | None], found: Mapping[str, Item | None]) -> None:
        with self._lock:
            items |= found
            for item_id in list(islice(items, max(0, len(items) - KEPT))):
                del items[item_id]

    def __getitem__(self, item_id: str) -> Item:
        item: Item | None = self.get(item_id)
        if item is None:
            raise KeyError(item_id)
        return item

    def get(self, item_id: str, default: Any = None, /) -> Any:
        """As of any mapping; what is not at hand is fetched."""
        items = self._items
        item = items.get(item_id)
        if item is None and item_id not in items:
            item = self._find([item_id]).get(item_id)
        return default if item is None else item

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
