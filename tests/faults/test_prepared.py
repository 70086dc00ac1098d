"""A statement that libpq runs itself: every value arrives, and every failure is psycopg's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import psycopg
import pytest
from psycopg import Connection, errors

from service.ledger.prepared import Prepared

KINDS = {
    "id": "text", "sure": "boolean", "pieces": "integer", "price": "numeric",
    "at": "timestamptz", "packed": "bytea", "items": "text[]",
}  # fmt: skip
WRITE = Prepared(
    f"INSERT INTO kept VALUES ({', '.join(f'%s::{kind}' for kind in KINDS.values())})"
    " ON CONFLICT DO NOTHING"
)
AT = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=2)))
ROW = ("lamp", True, 3, Decimal("2.50"), AT, b"\x00\xff\\", ["b", "a"])
NOTHING = ("rug", None, None, None, None, None, [])


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as made:
        columns = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
        made.execute(f"CREATE TEMPORARY TABLE kept ({columns}, PRIMARY KEY (id))")
        yield made


@pytest.mark.parametrize("row", [ROW, NOTHING], ids=["something", "nothing"])
def test_values_arrive(connection: Connection, row: tuple[object, ...]) -> None:
    assert WRITE.execute(connection, row) == 1
    assert WRITE.execute(connection, row) == 0
    assert connection.execute("SELECT * FROM kept").fetchall() == [row]


@pytest.mark.parametrize(
    "text", ["", "a,b", '"', "\\", "{}", "NULL", " ключи ", "\n", "it's %s $1"]
)
def test_any_text_arrives(connection: Connection, text: str) -> None:
    WRITE.execute(connection, (text, *ROW[1:-1], [text, text]))
    assert connection.execute("SELECT id, items FROM kept").fetchone() == (text, [text, text])


def test_a_connection_that_forgot_the_statement_learns_it_again(connection: Connection) -> None:
    WRITE.execute(connection, ROW)
    connection.execute("DEALLOCATE ALL")
    assert WRITE.execute(connection, NOTHING) == 1


def test_nul_is_no_text(connection: Connection) -> None:
    """libpq would write what is before it."""
    for row in (("a\0b", *ROW[1:]), (*ROW[:-1], ["a\0b"])):
        with pytest.raises(psycopg.DataError):
            WRITE.execute(connection, row)


def test_what_the_server_refuses_has_its_name(connection: Connection) -> None:
    twice = Prepared("INSERT INTO kept (id) VALUES (%s::text)")
    twice.execute(connection, ["lamp"])
    with pytest.raises(errors.UniqueViolation):
        twice.execute(connection, ["lamp"])
    with pytest.raises(errors.UndefinedTable):
        Prepared("INSERT INTO nowhere VALUES (%s::text)").execute(connection, ["lamp"])


def test_a_lost_server_is_an_operational_error(connection: Connection, database_url: str) -> None:
    WRITE.execute(connection, ROW)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            WRITE.execute(connection, NOTHING)
