"""One thread per worker that keeps its copies fresh and empties the spool, once a second.

A worker sees a new model, price or revoked key within seconds; requests never wait for it.
"""

from __future__ import annotations

import logging
import threading

from service.errors import LedgerAway, MemoryAway
from service.ledger.schema import is_current
from service.parts import Parts
from service.spool import drain

log = logging.getLogger(__name__)
EVERY_SECONDS = 1.0


def tick(parts: Parts) -> None:
    """Everything once. A store that is away is for the next tick."""
    parts.models.poll()
    try:
        with parts.pool.connection() as connection:
            parts.migrated = parts.migrated or is_current(connection)
            parts.catalogue.refresh(connection)
            parts.keys.refresh(connection)
            drain(connection, parts.memory)
    except (LedgerAway, MemoryAway) as error:
        log.debug("housekeeping waits: %s", error)


def start(parts: Parts) -> threading.Thread:
    """Tick once now, then every second for as long as the process lives."""
    _careful_tick(parts)
    thread = threading.Thread(target=_run, args=(parts,), name="housekeeping", daemon=True)
    thread.start()
    return thread


def _run(parts: Parts) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        _careful_tick(parts)


def _careful_tick(parts: Parts) -> None:
    try:
        tick(parts)
    except Exception:  # a worker without a housekeeper would serve stale prices for ever
        log.exception("housekeeping failed; it tries again in a second")
