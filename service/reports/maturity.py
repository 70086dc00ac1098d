"""When the sales of a period are all in, and how they usually arrive until then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from service.reports.query import RecoveryQuery

LEAST_ORDERS: Final = 30
"""With fewer a curve is a matter of chance and is not shown."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The share of a window's sales that has usually come until the end of its day `day`."""

    day: int
    share: Decimal


def curve(arrivals: Sequence[tuple[int, Decimal, int]], window_days: int) -> tuple[Arrived, ...]:
    """How sales arrive within the window, from contacts whose window has closed.

    Args:
        arrivals: (day after the contact from 1, sales, orders); days without sales may be missing.

    Returns:
        One entry per day, up to 1; none where history has too few orders.

    >>> shares = curve([(1, Decimal(60), 30), (3, Decimal(40), 20)], 4)
    >>> [str(arrived.share) for arrived in shares]
    ['0.6000', '0.6000', '1.0000', '1.0000']
    """
    whole = sum((sales for _, sales, _ in arrivals), Decimal(0))
    if sum(orders for *_, orders in arrivals) < LEAST_ORDERS or not whole:
        return ()
    by_day = {day: sales for day, sales, _ in arrivals}
    shares, arrived = [], Decimal(0)
    for day in range(1, window_days + 1):
        arrived += by_day.get(day, Decimal(0))
        shares.append(Arrived(day, (arrived / whole).quantize(Decimal("0.0001"))))
    return tuple(shares)


def matures_at(query: RecoveryQuery, group: str | None = None) -> datetime:
    """When the window of the last contact of a group has closed; days and weeks close on their own.

    >>> query = RecoveryQuery(date(2026, 11, 1), date(2026, 11, 30), 7, "week")
    >>> matures_at(query).date(), matures_at(query, "2026-W45").date()
    (datetime.date(2026, 12, 8), datetime.date(2026, 11, 16))
    """
    end = query.end
    if group is not None and query.group_by == "day":
        end = _after(date.fromisoformat(group), 1)
    elif group is not None and query.group_by == "week":
        end = _after(date.fromisocalendar(int(group[:4]), int(group[6:]), 1), 7)
    return min(end, query.end) + query.window


def _after(day: date, days: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days)
