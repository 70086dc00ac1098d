"""Efforts that cost money and that customers may not even notice, such as same-day shipping.

Who got an effort was no chance, so contacts with and without it are compared among their like:
the same channel and topic, and customers who had bought about as much before. What is left is an
association. An effort is listed as `no_measurable_effect` only where the intervals hold zero and so
many contacts would have shown an effect worth having.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from psycopg import Connection

from service.ledger.efforts import MOST, EffortRows, Spent, effort_rows, spent
from service.ledger.period import contacts_of, counted
from service.reports.arms import ALPHA
from service.reports.effect import NOT_ENOUGH_DATA
from service.reports.insight import Asked, Insight, cents
from service.reports.recovery import period_of
from service.reports.statements import Statement
from service.reports.statistics import many, sequence
from service.reports.statistics.estimate import Estimate, Flags, Floats
from service.reports.statistics.power import NOTICED
from service.reports.statistics.proportion import Z
from service.reports.statistics.strata import Codes, stratified

NO_EFFECT: Final = "no_measurable_effect"
MORE: Final = "goes_with_more"
LESS: Final = "goes_with_less"
WORTH_HAVING: Final = {"repurchase": 0.05, "satisfaction": 0.25}
"""An effect that nobody would want to miss: 5 points of repurchase, a quarter of a grade. Set
beforehand; where so many contacts would not show it, nothing is concluded."""
LEAST: Final = 100
"""Contacts with the effort, and without, that could be compared."""
BANDS: Final = 4
"""Of what customers had bought before: nothing, and thirds of those who had."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How contacts with an effort differ from their like without."""

    difference: float
    low: float
    high: float
    n: int
    """Contacts with the effort that were compared."""
    detectable: float
    """The smallest difference that so many contacts show 4 times out of 5."""


@dataclass(frozen=True, slots=True)
class EffortRow:
    effort: str
    contacts: int
    cost: Decimal
    cost_per_contact: Decimal
    repurchase: Gap | None
    """Share who ordered within 90 days; contacts of the last 90 days are not counted yet."""
    satisfaction: Gap | None
    """Grades from 1 to 5, of contacts that have one."""
    p_value: float | None
    """Of no difference in either (Bonferroni), before correcting for many efforts."""
    verdict: str


def efforts(connection: Connection[Any], asked: Asked) -> Insight[EffortRow]:
    """The efforts of a period, those without a measurable effect first and the dearest on top."""
    period = period_of(asked.query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = spent(connection)
        compared = [one.name for one in found[:MOST]]
        rows = effort_rows(connection, compared, asked.now)
    judged = list(rows_of(found, rows))
    order = {NO_EFFECT: 0, LESS: 1, NOT_ENOUGH_DATA: 2, MORE: 3}
    judged.sort(key=lambda row: (order[row.verdict], -row.cost, row.effort))
    return Insight(
        "efforts", asked, whole.contacts, tuple(_statements(judged, rows)), tuple(judged)
    )


def rows_of(found: Iterable[Spent], rows: EffortRows) -> Iterator[EffortRow]:
    """Compare each effort; of many, some would look like an effect by chance."""
    strata = rows.kind * BANDS + _bands(rows.before)
    compared = []
    for place, one in enumerate(found):
        given = (rows.efforts >> min(place, MOST)) & 1 == 1
        compared.append((one, _gaps(rows, given, strata)))
    p_values = [_p_value(gaps) for _, gaps in compared]
    kept = many.discoveries(p_values)
    for (one, gaps), p_value, stays in zip(compared, p_values, kept, strict=True):
        yield EffortRow(
            effort=one.name,
            contacts=one.contacts,
            cost=cents(one.cost),
            cost_per_contact=cents(one.cost / one.contacts),
            repurchase=_gap(gaps.get("repurchase")),
            satisfaction=_gap(gaps.get("satisfaction")),
            p_value=p_value,
            verdict=_verdict(gaps, stays),
        )


Gaps = dict[str, tuple[Estimate, int]]


def _gaps(rows: EffortRows, given: Flags, strata: Codes) -> Gaps:
    """What could be compared, by outcome."""
    found: Gaps = {}
    for name, told, amounts in (
        ("repurchase", rows.closed, rows.bought.astype(np.float64)),
        ("satisfaction", rows.satisfaction > 0, rows.satisfaction.astype(np.float64)),
    ):
        gap = _compare(given[told], amounts[told], strata[told], rows.customer[told])
        if gap is not None:
            found[name] = gap
    return found


def _compare(
    given: Flags, amounts: Floats, strata: Codes, customer: Codes
) -> tuple[Estimate, int] | None:
    if min(int(given.sum()), int((~given).sum())) < LEAST:
        return None
    found = stratified(given, amounts, strata, customer)
    return found if found is not None and found[1] >= LEAST and found[0].error else None


def _bands(before: Floats) -> Codes:
    """0: bought nothing in the 90 days before; else 1 to 3 by how much."""
    some = before[before > 0]
    ends = np.quantile(some, [1 / 3, 2 / 3]) if len(some) else np.zeros(2)
    bands: Codes = np.where(before > 0, 1 + np.searchsorted(ends, before), 0)
    return bands


def _p_value(gaps: Gaps) -> float | None:
    if not gaps:
        return None
    each = [
        sequence.p_value(gap.value, gap.error, len(gap.influence), ALPHA)
        for gap, _ in gaps.values()
    ]
    return min(1.0, len(each) * min(each))


def _verdict(gaps: Gaps, found: bool) -> str:
    if found:
        surest = max((gap for gap, _ in gaps.values()), key=lambda gap: abs(gap.value) / gap.error)
        return MORE if surest.value > 0 else LESS
    if "repurchase" not in gaps:
        return NOT_ENOUGH_DATA
    quiet = all(
        abs(gap.value) < Z * gap.error and NOTICED * gap.error <= WORTH_HAVING[name]
        for name, (gap, _) in gaps.items()
    )
    return NO_EFFECT if quiet else NOT_ENOUGH_DATA


def _gap(found: tuple[Estimate, int] | None) -> Gap | None:
    if found is None:
        return None
    gap, n = found
    half = Z * gap.error
    return Gap(gap.value, gap.value - half, gap.value + half, n, NOTICED * gap.error)


def _statements(rows: list[EffortRow], contacts: EffortRows) -> Iterator[Statement]:
    if not rows:
        yield Statement(
            "no_efforts", "No effort was told with the contacts of this period (`efforts`)."
        )
        return
    yield Statement(
        "association",
        "These are associations, no experiments: contacts with and without an effort are compared "
        "within channel, topic and earlier spending, and may differ in what nobody wrote down.",
    )
    if useless := [row for row in rows if row.verdict == NO_EFFECT]:
        cost, names = sum(row.cost for row in useless), ", ".join(row.effort for row in useless)
        yield Statement("no_effect", f"No effect could be measured of {names}: {cost:,.2f} spent.")
    if early := int(np.count_nonzero(~contacts.closed)):
        yield Statement(
            "maturing",
            f"{early:,} contacts are less than 90 days old and not in the repurchase yet.",
        )
    if not contacts.satisfaction.any():
        yield Statement("no_satisfaction", "No contact came with a grade (`satisfaction`).")
