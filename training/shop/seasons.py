"""When people buy: months, weekdays, trade seasons, and time that runs faster in season.

Days are counted from the first day of the shop's window; day 0 begins at midnight UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from training.shop.categories import CATEGORIES
from training.shop.chance import Floats, Ints, choose

DAY: Final = 86_400
"""Seconds."""

# Share of the yearly mean, January to December.
SEASONS: Final = {
    "even": (1.0,) * 12,
    "home": (1.3, 1.0, 0.9, 1.0, 1.0, 0.9, 0.9, 1.0, 1.2, 1.1, 1.1, 0.6),
    "garden": (0.2, 0.5, 1.5, 2.5, 2.5, 1.8, 1.2, 0.8, 0.5, 0.2, 0.15, 0.15),
    "growing": (0.4, 0.6, 1.2, 1.5, 1.7, 1.6, 1.4, 1.2, 0.9, 0.6, 0.5, 0.4),
    "gifts": (0.4, 0.6, 0.6, 0.6, 0.6, 0.5, 0.5, 0.5, 0.7, 1.0, 2.2, 3.8),
    "warmth": (1.3, 1.2, 0.9, 0.8, 0.7, 0.6, 0.6, 0.7, 1.0, 1.3, 1.4, 1.5),
}
SEASON: Final = np.array([SEASONS[kind.season] for kind in CATEGORIES]).T
"""(months, categories) the same for each category."""
BUSTLE: Final = (1.05, 0.85, 0.9, 0.95, 1.0, 0.9, 0.9, 0.9, 1.0, 1.0, 1.3, 1.25)
"""How busy the whole shop is by month."""
WEEKDAYS: Final = (1.0, 0.95, 0.95, 0.95, 0.9, 1.05, 1.2)
"""Monday to Sunday."""


@dataclass(frozen=True)
class Calendar:
    """The window: its first day, and for each day (days,) the month, 0-11, and the bustle."""

    first: date
    months: Ints
    bustle: Floats
    sales: Floats
    """The part of the price that is left on days of a sale, for items that take part."""

    @property
    def days(self) -> int:
        return len(self.months)

    @property
    def start(self) -> int:
        """Midnight of the first day, in seconds since 1970."""
        return int(
            datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC).timestamp()
        )

    @property
    def end(self) -> int:
        """Midnight after the last day, in seconds since 1970; nothing happens then or later."""
        return self.start + self.days * DAY


def make_calendar(months: int, until: date) -> Calendar:
    """The `months` that end with the day `until`.

    Raises:
        OverflowError: when that would begin before 1970, which no ledger keeps.
    """
    after = until + timedelta(days=1)
    years, month = divmod(after.year * 12 + after.month - 1 - months, 12)
    if years < 1970:
        raise OverflowError
    # 31 March less a month is 28 February, or 29: the last day that the month has
    last = (date(years + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    first = date(years, month + 1, min(after.day, last))
    dates = np.arange(first.toordinal(), after.toordinal())
    each = [date.fromordinal(int(day)) for day in dates]
    month_of = np.array([day.month - 1 for day in each], dtype=np.int64)
    bustle = np.array([BUSTLE[day.month - 1] * WEEKDAYS[day.weekday()] for day in each])
    sales = np.array([_left_in_sale(day) for day in each])
    return Calendar(first, month_of, bustle / sales**2, sales)


def _left_in_sale(day: date) -> float:
    """Black Friday's week and the sales of January and early July."""
    if (day.month == 11 and day.day >= 22) or (day.month == 1 and day.day <= 14):
        return 0.8
    return 0.85 if day.month == 7 and day.day <= 10 else 1.0


def elapsed(pace: Floats) -> Floats:
    """How much time has gone by at each midnight (days + 1,) when days run at `pace` (days,).

    `np.interp` along it turns days into that time and back, so that a steady rhythm or an even
    spread becomes one that is denser where the pace is higher.
    """
    return np.concatenate([[0.0], np.cumsum(pace)])


def seconds_of_day(rng: np.random.Generator, hours: tuple[int, ...], n: int) -> Ints:
    """Moments of a day, in seconds since midnight, with `hours` as weights of its 24 hours."""
    return choose(rng, np.array(hours, float), n) * 3_600 + rng.integers(0, 3_600, n)
