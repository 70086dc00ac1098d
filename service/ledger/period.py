"""What the report's statements share: the period, what contacts cost, and one moment of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.types.json import Jsonb

FOLDER: Final = Path(__file__).parent
GROUPS: Final = (
    "none", "day", "week", "channel", "topic", "touchpoint", "team", "agent", "employer",
    "kind", "script", "model_version",
)  # fmt: skip
"""What contacts can be told apart by; contact.sql has the meaning of each."""


@dataclass(frozen=True, slots=True)
class Period:
    """The contacts of [start, end), by one of `GROUPS`, and what they cost.

    Attributes:
        window: how long after a contact an order still counts for it, both ends included.
        price_list: as `Costs.price_list()` writes it; the channel "" is for all not named.
        tooling_each: for every contact.
        tooling_monthly: for all contacts of a calendar month.
    """

    start: datetime
    end: datetime
    window: timedelta
    group_by: str
    price_list: Sequence[Mapping[str, str | None]]
    tooling_each: Decimal = Decimal(0)
    tooling_monthly: Decimal = Decimal(0)

    def values(self) -> dict[str, Any]:
        """The values that contact.sql and what follows it ask for."""
        return {
            "start": self.start,
            "end": self.end,
            "window": self.window,
            "last": self.end + self.window,
            "group_by": self.group_by,
            "prices": Jsonb(list(self.price_list)),
            "channels": [price["channel"] for price in self.price_list],
            "tooling_each": self.tooling_each,
            "tooling_cents": int(self.tooling_monthly * 100),
        }


def statement(*names: str) -> bytes:
    """Files of SQL as one statement: each after the first goes on with `WITH`."""
    return b",\n".join(FOLDER.joinpath(name).read_bytes().rstrip() for name in names)


@contextmanager
def one_moment(connection: Connection[Any]) -> Iterator[None]:
    """All statements inside see the same moment of the ledger.

    Args:
        connection: in autocommit mode.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Sorts of a month stay in memory; a statement has about ten of them.
        connection.execute("SET LOCAL work_mem = '32MB'")
        yield
