"""The pool of connections to PostgreSQL: a lost ledger is one clear error, noticed quickly.

psycopg's pool hands out whichever connection has rested longest, whose server process has to warm
up again. Here the one that was used last goes first; once a second all go back to psycopg's pool,
which renews those that are old and closes those that nobody needs.
"""

from __future__ import annotations

import threading
import time

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus
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
IDLE = TransactionStatus.IDLE
GONE = (
    psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction,
)  # fmt: skip
AWAY = "The ledger cannot be reached; try again in half a minute."


class Lent:
    """A connection that is given back; a class, since a generator costs thrice as much."""

    __slots__ = ("_connection", "_pool", "_seconds")

    def __init__(self, pool: LedgerPool, seconds: float) -> None:
        self._pool, self._seconds = pool, seconds

    def __enter__(self) -> Connection:
        try:
            self._connection = self._pool.lend(self._seconds)
        except GONE as error:
            self._pool.is_away(error)
            raise LedgerAway(AWAY) from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._pool.take_back(self._connection)
        except GONE as failed:
            error = failed
        if self._pool.is_away(error):
            raise LedgerAway(AWAY) from error


class LedgerPool:
    """Autocommit connections; every failure to reach the ledger is `LedgerAway`."""

    def __init__(self, database_url: str, size: int) -> None:
        self._closed_until = 0.0
        self._failed = False
        self._deadlines = Deadlines()
        self._lock = threading.Lock()
        self._warm: list[Connection] = []
        self._waiting = 0
        self._pool = ConnectionPool(
            database_url,
            min_size=1,
            max_size=size,
            timeout=WAIT_SECONDS,
            reconnect_timeout=2.0,
            kwargs={"autocommit": True, "connect_timeout": 2, "options": OPTIONS},
            open=True,
        )

    def connection(self, seconds: float = WORK_SECONDS) -> Lent:
        """A connection for one short piece of work.

        Args:
            seconds: the longest that the work may take.

        Raises:
            LedgerAway: on entering or leaving; PostgreSQL cannot be reached, is read-only, did not
                answer in time or went away in the middle of the work; a commit may then have
                happened or not.
        """
        return Lent(self, seconds)

    def lend(self, seconds: float) -> Connection:
        """Take a connection and set its deadline; for `Lent` alone."""
        if time.monotonic() < self._closed_until:
            raise LedgerAway(AWAY)
        # Not the pool's own context: that commits, and these have nothing to commit.
        connection = self._take()
        self._deadlines.begin(connection, seconds)
        return connection

    def take_back(self, connection: Connection) -> None:
        """The work is over; what was cut off is closed."""
        if not self._deadlines.end(connection):
            connection.close()
        self._give_back(connection)

    def is_away(self, error: BaseException | None) -> bool:
        """Whether the error says that the ledger cannot be worked with; remembers it then."""
        if not isinstance(error, GONE):
            return False
        if not (error.sqlstate or "").startswith(BUSY):
            self._closed_until = time.monotonic() + REST_SECONDS
            self._failed = True
        return True

    def heal(self) -> None:
        """Renew connections: called every second, and after a failure all are looked at."""
        self._rest()
        if self._failed:
            self._failed = False
            self._pool.check()

    def _take(self) -> Connection:
        with self._lock:
            if self._warm:
                return self._warm.pop()
            self._waiting += 1
        try:
            return self._pool.getconn()
        finally:
            with self._lock:
                self._waiting -= 1

    def _give_back(self, connection: Connection) -> None:
        """Keep it warm, unless it broke or somebody waits for psycopg's pool to have one."""
        with self._lock:
            if not self._waiting and connection.pgconn.transaction_status == IDLE:
                self._warm.append(connection)
                return
        self._pool.putconn(connection)

    def _rest(self) -> None:
        with self._lock:
            warm, self._warm = self._warm, []
        for connection in warm:
            self._pool.putconn(connection)

    def close(self) -> None:
        self._rest()
        self._pool.close()
