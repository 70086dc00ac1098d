"""Touchpoints (channel, topic and stage) by what asking brings there, not by how busy they are.

The stage is what came before the contact: an earlier contact on the matter, a recent order, an
older one, or none. The comparison itself is the recovery report's, group by group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from service.reports.effect import GAIN, LOSS, Effect, Measured
from service.reports.insight import Asked, Insight, cents
from service.reports.recovery import Row, recovery
from service.reports.statements import Statement

STAGES: Final = ("repeat", "after_order", "between_orders", "before_first_order")
"""`repeat`: an earlier contact of the last 7 days on the topic or journey, or the desk says so;
`after_order`: the latest order is at most 30 days old; contact.sql tells them."""


@dataclass(frozen=True, slots=True)
class PerContact:
    """What asking brought per eligible contact, with its 95% interval for one look."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """One touchpoint. `rank` is None where too little is known for a number."""

    rank: int | None
    channel: str
    topic: str
    stage: str
    contacts: int
    """All of them; the volume, which ranks nothing."""
    eligible: int
    asked: int
    attributed_sales: Decimal
    customers: int
    """Of eligible contacts, in both arms."""
    margin: PerContact | None
    sales: PerContact | None
    p_value: float | None
    """Of no effect on the margin, valid at every look, before correcting for many touchpoints."""
    verdict: str
    """As in the recovery report, corrected for many touchpoints (Benjamini and Hochberg)."""
    needed: int | None
    """About so many more customers before a verdict can be expected."""


def touchpoints(connection: Connection[Any], asked: Asked) -> Insight[TouchpointRow]:
    """All touchpoints of the period, those first where asking brings most per contact."""
    query = replace(asked.query, group_by="touchpoint_stage")
    report = recovery(connection, asked.costs, query, asked.now, asked.margin_rate)
    rows = ranked([_row(row) for row in report.rows])
    about_all = [one for one in report.statements if one.group is None]
    return Insight(
        "touchpoints",
        replace(asked, query=query),
        report.contacts,
        (*about_all, *_statements(rows)),
        tuple(rows),
    )


def ranked(rows: Iterable[TouchpointRow]) -> list[TouchpointRow]:
    """Order touchpoints by what asking brings per contact, what is known before what may be chance.

    First those with a gain, then those with a number and no verdict, then those with a loss, each
    by margin per contact; last, by name and without a rank, those of which too little is known.
    """
    order = {GAIN: 0, LOSS: 2}

    def place(row: TouchpointRow) -> tuple[Any, ...]:
        name = (row.channel, row.topic, row.stage)
        if row.margin is None:
            return (3, 0, *name)
        return (order.get(row.verdict, 1), -row.margin.value, *name)

    placed = sorted(rows, key=place)
    return [
        row if row.margin is None else replace(row, rank=rank) for rank, row in enumerate(placed, 1)
    ]


def per_contact(measured: Measured | None, contacts: int) -> PerContact | None:
    """A total of a group as what each of its eligible contacts brings."""
    if measured is None:
        return None
    return PerContact(
        *(
            cents(amount / contacts)
            for amount in (measured.total, measured.total_low, measured.total_high)
        )
    )


def _row(row: Row) -> TouchpointRow:
    channel, topic, stage = row.group.rsplit("/", 2)
    return touchpoint_row(
        (channel, topic, stage),
        row.effect,
        row.verdict,
        contacts=row.totals.interactions,
        eligible=row.totals.eligible,
        asked=row.totals.asked,
        attributed_sales=row.totals.attributed_sales,
        customers=row.customers_treatment + row.customers_holdout,
    )


def touchpoint_row(
    name: tuple[str, str, str],
    effect: Effect | None,
    verdict: str,
    *,
    contacts: int,
    eligible: int,
    asked: int,
    attributed_sales: Decimal,
    customers: int,
) -> TouchpointRow:
    """A touchpoint (channel, topic, stage) that has no rank yet."""
    channel, topic, stage = name
    return TouchpointRow(
        rank=None,
        channel=channel,
        topic=topic,
        stage=stage,
        contacts=contacts,
        eligible=eligible,
        asked=asked,
        attributed_sales=attributed_sales,
        customers=customers,
        margin=per_contact(effect.margin, effect.contacts) if effect else None,
        sales=per_contact(effect.sales, effect.contacts) if effect else None,
        p_value=effect.p_value if effect else None,
        verdict=verdict,
        needed=effect.needed if effect else None,
    )


def _statements(rows: Sequence[TouchpointRow]) -> Iterable[Statement]:
    unknown = sum(row.margin is None for row in rows)
    if unknown:
        yield Statement(
            "too_little_data",
            f"Of {unknown} of {len(rows)} touchpoints too little is known for a number; they stand "
            "last, without a rank.",
        )
    if rows and not any(row.verdict == GAIN for row in rows):
        yield Statement(
            "no_gain_found",
            "At no touchpoint asking is known to bring anything: the ranks are by estimates that "
            "chance alone may have made.",
        )
