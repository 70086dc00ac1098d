"""What the report's statements share: the period, what contacts cost, and one moment of the ledger.

Contacts and what was said in them are put into temporary tables first, since several statements
begin with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from psycopg import ClientCursor, Connection
from psycopg.rows import RowFactory, tuple_row
from psycopg.types.json import Jsonb

FOLDER: Final = Path(__file__).parent
GROUPS: Final = (
    "none", "day", "week", "channel", "topic", "touchpoint", "touchpoint_stage", "team", "agent",
    "employer", "kind", "script", "model_version",
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
        channel: only its contacts; orders still belong to the latest contact on any channel.
        team: likewise; "(none)" for the contacts of no team.
    """

    start: datetime
    end: datetime
    window: timedelta
    group_by: str
    price_list: Sequence[Mapping[str, str | None]]
    tooling_each: Decimal = Decimal(0)
    tooling_monthly: Decimal = Decimal(0)
    channel: str | None = None
    team: str | None = None

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
            "only_channel": self.channel,
            "only_team": self.team,
        }


@contextmanager
def contacts_of(connection: Connection[Any], period: Period) -> Iterator[None]:
    """Inside, `contact` and `said` are there, and all statements see one moment of the ledger.

    Args:
        connection: in autocommit mode; nothing of this outlives the transaction.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Sorts of a month stay in memory; a statement has about ten of them.
        connection.execute("SET LOCAL work_mem = '32MB'")
        for name in ("contact.sql", "said.sql"):
            run(connection, name, period.values())
        yield


@dataclass(frozen=True, slots=True)
class Counts:
    """The contacts of a period, and those of them in which an ask was allowed."""

    contacts: int
    eligible: int


def counted(connection: Connection[Any]) -> Counts:
    """Count what is in `contact`."""
    query = "SELECT count(*), count(*) FILTER (WHERE eligible) FROM contact"
    [row] = connection.execute(query).fetchall()
    return Counts(*row)


def run(
    connection: Connection[Any],
    name: str,
    values: Mapping[str, Any],
    row_factory: RowFactory[Any] = tuple_row,
) -> list[Any]:
    """Run the statement in a file beside this one; its rows, if it gives any.

    Values are put in by the client: `CREATE TABLE AS` takes no others, and a plan made for a day
    would be slow for a year.
    """
    with ClientCursor(connection, row_factory=row_factory) as cursor:
        cursor.execute(FOLDER.joinpath(name).read_bytes(), values)
        return cursor.fetchall() if cursor.description else []
