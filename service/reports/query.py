"""Which recovery report is wanted; a query that exists is a valid one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from service.errors import InvalidFields
from service.ledger.report import GROUPS

LONGEST_DAYS: Final = 400
LONGEST_WINDOW_DAYS: Final = 90
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class RecoveryQuery:
    """Days are whole ones in UTC, both included.

    Raises:
        InvalidFields: with a pointer (`/from`, `/to`, `/window_days`, `/group_by`) and the valid
            values for everything that is wrong.
    """

    from_date: date
    to_date: date
    window_days: int = 7
    """Orders this many days after a contact are attributed to it."""
    group_by: str = "none"
    channel: str | None = None
    """Only the contacts of this channel."""
    team: str | None = None
    """Only those of this team; "(none)" for contacts of no team."""

    def __post_init__(self) -> None:
        faults: list[tuple[str, str]] = []
        for pointer, day in (("/from", self.from_date), ("/to", self.to_date)):
            if not EARLIEST <= day <= LATEST:
                faults.append((pointer, f"Use a date from {EARLIEST} to {LATEST}."))
        days = (self.to_date - self.from_date).days + 1
        if days < 1:
            faults.append(("/from", "from is after to: use the first day as from, the last as to."))
        elif days > LONGEST_DAYS:
            faults.append(("/to", f"{days} days are too many: use at most {LONGEST_DAYS}."))
        if not 1 <= self.window_days <= LONGEST_WINDOW_DAYS:
            faults.append(("/window_days", f"Use a whole number from 1 to {LONGEST_WINDOW_DAYS}."))
        if self.group_by not in GROUPS:
            faults.append(("/group_by", f"Use one of {', '.join(GROUPS)}."))
        if faults:
            raise InvalidFields(tuple(faults))

    @property
    def start(self) -> datetime:
        return _midnight(self.from_date)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return _midnight(self.to_date) + timedelta(days=1)

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
