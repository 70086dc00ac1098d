"""The pool of connections to PostgreSQL: a lost ledger is one clear error, noticed quickly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from service.errors import LedgerAway

WAIT_SECONDS = 0.25
"""For a connection; a caller on the line does not wait longer."""
REST_SECONDS = 1.0
"""After a failure nobody tries for so long: one probe a second, not one a request."""
BUSY = ("40", "55", "57014")
"""SQLSTATEs of a ledger that is there: deadlocks, locks not granted in time, cancelled queries."""
OPTIONS = "-c synchronous_commit=on -c timezone=UTC -c lock_timeout=2000 -c jit=off"


class LedgerPool:
    """Autocommit connections; every failure to reach the ledger is `LedgerAway`."""

    def __init__(self, database_url: str, size: int) -> None:
        self._closed_until = 0.0
        self._pool = ConnectionPool(
            database_url,
            min_size=1,
            max_size=size,
            timeout=WAIT_SECONDS,
            reconnect_timeout=2.0,
            kwargs={"autocommit": True, "connect_timeout": 2, "options": OPTIONS},
            open=True,
        )

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for one short piece of work.

        Raises:
            LedgerAway: PostgreSQL cannot be reached, or went away in the middle of the work; a
                commit may then have happened or not.
        """
        if time.monotonic() < self._closed_until:
            raise LedgerAway("The ledger cannot be reached; try again in half a minute.")
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            if not (error.sqlstate or "").startswith(BUSY):
                self._closed_until = time.monotonic() + REST_SECONDS
            raise LedgerAway("The ledger cannot be reached; try again in half a minute.") from error

    @property
    def away(self) -> bool:
        """Whether the last attempt failed a moment ago."""
        return time.monotonic() < self._closed_until

    def close(self) -> None:
        self._pool.close()
