"""What may have gone wrong for customers after an ask was allowed, in both arms."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from service.ledger.period import Period, run

HARMS: Final = ("opted_out", "complained", "repeated", "returned")
"""As harm.sql has them, after the arm."""

Flags = NDArray[np.bool_]


def harms(connection: Connection[Any], period: Period) -> dict[str, Flags]:
    """`treated` and each of `HARMS`, one entry per customer of an eligible contact.

    Customers whose arm changed within the period are left out.

    Args:
        connection: within `period.contacts_of(period)`.
    """
    [columns] = run(connection, "harm.sql", period.values())
    return {
        name: np.frombuffer(column or b"", np.bool_)
        for name, column in zip(("treated", *HARMS), columns, strict=True)
    }


def returned_items(connection: Connection[Any], period: Period) -> dict[bool, tuple[int, int]]:
    """(Items ordered, items that came back), of suggested and accepted ones (True) and the others.

    Args:
        connection: within `period.contacts_of(period)`.
    """
    found = run(connection, "suggested.sql", period.values())
    return {True: (0, 0), False: (0, 0)} | {suggested: (n, k) for suggested, n, k in found}
