"""Large reports are kept for a minute, so that looking again does not sum up a year again.

One per worker, shared by its threads. Small reports are made anew each time: whatever was just told
is in them. The threshold is a number of contacts and not of seconds, so that the same ledger always
behaves the same way.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

FOR: Final = timedelta(minutes=1)
CONTACTS: Final = 10_000
"""A report of more contacts takes more than about a fifth of a second."""
MOST: Final = 64
"""Reports; one has a row per group and takes some hundred kilobytes at most."""


class Kept(Protocol):
    """A report of any kind."""

    @property
    def made_at(self) -> datetime: ...

    @property
    def contacts(self) -> int:
        """In its period."""
        ...


Report = TypeVar("Report", bound=Kept)


class KeptReports:
    """The last large reports, by what was asked."""

    def __init__(self) -> None:
        self._reports: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, asked: Hashable, now: datetime, make: Callable[[], Report]) -> Report:
        """The report that was kept, or a new one; of several who ask at once, one makes it.

        Args:
            asked: which report, and all that it depends on but the ledger.
            make: called without any lock on other reports.
        """
        with self._lock:
            making = self._making.setdefault(asked, threading.Lock())
        with making:
            kept: Report | None = self._reports.get(asked)
            if kept is not None and timedelta() <= now - kept.made_at < FOR:
                return kept
            report: Report = make()
            with self._lock:
                self._reports.pop(asked, None)
                if report.contacts > CONTACTS:
                    self._reports[asked] = report
                while len(self._reports) > MOST:
                    self._reports.popitem(last=False)
                self._making = {
                    key: lock for key, lock in self._making.items() if key == asked or lock.locked()
                }
        return report
