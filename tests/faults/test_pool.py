"""Which connection to the ledger is handed out, and that none is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from service.errors import LedgerAway
from service.ledger.store import LedgerPool


@pytest.fixture
def pool(database_url: str) -> Iterator[LedgerPool]:
    pool = LedgerPool(database_url, 2)
    yield pool
    pool.close()


def backend(pool: LedgerPool) -> int:
    with pool.connection() as connection:
        return connection.info.backend_pid


def test_the_connection_that_was_used_last_goes_first(pool: LedgerPool) -> None:
    with pool.connection() as first, pool.connection() as second:
        pids = first.info.backend_pid, second.info.backend_pid
    assert len(set(pids)) == 2
    assert {backend(pool) for _ in range(5)} == {pids[0]}, "the first came back last"


def test_a_connection_that_broke_is_not_handed_out_again(pool: LedgerPool) -> None:
    lost = backend(pool)
    with pytest.raises(LedgerAway), pool.connection() as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    pool._closed_until = 0.0
    assert backend(pool) != lost


def test_what_died_at_rest_is_replaced_after_the_first_failure(
    pool: LedgerPool, database_url: str
) -> None:
    with pool.connection() as first, pool.connection() as second:
        pids = [first.info.backend_pid, second.info.backend_pid]
    with psycopg.connect(database_url, autocommit=True) as other:
        for pid in pids:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with pytest.raises(LedgerAway), pool.connection() as connection:
        connection.execute("SELECT 1")
    pool.heal()
    pool._closed_until = 0.0
    for _ in range(5):
        with pool.connection() as connection:
            assert connection.info.backend_pid not in pids
            connection.execute("SELECT 1")


def test_who_waits_gets_what_another_gives_back(pool: LedgerPool) -> None:
    """More threads than connections, while they go back to rest again and again: nobody starves."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(100):
                with pool.connection() as connection:
                    connection.execute("SELECT 1")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        pool.heal()
    assert not failed


def test_a_connection_whose_time_was_up_is_not_handed_on(pool: LedgerPool) -> None:
    """Work that ends just when it is cut must not leave its connection to the next request."""
    with pool.connection(0.05) as late:
        time.sleep(0.3)
    with pool.connection() as connection:
        assert connection is not late
        assert connection.execute("SELECT 1").fetchone() == (1,)
