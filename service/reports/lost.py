"""Lost opportunities: contacts in which an ask was allowed and not made, and what that was worth.

Contacts in which a rule forbade the ask are no lost opportunities and add nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection

from service.ledger.asks import ASKED, Became, became
from service.ledger.period import contacts_of, counted
from service.reports.insight import Asked, Insight, cents
from service.reports.recovery import EVERYTHING, NOTHING, period_of
from service.reports.statements import Statement


@dataclass(frozen=True, slots=True)
class LostRow:
    """Contacts of a group that were eligible and not asked, for one reason."""

    group: str
    reason: str
    """Why the ask was skipped, or `unreported`, `held_out`, `not_shown`; `all` in the total."""
    contacts: int
    forgone: Decimal
    """The contribution that the asks were expected to bring, as recorded when they were decided."""
    unvalued: int
    """Contacts whose worth is not on record; they add nothing."""


def lost_opportunities(connection: Connection[Any], asked: Asked) -> Insight[LostRow]:
    """By group and reason; the contacts sum to eligible less asked of the adherence report."""
    period = period_of(asked.query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = became(connection)
    lost = [one for one in found if one.state != ASKED]
    single = asked.query.group_by == "none"
    return Insight(
        "lost-opportunities",
        asked,
        whole.contacts,
        tuple(_statements(lost, whole.contacts - whole.eligible)),
        tuple(rows_of(lost, single)),
        _row((EVERYTHING, EVERYTHING), lost),
    )


def rows_of(lost: Iterable[Became], single: bool) -> Iterator[LostRow]:
    """One row for each group and reason, the dearest first within a group."""
    parts: dict[tuple[str, str], list[Became]] = defaultdict(list)
    for one in lost:
        group = EVERYTHING if single else NOTHING if one.group is None else one.group
        parts[group, one.reason or one.state].append(one)
    rows = [_row(key, found) for key, found in parts.items()]
    places = {row.group: place for place, row in reversed(list(enumerate(rows)))}
    yield from sorted(rows, key=lambda row: (places[row.group], -row.forgone, row.reason))


def _row(key: tuple[str, str], parts: Iterable[Became]) -> LostRow:
    parts = list(parts)
    return LostRow(
        *key,
        contacts=sum(part.contacts for part in parts),
        forgone=cents(sum((part.worth for part in parts), Decimal(0))),
        unvalued=sum(part.unvalued for part in parts),
    )


def _statements(lost: list[Became], not_eligible: int) -> Iterator[Statement]:
    yield Statement(
        "expected",
        "What is forgone is what the asks were expected to bring when they were decided, not what "
        "was measured; the recovery report measures.",
    )
    if not_eligible:
        yield Statement(
            "not_eligible",
            f"{not_eligible:,} contacts in which no ask was allowed, or none was decided, are no "
            "lost opportunities and not in here.",
        )
    if held := sum(one.contacts for one in lost if one.state == "held_out"):
        yield Statement(
            "held_out",
            f"{held:,} contacts were with customers of the holdout: this is the price of knowing "
            "what asking brings.",
        )
    if unvalued := sum(one.unvalued for one in lost):
        yield Statement(
            "unvalued", f"The worth of {unvalued:,} contacts is not on record; they count nothing."
        )
