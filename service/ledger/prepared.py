"""A statement that libpq runs itself, for the one write that every request waits for.

A cursor of psycopg looks at the type of every value, prepares a statement for each combination of
types that it meets, and waits for the socket step by step. Here values go as text; PostgreSQL knows
the types of its columns, so one prepared statement serves them all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import Connection, errors, pq

NOT_PREPARED: Final = b"26000"
"""SQLSTATE of a connection that does not know the statement, or no longer."""
AS_IT_IS: Final = ("text", "json", "bytea")
"""Types whose bytes PostgreSQL takes as they stand; it refuses NUL in the first two itself."""


class Prepared:
    """One INSERT or UPDATE, whose `%s` all have a type; prepared wherever it is first needed.

    A str goes to a text or to a kind of JSON, bytes go to a bytea.
    """

    def __init__(self, query: str) -> None:
        numbers = count(1)
        self._as_it_is = [kind in AS_IT_IS for kind in re.findall(r"%s(?:::([\w\[\]]+))?", query)]
        self._query = re.sub("%s", lambda _: f"${next(numbers)}", query).encode()
        self._name = b"encore_" + hashlib.sha256(self._query).hexdigest()[:16].encode()

    def execute(self, connection: Connection, values: Sequence[object]) -> int:
        """Run it on a connection in autocommit mode; returns how many rows it wrote.

        Raises:
            psycopg.Error: as from a cursor.
        """
        texts: list[Any] = [
            None if value is None else _TEXTS[type(value)](value) for value in values
        ]
        server = connection.pgconn
        result = server.exec_prepared(self._name, texts, self._as_it_is)
        if result.error_field(pq.DiagnosticField.SQLSTATE) == NOT_PREPARED:
            result = server.prepare(self._name, self._query)
            if result.status == pq.ExecStatus.COMMAND_OK:
                result = server.exec_prepared(self._name, texts, self._as_it_is)
        if result.status == pq.ExecStatus.COMMAND_OK:
            return result.command_tuples or 0
        if server.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(result.get_error_message())
        raise errors.error_from_result(result)


def _array(values: list[str]) -> bytes:
    if any("\0" in value for value in values):
        raise psycopg.DataError("PostgreSQL's texts cannot contain NUL")
    quoted = (value.replace("\\", r"\\").replace('"', r"\"") for value in values)
    return ("{" + ",".join(f'"{value}"' for value in quoted) + "}").encode()


_TEXTS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    bool: lambda value: b"t" if value else b"f",
    bytes: bytes,
    datetime: lambda value: value.isoformat().encode(),
    Decimal: lambda value: str(value).encode(),
    float: lambda value: repr(value).encode(),
    int: lambda value: b"%d" % value,
    list: _array,
    str: str.encode,
}
