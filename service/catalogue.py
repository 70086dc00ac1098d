"""The worker's copy of the items, kept fresh by the housekeeper: price, stock, what may be sold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from models.domain import Item
from service.ledger.catalogue import items_changed_since, ledger_time

OVERLAP = timedelta(seconds=60)
"""A transaction may commit rows whose `updated_at` lies before the last refresh."""


class ItemCatalogue(Mapping[str, Item]):
    """Items by id. Readers see whole items; a refresh replaces them one by one."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._since = datetime(1970, 1, 1, tzinfo=UTC)

    def refresh(self, connection: Connection) -> None:
        """Take over what changed since the last time."""
        began = ledger_time(connection)
        for item in items_changed_since(connection, self._since):
            self._items[item.id] = item
        self._since = began - OVERLAP

    def __getitem__(self, item_id: str) -> Item:
        return self._items[item_id]

    def get(self, item_id: str, default: Any = None, /) -> Any:
        """As of any mapping, straight from the dictionary."""
        return self._items.get(item_id, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
