"""Harm: does asking drive customers off? Each way is held against the holdout, and a limit.

A trial that finds no harm may have looked at too few customers. So `no_harm` is said only where the
whole interval lies below a limit that was set beforehand (non-inferiority; Piaggio et al. 2012,
JAMA 308), `harm` only where it lies above zero, and `not_enough_data` in between. Both go by the
interval that stays right however often one looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from service.ledger.entry import Columns, enter, harms, returned_items
from service.ledger.holdout import holdouts_used
from service.ledger.period import contacts_of, counted
from service.reports.adherence import share_of
from service.reports.arms import compare, refusal_of
from service.reports.effect import NOT_ENOUGH_DATA
from service.reports.insight import Asked, Estimated, Insight, said
from service.reports.maturity import matures_at
from service.reports.recovery import MATURING, period_of
from service.reports.statements import Statement
from service.reports.statistics.enough import LEAST_CUSTOMERS
from service.reports.statistics.estimate import Flags

HARM: Final = "harm"
NO_HARM: Final = "no_harm"
LIMITS: Final[Mapping[str, float]] = {
    "opted_out": 0.005,
    "complained": 0.005,
    "repeated": 0.02,
    "returned": 0.01,
    "displeased": 0.02,
}
"""The most that asking may add, as a share of customers. Set beforehand and no finding of ours: a
centre that tolerates less reads the interval."""
NAMES: Final[Mapping[str, str]] = {
    "opted_out": "opt_outs",
    "complained": "complaints",
    "repeated": "repeat_contacts",
    "returned": "returns",
    "displeased": "low_grades",
}


@dataclass(frozen=True, slots=True)
class HarmRow:
    """One way in which asking may harm; shares of customers of eligible contacts."""

    harm: str
    treatment: Estimated | None
    """Customers who may be asked to whom it happened within the window; None of nobody."""
    holdout: Estimated | None
    difference: Estimated | None
    """Treatment less holdout (intent to treat); None where arms cannot be compared."""
    limit: float | None
    """The difference must stay below it; None where there is no holdout to compare with."""
    verdict: str


def harm(connection: Connection[Any], asked: Asked) -> Insight[HarmRow]:
    """Opt-outs, complaints, repeat contacts and returns of the customers of a period."""
    query = asked.query
    period = period_of(query, asked.costs)
    with contacts_of(connection, period):
        whole = counted(connection)
        changed = enter(connection, period)
        found = harms(connection, period)
        items = returned_items(connection, period)
        holdouts = holdouts_used(connection, query.start, query.end)
    treated = found["treated"]
    refusal = refusal_of(treated, holdouts, changed)
    verdict = refusal.verdict if refusal else None
    if matures_at(query) > asked.now:
        verdict = MATURING
    return Insight(
        "harm",
        asked,
        whole.contacts,
        said(
            [
                refusal.statement if refusal else None,
                *_statements(treated, items, verdict == MATURING),
            ]
        ),
        (*_rows(found, verdict), _items(items)),
    )


def _rows(found: Columns, verdict: str | None) -> Iterator[HarmRow]:
    everybody = found["treated"] | True
    for name in LIMITS:
        whom = found["graded"] if name == "displeased" else everybody
        yield row_of(name, found["treated"][whom], found[name][whom], verdict)


def row_of(name: str, treated: Flags, happened: Flags, verdict: str | None = None) -> HarmRow:
    """Hold one harm to its limit.

    Args:
        name: one of `LIMITS`.
        treated: the arm of each customer (n,).
        happened: to whom it happened (n,).
        verdict: the reason why arms cannot be compared, if they cannot.
    """
    arms = [happened[treated], happened[~treated]]
    shares = [share_of(int(arm.sum()), len(arm)) for arm in arms]
    if verdict is None and min(len(arm) for arm in arms) < LEAST_CUSTOMERS:
        verdict = NOT_ENOUGH_DATA
    difference, limit = None, LIMITS[name]
    if verdict is None:
        found = compare(treated, happened)
        difference, verdict = found.shown, NOT_ENOUGH_DATA
        # where it happened to nobody the interval is a point, which proves nothing
        if found.always_low > 0:
            verdict = HARM
        elif found.always_low < found.always_high < limit:
            verdict = NO_HARM
    return HarmRow(NAMES[name], shares[0], shares[1], difference, limit, verdict)


def _items(items: Mapping[bool, tuple[int, int]]) -> HarmRow:
    """Suggested items beside all others: no experiment, so no verdict."""
    (n, k), (others, back) = items[True], items[False]
    return HarmRow(
        "returned_suggested_items",
        share_of(k, n),
        share_of(back, others),
        None,
        None,
        "association",
    )


def _statements(
    treated: Flags, items: Mapping[bool, tuple[int, int]], maturing: bool
) -> Iterator[Statement]:
    if maturing:
        yield Statement(
            "maturing", "The window of the last contacts is still open: nothing is compared yet."
        )
    for name, arm in (("may be asked", treated), ("are in the holdout", ~treated)):
        if (n := int(arm.sum())) < LEAST_CUSTOMERS:
            yield Statement(
                "too_little_data",
                f"Only {n} customers {name}; {LEAST_CUSTOMERS} are needed for a verdict.",
            )
    if items[True][0]:
        yield Statement(
            "suggested_items",
            "Returns of suggested items stand beside returns of all other items ordered in the "
            "period (in the column of the holdout): an association, no experiment.",
        )
