"""Adherence: of the contacts in which an ask was allowed, in how many it was made.

Every eligible contact is exactly one of asked, skipped, unreported and held out, so that
eligible = shown + held_out + not_shown and shown = asked + skipped + unreported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from psycopg import Connection

from service.ledger.asks import ASKED, HELD_OUT, NOT_SHOWN, SKIPPED, UNREPORTED, Became, became
from service.ledger.period import contacts_of, counted
from service.reports.insight import Asked, Counted, Estimated, Insight, said
from service.reports.recovery import EVERYTHING, NOTHING, period_of
from service.reports.statements import Statement
from service.reports.statistics.proportion import wilson


@dataclass(frozen=True, slots=True)
class AdherenceRow:
    """Contacts of a group in which an ask was allowed."""

    group: str
    eligible: int
    shown: int
    """With an offer on the agent's screen."""
    asked: int
    skipped: int
    unreported: int
    held_out: int
    """Nothing was shown, as the customer is in the holdout."""
    not_shown: int
    """Nothing was shown, though the customer is not: the service was disturbed."""
    asked_anyway: int
    """An answer was told although nothing was shown; within `held_out` and `not_shown`."""
    reasons: tuple[Counted, ...]
    """Why asks were skipped; they sum to `skipped`."""
    asked_share: Estimated | None
    """Asked of shown, with Wilson's interval; None where nothing was shown."""


def adherence(connection: Connection[Any], asked: Asked) -> Insight[AdherenceRow]:
    """How often agents asked, of the times they were to, by any group of the recovery report."""
    period = period_of(asked.query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        found = became(connection)
    rows = [
        row_of(NOTHING if group is None else group, list(parts))
        for group, parts in groupby(found, lambda one: one.group)
    ]
    total = row_of(EVERYTHING, found)
    return Insight(
        "adherence",
        asked,
        whole.contacts,
        said(_statements(total)),
        tuple(rows) if asked.query.group_by != "none" else (total,),
        total,
    )


def row_of(group: str, parts: Iterable[Became]) -> AdherenceRow:
    """Add up what became of the contacts of a group."""
    states, reasons, anyway = Counter[str](), Counter[str](), 0
    for part in parts:
        states[part.state] += part.contacts
        if part.reason is not None:
            reasons[part.reason] += part.contacts
        if part.state in (HELD_OUT, NOT_SHOWN):
            anyway += part.answered
    shown = states[ASKED] + states[SKIPPED] + states[UNREPORTED]
    return AdherenceRow(
        group=group,
        eligible=states.total(),
        shown=shown,
        asked=states[ASKED],
        skipped=states[SKIPPED],
        unreported=states[UNREPORTED],
        held_out=states[HELD_OUT],
        not_shown=states[NOT_SHOWN],
        asked_anyway=anyway,
        reasons=tuple(Counted(name, reasons[name]) for name in sorted(reasons)),
        asked_share=share_of(states[ASKED], shown),
    )


def share_of(k: int, n: int) -> Estimated | None:
    """k of n as a share with its interval; None of nothing."""
    return Estimated(k / n, *wilson(k, n), n) if n else None


def _statements(total: AdherenceRow) -> Iterator[Statement | None]:
    if not total.eligible:
        yield Statement("nobody_eligible", "No contact of this period allowed an ask.")
    if total.asked_anyway:
        yield Statement(
            "asked_anyway",
            f"In {total.asked_anyway:,} contacts an answer to an ask was told although nothing was "
            "shown. Asking customers of the holdout makes the effect look smaller than it is.",
        )
    if total.not_shown:
        yield Statement(
            "not_shown",
            f"In {total.not_shown:,} contacts an ask was allowed and the customer not held out, "
            "yet nothing was shown.",
        )
    if total.shown and total.unreported > total.shown / 5:
        yield Statement(
            "much_unreported",
            f"Of {total.unreported / total.shown:.0%} of the offers shown nobody told what "
            "happened: the share asked may be larger than it looks.",
        )
