"""The flow of the money: what service cost in a period, and what its contacts brought back.

Called by `service/api`; `service/reports/tables.py` writes the report as JSON, CSV and HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from psycopg import Connection

from service.errors import InvalidFields
from service.ledger.experiment import CustomerRows, customer_rows
from service.ledger.holdout import Holdout, holdouts_used
from service.ledger.period import Period, contacts_of
from service.ledger.report import Totals, arrivals, facts, totals
from service.reports.costs import Costs
from service.reports.effect import ARMS_DO_NOT_MATCH, NOT_ENOUGH_DATA, Customers, Effect
from service.reports.experiment import judge_groups, measure
from service.reports.maturity import Arrived, curve, matures_at
from service.reports.query import RecoveryQuery
from service.reports.statements import Statement, about_data, about_goods, about_holdout

EVERYTHING: Final = "all"
NOTHING: Final = "(none)"
"""The group of contacts that have no such thing: no team, no suggestion, and so on."""
MATURING: Final = "maturing"
MARGIN_RATE: Final = Decimal("0.40")
"""The shipped policy's `worth.margin_rate`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. Ratios are sales per service cost, None where that is zero.

    `effect` is None while the row matures, and where arms cannot be compared at all.
    """

    group: str
    totals: Totals
    customers_treatment: int
    customers_holdout: int
    """Different customers of the eligible contacts, by arm; who changed arms is in both."""
    same_contact_ratio: Decimal | None
    attributed_ratio: Decimal | None
    effect: Effect | None
    verdict: str

    @property
    def attribution_inflation(self) -> Decimal | None:
        """How many times more sales are attributed than asking brought; None if it brought none."""
        brought = self.effect.sales.total if self.effect and self.effect.sales else Decimal(0)
        if brought <= 0:
            return None
        return (self.totals.attributed_sales / brought).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Report:
    """Rows by group and the total of them all; money in the currency of `costs`."""

    query: RecoveryQuery
    costs: Costs
    margin_rate: Decimal
    made_at: datetime
    matures_at: datetime
    """When the window of the period's last contact closes; until then orders may be added."""
    maturity: tuple[Arrived, ...]
    """How the window's sales usually arrive; empty once they are all in, or unknown."""
    statements: tuple[Statement, ...]
    rows: tuple[Row, ...]
    total: Row

    @property
    def mature(self) -> bool:
        return self.matures_at <= self.made_at

    @property
    def contacts(self) -> int:
        return self.total.totals.interactions


def recovery(
    connection: Connection[Any],
    costs: Costs,
    query: RecoveryQuery,
    now: datetime,
    margin_rate: Decimal = MARGIN_RATE,
) -> Report:
    """What the contacts of a period cost and brought back, as far as the ledger knows.

    Args:
        connection: in autocommit mode.
        margin_rate: share of the price that is margin where no cost of goods is known.

    Raises:
        InvalidFields: the whole period lies in the future.
    """
    if query.start > now:
        raise InvalidFields((("/from", f"from is in the future: use {now:%Y-%m-%d} or earlier."),))
    period = period_of(query, costs)
    closes = matures_at(query)
    with contacts_of(connection, period):
        *parts, whole = totals(connection, period)
        parts = [] if query.group_by == "none" else parts
        found = facts(connection, period, now)
        holdouts = holdouts_used(connection, query.start, query.end)
        customers = customer_rows(connection, period, [part.group for part in parts], margin_rate)
        history = arrivals(connection, query.window, now) if closes > now else []

    refusal = about_holdout(holdouts, int(customers[0].both_arms.sum()))
    effects = compare([whole, *parts], customers, holdouts, refusal)
    rows = [
        _row(each, people, effect, refusal, matures_at(query, each.group) > now)
        for each, people, effect in zip([whole, *parts], customers, effects, strict=True)
    ]
    total = replace(rows[0], group=EVERYTHING)
    goods = about_goods(
        float(customers[0].by_rate.sum()), float(customers[0].sales.sum()), margin_rate
    )
    said = [*about_data(whole, found, costs.currency), refusal, goods]
    return Report(
        query=query,
        costs=costs,
        margin_rate=margin_rate,
        made_at=now,
        matures_at=closes,
        maturity=curve(history, query.window_days),
        statements=(
            *(statement for statement in said if statement is not None),
            *_notes(total, None),
            *(note for row in rows[1:] for note in _notes(row, row.group)),
        ),
        rows=tuple(rows[1:]) if query.group_by != "none" else (total,),
        total=total,
    )


def period_of(query: RecoveryQuery, costs: Costs) -> Period:
    """The query and the costs as the ledger's statements take them."""
    return Period(
        query.start,
        query.end,
        query.window,
        query.group_by,
        costs.price_list(),
        costs.tooling.per_contact,
        costs.tooling.monthly,
        query.channel,
        query.team,
    )


def compare(
    sums: Sequence[Totals],
    customers: Sequence[CustomerRows],
    holdouts: Sequence[Holdout],
    refusal: Statement | None,
) -> list[Effect | None]:
    """What asking brought in the whole and in each group; nothing where arms do not compare."""
    if refusal is not None:
        return [None] * len(sums)
    share = 1 - holdouts[0].share
    effects = [
        measure(_customers(rows), share, each.service_cost)
        for each, rows in zip(sums, customers, strict=True)
    ]
    return [effects[0], *judge_groups(effects[1:])]


def _customers(rows: CustomerRows) -> Customers:
    return Customers(
        treated=rows.treated,
        contacts=rows.contacts,
        asked=rows.asked,
        sales=rows.sales,
        margin=rows.margin,
        cost=rows.cost,
        before=rows.before,
        entered=rows.entered,
    )


def _row(
    totals: Totals,
    customers: CustomerRows,
    effect: Effect | None,
    refusal: Statement | None,
    maturing: bool,
) -> Row:
    verdict = effect.verdict if effect else NOT_ENOUGH_DATA
    if refusal is not None and refusal.code == "holdout_changed":
        verdict = ARMS_DO_NOT_MATCH
    return Row(
        group=NOTHING if totals.group is None else totals.group,
        totals=totals,
        customers_treatment=int((customers.treated | customers.both_arms).sum()),
        customers_holdout=int((~customers.treated).sum()),
        same_contact_ratio=_ratio(totals.same_contact_sales, totals.service_cost),
        attributed_ratio=_ratio(totals.attributed_sales, totals.service_cost),
        effect=None if maturing else effect,
        verdict=MATURING if maturing else verdict,
    )


def _notes(row: Row, group: str | None) -> list[Statement]:
    notes = row.effect.notes if row.effect else ()
    return [Statement("comparison", note, group) for note in notes]


def _ratio(sales: Decimal, cost: Decimal) -> Decimal | None:
    return (sales / cost).quantize(Decimal("0.0001"), ROUND_HALF_UP) if cost else None
