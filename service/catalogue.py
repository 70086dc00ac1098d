"""The worker's copy of the items, kept fresh by the housekeeper: price, stock, what may be sold.

A catalogue of some thousands is there in whole. Of a larger one a worker keeps what it was asked
for last, and fetches the rest when a request needs it: its memory does not grow with the catalogue.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from psycopg import Connection

from models.domain import Item
from service.errors import LedgerAway
from service.ledger.catalogue import (
    how_many_changed,
    items_changed_since,
    items_named,
    ledger_time,
)
from service.ledger.store import LedgerPool

KEPT = 10_000
"""Items in memory: some 15 MB."""
FETCH_SECONDS = 0.5
OVERLAP = timedelta(seconds=60)
"""A transaction may commit rows whose `updated_at` lies before the last refresh."""


class ItemCatalogue(Mapping[str, Item]):
    """Items by id. Readers see whole items; a refresh replaces them one by one."""

    def __init__(self, pool: LedgerPool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._items: dict[str, Item | None] = {}
        """None: the ledger does not know it either. The oldest first."""
        self._since = datetime(1970, 1, 1, tzinfo=UTC)

    def refresh(self, connection: Connection) -> None:
        """Take over what changed since the last time; forget everything if that is too much."""
        began = ledger_time(connection)
        if how_many_changed(connection, self._since, KEPT + 1) <= KEPT:
            changed = items_changed_since(connection, self._since)
            self._keep({item.id: item for item in changed})
        else:
            with self._lock:
                self._items.clear()
        self._since = began - OVERLAP

    def fetch(self, item_ids: Iterable[str]) -> None:
        """Have these at hand, with one question to the ledger if any of them is missing.

        A ledger that is away knows no more than what is here.
        """
        missing = [item_id for item_id in item_ids if item_id not in self._items]
        if not missing:
            return
        try:
            with self._pool.connection(FETCH_SECONDS) as connection:
                found = list(items_named(connection, missing))
        except LedgerAway:
            return
        self._keep({**dict.fromkeys(missing), **{item.id: item for item in found}})

    def _keep(self, items: Mapping[str, Item | None]) -> None:
        with self._lock:
            self._items |= items
            for item_id in list(islice(self._items, max(0, len(self._items) - KEPT))):
                del self._items[item_id]

    def __getitem__(self, item_id: str) -> Item:
        item: Item | None = self.get(item_id)
        if item is None:
            raise KeyError(item_id)
        return item

    def get(self, item_id: str, default: Any = None, /) -> Any:
        """As of any mapping; what is not at hand is fetched."""
        item = self._items.get(item_id)
        if item is None and item_id not in self._items:
            self.fetch([item_id])
            item = self._items.get(item_id)
        return default if item is None else item

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
