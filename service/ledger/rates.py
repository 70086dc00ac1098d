"""Dated exchange rates: how much of the ledger's currency one of another was worth on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from psycopg import Connection

from service.ledger.feed import Upserted

OLDEST: Final = timedelta(days=7)
"""Banks publish no rates at week-ends and on holidays; the last one before is used so long."""


@dataclass(frozen=True, slots=True)
class Rate:
    currency: str
    day: date
    rate: Decimal
    """Units of the ledger's currency for one unit of `currency`."""


def rate_of(connection: Connection, currency: str, day: date) -> Rate | None:
    """The rate of a day, or the last one before it within `OLDEST`."""
    row = connection.execute(
        "SELECT currency, day, rate FROM exchange_rates"
        " WHERE currency = %s AND day <= %s AND day >= %s ORDER BY day DESC LIMIT 1",
        [currency, day, day - OLDEST],
    ).fetchone()
    return Rate(*row) if row else None


def upsert_rates(connection: Connection, rates: Sequence[Rate]) -> Upserted:
    """Write rates; of a currency and day that come twice the later one stays.

    What was converted already stays as it was, until it is fed again.
    """
    latest = {(rate.currency, rate.day): rate.rate for rate in rates}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_rates AS known (currency, day, rate)"
            " SELECT * FROM unnest(%s::text[], %s::date[], %s::numeric[])"
            " ON CONFLICT (currency, day) DO UPDATE SET rate = excluded.rate"
            " WHERE known.rate <> excluded.rate",
            [
                [currency for currency, _ in latest],
                [day for _, day in latest],
                list(latest.values()),
            ],
        )
        written = cursor.rowcount
    return Upserted(written, len(rates) - written)
