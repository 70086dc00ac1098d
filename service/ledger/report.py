"""The sums behind the recovery report.

Called by `service/reports/recovery.py`; the statements are the `.sql` files beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from service.ledger.period import GROUPS, Period, run

__all__ = ["GROUPS", "Facts", "Totals", "arrivals", "facts", "totals"]
HISTORY: Final = timedelta(days=90)
"""Of contacts whose windows have closed, to learn how sales arrive."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one group, or of all contacts; money in the ledger's currency."""

    group: str | None
    """None: these contacts have no such thing, such as no team; and of all contacts."""
    interactions: int
    cost_given: int
    """Contacts that came with a cost of their own."""
    cost_by_time: int
    cost_by_vendor: int
    cost_by_channel: int
    eligible: int
    asked: int
    accepted: int
    unreported: int
    service_cost: Decimal
    goodwill: Decimal
    tooling: Decimal
    """Both are within `service_cost`."""
    cost_of_asking: Decimal
    same_contact_sales: Decimal
    attributed_sales: Decimal
    unpriced: int
    """Accepted items that count nothing: their order is not known, nor a suggested price."""
    refunded_beyond: int
    """Attributed orders of which more came back than was paid."""
    retold: int
    """Outcomes that a later word on the same item took the place of."""
    early: int
    """Outcomes from before their contact."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader should know of the data of a period."""

    contacts_ahead: int
    """Contacts that lie in the future."""
    orders_of_nobody: int
    sales_to_nobody: Decimal
    converted: list[list[Any]]
    """[currency, orders] of those that came in another currency than the ledger's."""


def totals(connection: Connection[Any], period: Period) -> list[Totals]:
    """Sum up the contacts of a period by group, and last the whole of them; every sum adds up.

    Args:
        connection: within `period.contacts_of(period)`.
    """
    parts: list[Totals] = run(connection, "report.sql", period.values(), class_row(Totals))
    names = [field.name for field in fields(Totals) if field.name != "group"]
    whole = {name: sum(getattr(part, name) for part in parts) for name in names}
    for name in ("service_cost", "goodwill", "tooling", "cost_of_asking", "same_contact_sales",
                 "attributed_sales"):  # fmt: skip
        whole[name] += Decimal(0)  # of an empty period too
    return [*parts, Totals(group=None, **whole)]


def facts(connection: Connection[Any], period: Period, now: datetime) -> Facts:
    """Look for what is odd in the data of a period."""
    values = period.values() | {"now": now}
    found: Facts
    [found] = run(connection, "facts.sql", values, class_row(Facts))
    return found


def arrivals(
    connection: Connection[Any], window: timedelta, now: datetime
) -> list[tuple[int, Decimal, int]]:
    """(day after the contact, sales, orders), of past contacts whose window has closed."""
    end = now - window
    values = {"start": end - HISTORY, "end": end, "window": window, "last": now}
    return run(connection, "maturity.sql", values)
