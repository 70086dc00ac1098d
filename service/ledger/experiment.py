"""The customers of a period, one row each, for the comparison of treatment and holdout.

Columns come as strings of bytes, which numpy reads where they stand: a year of half a million
customers is 40 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from service.ledger.period import Period, run

BEFORE: Final = timedelta(days=90)
"""How long before the first eligible contact the customer's earlier sales are summed up."""
NAMELESS: Final = "\x01"
"""Stands for the group of contacts that have no such thing; no name holds such a character."""
COLUMNS: Final = {
    "treated": "?", "both_arms": "?", "asked": "?", "contacts": ">i8", "sales": ">f8",
    "margin": ">f8", "cost": ">f8", "before": ">f8", "by_rate": ">f8", "entered": ">i8",
}  # fmt: skip
"""As experiment.sql sends them, after the group's place."""


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """Customers with an eligible contact in one group; arrays of one length.

    Sales are those within the window of any contact from the first eligible one (`entered`, in
    days since 1970-01-01) on; `before` is what the customer bought in the 90 days before it.
    """

    treated: NDArray[np.bool_]
    both_arms: NDArray[np.bool_]
    """Customers whose arm changed within the period; not among the treated."""
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
        connection: within `period.contacts_of(period)`.
        groups: as `Totals.group` has them; none when the report is not grouped.
        margin_rate: share of the price that is margin where neither line nor item has a cost.
    """
    names = [NAMELESS if group is None else group for group in groups]
    values = period.values() | {"parts": names, "margin_rate": margin_rate, "before": BEFORE}
    found = {place: columns for place, *columns in run(connection, "experiment.sql", values)}
    empty = [b""] * len(COLUMNS)
    return [_customers(found.get(place, empty)) for place in range(len(names) + 1)]


def _customers(columns: Sequence[bytes]) -> CustomerRows:
    return CustomerRows(
        **{
            name: np.frombuffer(column, kind).astype(np.dtype(kind).newbyteorder("="))
            for (name, kind), column in zip(COLUMNS.items(), columns, strict=True)
        }
    )
