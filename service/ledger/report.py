"""The sums behind the recovery report: one statement, so that all numbers are of one moment.

Called by `service/reports/recovery.py`; the statement is in `report.sql` beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

STATEMENT: Final = Path(__file__).with_name("report.sql")
GROUPS: Final = (
    "none", "day", "week", "channel", "topic", "touchpoint", "team", "agent", "employer",
    "kind", "script", "model_version",
)  # fmt: skip
"""What `totals` can tell apart; report.sql has the meaning of each."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one group, or of all contacts (`whole`); money in the ledger's currency."""

    whole: bool
    group: str | None
    """None: these contacts have no such thing, such as no team."""
    interactions: int
    cost_given: int
    """Contacts that came with a cost of their own."""
    cost_by_time: int
    cost_by_channel: int
    eligible: int
    asked: int
    accepted: int
    unreported: int
    customers_treatment: int
    customers_holdout: int
    service_cost: Decimal
    cost_of_asking: Decimal
    same_contact_sales: Decimal
    attributed_sales: Decimal
    unpriced: int
    """Accepted items that count nothing: their order is not known, nor a suggested price."""


def totals(
    connection: Connection[Any],
    start: datetime,
    end: datetime,
    window: timedelta,
    group_by: str,
    price_list: Sequence[Mapping[str, str | None]],
) -> list[Totals]:
    """Sum up the contacts of [start, end) by one of `GROUPS`, and last the whole of them.

    Args:
        window: how long after a contact an order is still attributed to it, both ends included.
        price_list: what contacts cost, as `Costs.price_list()` writes it; the channel "" is
            for all that are not named.
    """
    values = {
        "start": start,
        "end": end,
        "window": window,
        "last": end + window,
        "group_by": group_by,
        "prices": Jsonb(list(price_list)),
        "channels": [price["channel"] for price in price_list],
    }
    with connection.cursor(row_factory=class_row(Totals)) as cursor:
        # Planned anew each time: a plan made for a day would be slow for a year.
        cursor.execute(STATEMENT.read_bytes(), values, prepare=False)
        return cursor.fetchall()
