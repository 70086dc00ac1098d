"""The pool of connections to PostgreSQL: a lost ledger is one clear error, noticed quickly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from service.errors import LedgerAway
from service.ledger.deadline import Deadlines

WAIT_SECONDS = 0.25
"""For a connection; a caller on the line does not wait longer."""
WORK_SECONDS = 60.0
"""For feeds and reports."""
REST_SECONDS = 1.0
"""After a failure nobody tries for so long: one probe a second, not one a request."""
BUSY = ("40", "55", "57014")
"""SQLSTATEs of a ledger that is there: deadlocks, locks not granted in time, cancelled queries."""
OPTIONS = "-c synchronous_commit=on -c timezone=UTC -c lock_timeout=2000 -c jit=off"
AWAY = "The ledger cannot be reached; try again in half a minute."


class LedgerPool:
    """Autocommit connections; every failure to reach the ledger is `LedgerAway`."""

    def __init__(self, database_url: str, size: int) -> None:
        self._closed_until = 0.0
        self._failed = False
        self._deadlines = Deadlines()
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
    def connection(self, seconds: float = WORK_SECONDS) -> Iterator[Connection]:
        """A connection for one short piece of work.

        Args:
            seconds: the longest that the work may take.

        Raises:
            LedgerAway: PostgreSQL cannot be reached, is read-only, did not answer in time or went
                away in the middle of the work; a commit may then have happened or not.
        """
        if time.monotonic() < self._closed_until:
            raise LedgerAway(AWAY)
        try:
            # Not the pool's own context: that commits, and these have nothing to commit.
            connection = self._pool.getconn()
            try:
                with self._deadlines.within(connection, seconds):
                    yield connection
            finally:
                self._pool.putconn(connection)
        except (
            psycopg.OperationalError,
            psycopg.InterfaceError,
            psycopg.errors.ReadOnlySqlTransaction,
        ) as error:
            if not (error.sqlstate or "").startswith(BUSY):
                self._closed_until = time.monotonic() + REST_SECONDS
                self._failed = True
            raise LedgerAway(AWAY) from error

    def heal(self) -> None:
        """After a failure, replace the connections that did not survive it."""
        if self._failed:
            self._failed = False
            self._pool.check()

    def close(self) -> None:
        self._pool.close()
