"""Arrays of up to 1,000 rows: the good ones go in, each bad one is named, none loses another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from flask import Response
from psycopg import Connection

from service import errors
from service.api import json as strict
from service.api.current import answer, asked, forget, parts
from service.ledger.feed import Upserted

ROWS_LIMIT: Final = 1_000

Row = TypeVar("Row")


def take(
    read: Callable[[Any], Row],
    upsert: Callable[[Connection, Sequence[Row]], Upserted],
) -> Response:
    """Read the body's rows, write those that are right, and say what became of each.

    Args:
        read: builds a row from its JSON, or raises `errors.BadInput`.
        upsert: writes rows in one transaction.
    """
    body = strict.read(asked(), strict.BULK_LIMIT)
    if not isinstance(body, list):
        raise errors.BadInput("Send an array of rows, even for a single one.")
    if len(body) > ROWS_LIMIT:
        raise errors.BadInput(f"Send up to {ROWS_LIMIT} rows at once; these are {len(body)}.")
    good: list[Row] = []
    rejected = []
    for index, row in enumerate(body):
        try:
            good.append(read(row))
        except errors.BadInput as error:
            rejected.append(
                {"index": index, "code": error.code, "detail": errors.in_one_line(error)}
            )
    done = Upserted(0, 0)
    if good:
        with parts().pool.connection() as connection:
            done = upsert(connection, good)
        forget(done.customer_ids)
    return answer({"accepted": done.accepted, "unchanged": done.unchanged, "rejected": rejected})
