"""Items whose name or id shares letters with what a customer typed, for `service/lookup.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

CANDIDATES: Final = 200
# The whole catalogue is read once. With PostgreSQL's extension pg_trgm an index would do, but the
# embedded server comes without it.
SHARING: Final = """
SELECT id, name, category, price::text, currency, sellable FROM (
    SELECT *, (SELECT count(*) FROM unnest(%(pieces)s::text[]) AS piece
        WHERE strpos(lower(id || ' ' || name), piece) > 0) AS shared
    FROM items) AS item
WHERE shared > 0 ORDER BY shared DESC, length(name), id LIMIT %(most)s
"""


def items_sharing(connection: Connection, pieces: Sequence[str]) -> list[tuple[Any, ...]]:
    """(id, name, category, price, currency, sellable) of those that share most of the pieces."""
    parameters = {"pieces": list(pieces), "most": CANDIDATES}
    return connection.execute(SHARING, parameters).fetchall()
