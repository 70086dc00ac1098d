"""One thread per worker that keeps its copies fresh and empties the spool, once a second.

A worker sees a new model, price or revoked key within seconds; requests never wait for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from psycopg import Connection

from service.errors import LedgerAway, MemoryAway
from service.parts import Parts

log = logging.getLogger(__name__)
EVERY_SECONDS = 1.0


def tick(parts: Parts) -> None:
    """Every duty once, each on its own: what goes wrong with one leaves the others alone."""
    for duty in (parts.models.poll, parts.pool.heal, parts.memory.settle):
        _carefully(duty)
    for work in (
        parts.see_schema, parts.catalogue.refresh, parts.keys.refresh, parts.see_costs,
        parts.note_holdout, parts.note_names, parts.drain, parts.learn, parts.measure,
    ):  # fmt: skip
        _carefully(partial(_on_ledger, parts, work))


def _on_ledger(parts: Parts, work: Callable[[Connection], object]) -> None:
    with parts.pool.connection() as connection:
        work(connection)


def _carefully(duty: Callable[[], object]) -> None:
    try:
        duty()
    except (LedgerAway, MemoryAway) as error:
        log.debug("housekeeping waits: %s", error)
    except Exception:  # a worker without a housekeeper would serve stale prices for ever
        log.exception("housekeeping failed; it tries again in a second")


def start(parts: Parts) -> threading.Thread:
    """Tick once now, then every second for as long as the process lives."""
    tick(parts)
    thread = threading.Thread(target=_run, args=(parts,), name="housekeeping", daemon=True)
    thread.start()
    return thread


def _run(parts: Parts) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        tick(parts)
