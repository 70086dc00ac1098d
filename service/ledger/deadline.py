"""Ends calls to a PostgreSQL that hangs: it answers nothing and closes nothing by itself.

Its own timeouts need it to be awake. Here a thread of ours closes the socket when time is up, and
whoever waits on it gets an error at once.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

import psycopg
from psycopg import Connection

EVERY_SECONDS = 0.05


class Deadlines:
    """Watches the calls that are running; sleeps while there are none."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[float, Connection]] = {}
        self._some = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, connection: Connection, seconds: float) -> None:
        """From now on work fails with `psycopg.OperationalError` when it takes longer."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            self._running[id(connection)] = (time.monotonic() + seconds, connection)
        if not self._some.is_set():
            self._some.set()

    def end(self, connection: Connection) -> bool:
        """The work is done; whether it was in time. A connection that was cut is of no more use."""
        with self._lock:
            return self._running.pop(id(connection), None) is not None

    def _watch(self) -> None:
        while True:
            self._some.wait()
            time.sleep(EVERY_SECONDS)
            with self._lock:  # whoever ends in time must not be cut in their next work
                now = time.monotonic()
                late = [key for key, (deadline, _) in self._running.items() if now > deadline]
                for key in late:
                    _cut(self._running.pop(key)[1])
                if not self._running:
                    self._some.clear()


def _cut(connection: Connection) -> None:
    with contextlib.suppress(OSError, psycopg.Error):  # closed meanwhile
        handle = socket.socket(fileno=os.dup(connection.fileno()))
        with contextlib.closing(handle):
            handle.shutdown(socket.SHUT_RDWR)
