"""The flow of the money: what service cost in a period, and what its contacts brought back.

Called by `service/api`; `service/reports/tables.py` writes the report as JSON, CSV and HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from psycopg import Connection

from service.errors import InvalidFields
from service.ledger.report import Totals, totals
from service.reports.costs import Costs
from service.reports.query import RecoveryQuery

EVERYTHING: Final = "all"
NOTHING: Final = "(none)"
"""The group of contacts that have no such thing: no team, no suggestion, and so on."""
NOT_ENOUGH_DATA: Final = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. Ratios are sales per service cost, None where that is zero."""

    group: str
    totals: Totals
    same_contact_ratio: Decimal | None
    attributed_ratio: Decimal | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Report:
    """Rows by group and the total of them all; money in the currency of `costs`."""

    query: RecoveryQuery
    costs: Costs
    made_at: datetime
    matures_at: datetime
    """When the window of the period's last contact closes; until then orders may be added."""
    rows: tuple[Row, ...]
    total: Row

    @property
    def mature(self) -> bool:
        return self.matures_at <= self.made_at


def recovery(
    connection: Connection[Any], costs: Costs, query: RecoveryQuery, now: datetime
) -> Report:
    """What the contacts of a period cost and brought back, as far as the ledger knows.

    Raises:
        InvalidFields: the whole period lies in the future.
    """
    if query.start > now:
        raise InvalidFields((("/from", f"from is in the future: use {now:%Y-%m-%d} or earlier."),))
    *parts, whole = totals(
        connection, query.start, query.end, query.window, query.group_by, costs.price_list()
    )
    total = _row(whole, EVERYTHING)
    rows = (total,) if query.group_by == "none" else tuple(_row(part, NOTHING) for part in parts)
    return Report(query, costs, now, query.end + query.window, rows, total)


def _row(totals: Totals, unnamed: str) -> Row:
    return Row(
        group=unnamed if totals.group is None else totals.group,
        totals=totals,
        same_contact_ratio=_ratio(totals.same_contact_sales, totals.service_cost),
        attributed_ratio=_ratio(totals.attributed_sales, totals.service_cost),
        # Here the holdout comparison will come in: incremental, net and a verdict of its own.
        verdict=NOT_ENOUGH_DATA,
    )


def _ratio(sales: Decimal, cost: Decimal) -> Decimal | None:
    return (sales / cost).quantize(Decimal("0.0001"), ROUND_HALF_UP) if cost else None
