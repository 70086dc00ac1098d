"""Who is won, who comes back, and what customers are worth: treatment against holdout.

Counted over 30, 90 and 365 days after the first eligible contact of the period; a horizon that is
still open for some customer says *maturing*. Lifetime value is the model's expectation of the year
to come (`service/reports/lifetime.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from service.ledger.entry import HORIZONS, Columns, enter, retained
from service.ledger.holdout import holdouts_used
from service.ledger.period import contacts_of, counted
from service.reports.arms import compare, mean_of, refusal_of
from service.reports.definitions import serving
from service.reports.effect import GAIN, LOSS, NOT_ENOUGH_DATA
from service.reports.insight import Asked, Estimated, Insight, said
from service.reports.lifetime import value_to_come
from service.reports.recovery import MATURING, period_of
from service.reports.statements import Statement
from service.reports.statistics import many
from service.reports.statistics.enough import shortages
from service.reports.statistics.estimate import Flags

FIRST: Final = "first order"
AGAIN: Final = "order again"
SECOND: Final = "second order"
SALES: Final = "sales per customer"
LIFETIME: Final = "lifetime value"


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One number by arm, per customer; money is in the report's currency."""

    metric: str
    serves: str
    """acquisition, retention or ltv, as its definition says."""
    horizon_days: int
    """After the first eligible contact; of the lifetime value, from now on."""
    treatment: Estimated | None
    """Of customers who may be asked, asked or not; None of nobody, or while maturing."""
    holdout: Estimated | None
    difference: Estimated | None
    """None where arms cannot be compared, or too little is known."""
    verdict: str
    """By the interval for every look, corrected for the number of rows."""
    p_value: float | None


def retention(connection: Connection[Any], asked: Asked) -> Insight[RetentionRow]:
    """Acquisition, retention and lifetime value of customers whom an ask was allowed to meet."""
    query = asked.query
    period = period_of(query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        changed = enter(connection, period)
        found = retained(connection, asked.now)
        holdouts = holdouts_used(connection, query.start, query.end)
    refusal = refusal_of(found["treated"], holdouts, changed)
    refused = refusal.verdict if refusal else None
    rows, statements = list[RetentionRow](), [refusal.statement if refusal else None]
    for days in HORIZONS:
        open_yet = MATURING if query.end + timedelta(days=days) > asked.now else None
        rows += horizon_rows(found, days, open_yet or refused)
    worth = value_to_come(found, asked.now)
    if isinstance(worth, str):
        statements.append(Statement("no_lifetime_value", worth))
    else:
        everybody = np.ones(len(worth), np.bool_)
        rows.append(_row(LIFETIME, HORIZONS[-1], found["treated"], everybody, worth, refused))
    return Insight(
        "retention",
        asked,
        whole.contacts,
        said([*statements, *_statements(rows)]),
        tuple(judged(rows)),
    )


def horizon_rows(found: Columns, days: int, verdict: str | None) -> Iterator[RetentionRow]:
    """The numbers of one horizon.

    Args:
        found: as `retained` gives them.
        verdict: why nothing is compared, if that is so.
    """
    treated, before, ordered = found["treated"], found["before"], found[f"in_{days}"]
    for metric, whom, amounts in (
        (FIRST, before == 0, ordered),
        (AGAIN, before > 0, ordered),
        (SECOND, before == 1, ordered),
        (SALES, before >= 0, found[f"net_{days}"]),
    ):
        yield _row(metric, days, treated, whom, amounts, verdict)


def judged(rows: list[RetentionRow]) -> Iterator[RetentionRow]:
    """Without the verdicts that chance brings among so many."""
    kept = many.discoveries([row.p_value for row in rows])
    for row, stays in zip(rows, kept, strict=True):
        found = row.verdict in (GAIN, LOSS)
        yield row if stays or not found else replace(row, verdict=NOT_ENOUGH_DATA)


def _row(
    metric: str,
    days: int,
    treated: Flags,
    whom: Flags,
    amounts: NDArray[Any],
    verdict: str | None,
) -> RetentionRow:
    arm, amounts = treated[whom], amounts[whom]
    row = RetentionRow(
        metric, " ".join(serving(metric)), days, None, None, None, verdict or NOT_ENOUGH_DATA, None
    )
    if verdict == MATURING:
        return row
    row = replace(row, treatment=mean_of(amounts[arm]), holdout=mean_of(amounts[~arm]))
    if verdict is not None or not arm.any() or arm.all():
        return row
    found = compare(arm, amounts)
    if any(shortages(arm, amounts.astype(np.float64), (found.estimate,))):
        return row
    if found.always_low > 0 or found.always_high < 0:
        row = replace(row, verdict=GAIN if found.always_low > 0 else LOSS)
    return replace(row, difference=found.shown, p_value=found.p_value)


def _statements(rows: list[RetentionRow]) -> Iterator[Statement]:
    if late := sorted({row.horizon_days for row in rows if row.verdict == MATURING}):
        days = ", ".join(map(str, late))
        yield Statement(
            "maturing",
            f"Not all customers have been watched for {days} days yet: these results are maturing "
            "and not shown.",
        )
    if any(row.metric == LIFETIME for row in rows):
        yield Statement(
            "lifetime_model",
            "Lifetime value is what a model (BG/NBD and Gamma-Gamma) expects customers to buy in "
            "the year to come. Its interval holds the chance of the draw, not that of the model.",
        )
