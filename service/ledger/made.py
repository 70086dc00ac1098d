"""Whether the ledger's data were made by a seed, and what that seed knows of them.

Written by `python -m service made-data`, which `make run` calls before it fills a made shop in;
read by whatever shows data, which must say so. Nothing else sets the mark: data of a real shop
never have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from psycopg import Connection
from psycopg.types.json import Jsonb

MARK: Final = "made_data"
TRUTH: Final = "made_truth"


def is_made(connection: Connection[Any]) -> bool:
    """Whether every view must be labelled as showing made data."""
    return _fact(connection, MARK) is True


def made_truth(connection: Connection[Any]) -> dict[str, Any] | None:
    """What the seed knows, as `training/shop` writes it; None of real data."""
    truth: dict[str, Any] | None = _fact(connection, TRUTH)
    return truth


def mark_as_made(connection: Connection[Any], truth: Mapping[str, Any]) -> None:
    """Say that the ledger's data are made, and keep what their seed knows."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO facts VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [(MARK, Jsonb(True)), (TRUTH, Jsonb(dict(truth)))],
        )


def _fact(connection: Connection[Any], key: str) -> Any:
    row = connection.execute("SELECT value FROM facts WHERE key = %s", [key]).fetchone()
    return row[0] if row else None
