"""The customers of a period, one row each, for the comparison of treatment and holdout.

Rows come as PostgreSQL's binary COPY, whose fields here all have fixed sizes, so that numpy reads
them where they stand: a year of half a million customers is 60 MB and half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import ClientCursor, Connection

from service.ledger.period import Period, statement

BEFORE: Final = timedelta(days=90)
"""How long before the first eligible contact the customer's earlier sales are summed up."""
NAMELESS: Final = "\x01"
"""Stands for the group of contacts that have no such thing; no name holds such a character."""
COLUMNS: Final = (
    ("place", ">i4"), ("treated", "?"), ("both_arms", "?"), ("asked", "?"), ("contacts", ">i8"),
    ("sales", ">f8"), ("margin", ">f8"), ("cost", ">f8"), ("before", ">f8"), ("by_rate", ">f8"),
    ("entered", ">i8"),
)  # fmt: skip
"""The last lines of experiment.sql, with their types."""
# https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a header of 19 bytes, rows
# of a 16-bit count and, for each field, a 32-bit length and the value; at the end a count of -1.
ROW: Final = np.dtype(
    [("fields", ">i2")]
    + [pair for name, kind in COLUMNS for pair in ((f"{name}_size", ">i4"), (name, kind))]
)
HEADER: Final = 19
TRAILER: Final = 2


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """Customers with an eligible contact in one group; arrays of one length.

    Sales are those within the window of any contact from the first eligible one (`entered`, in
    days since 1970-01-01) on; `before` is what the customer bought in the 90 days before it.
    """

    treated: NDArray[np.bool_]
    both_arms: NDArray[np.bool_]
    """Customers whose arm changed within the period."""
    asked: NDArray[np.bool_]
    contacts: NDArray[np.int64]
    sales: NDArray[np.float64]
    margin: NDArray[np.float64]
    """After cost of goods and the cost of asking."""
    cost: NDArray[np.float64]
    before: NDArray[np.float64]
    by_rate: NDArray[np.float64]
    """The part of `sales` whose cost of goods is not known, but taken at the margin rate."""
    entered: NDArray[np.int64]


def customer_rows(
    connection: Connection[Any],
    period: Period,
    groups: Sequence[str | None],
    margin_rate: Decimal,
) -> list[CustomerRows]:
    """The customers of all contacts, then those of each group.

    Args:
        groups: as `Totals.group` has them; none when the report is not grouped.
        margin_rate: share of the price that is margin where neither line nor item has a cost.
    """
    names = [NAMELESS if group is None else group for group in groups]
    values = period.values() | {"parts": names, "margin_rate": margin_rate, "before": BEFORE}
    query = b"COPY (" + statement("contact.sql", "experiment.sql") + b") TO STDOUT (FORMAT BINARY)"
    # Only a client can put values into a COPY.
    with ClientCursor(connection) as cursor, cursor.copy(query, values) as copy:
        raw = b"".join(copy)
    rows = np.frombuffer(
        raw, ROW, count=(len(raw) - HEADER - TRAILER) // ROW.itemsize, offset=HEADER
    )
    ends = np.searchsorted(rows["place"], np.arange(len(names) + 2))
    return [_customers(rows[ends[place] : ends[place + 1]]) for place in range(len(names) + 1)]


def _customers(rows: NDArray[Any]) -> CustomerRows:
    fields = {
        name: rows[name].astype(np.dtype(kind).newbyteorder("=")) for name, kind in COLUMNS[1:]
    }
    return CustomerRows(**fields)
