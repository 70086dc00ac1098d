"""Items whose name or id shares letters with what a customer typed, for `service/lookup.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL

CANDIDATES: Final = 200
PIECES: Final = 40
"""So many are looked for, so that an endless text costs no more than a long name."""

# The whole catalogue is read once. With PostgreSQL's extension pg_trgm an index would do, but the
# embedded server comes without it. OFFSET 0 keeps the letters from being lowered for every piece.
SHARING: Final = SQL("""
SELECT id, name, category, price::text, currency, sellable FROM (
    SELECT *, {shared} AS shared
    FROM (SELECT *, lower(id || ' ' || name) COLLATE "C" AS letters FROM items OFFSET 0) AS lowered
) AS item
WHERE shared > 0 ORDER BY shared DESC, length(name), id LIMIT %s
""")
SHARED: Final = SQL("(strpos(letters, %s) > 0)::int")


def items_sharing(connection: Connection, pieces: Sequence[str]) -> list[tuple[Any, ...]]:
    """(id, name, category, price, currency, sellable) of those that share most of the pieces."""
    looked_for = pieces[:PIECES]
    if not looked_for:
        return []
    query = SHARING.format(shared=SQL(" + ").join([SHARED] * len(looked_for)))
    return connection.execute(query, [*looked_for, CANDIDATES]).fetchall()
