"""Treatment against holdout for whatever was counted by customer: a difference that holds.

Called by the reports on harm and on retention. The recovery report has its own, in money per
contact, on the same statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from service.ledger.holdout import Holdout
from service.reports.doubts import unequal
from service.reports.effect import ARMS_DO_NOT_MATCH, NOT_ENOUGH_DATA
from service.reports.insight import Estimated, planned_share
from service.reports.statements import Statement, about_holdout
from service.reports.statistics import sample_ratio, sequence
from service.reports.statistics.estimate import Estimate, Flags, degrees_of_freedom
from service.reports.statistics.ratios import difference_per_contact, per_contact

ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why arms are not compared."""

    verdict: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Compared:
    """Treatment less holdout per customer."""

    estimate: Estimate
    shown: Estimated
    """With its interval for one look."""
    always_low: float
    always_high: float
    """The interval that stays right however often one looks."""
    p_value: float
    """Of no difference, valid at every look."""


def refusal_of(treated: Flags, holdouts: list[Holdout], changed: int) -> Refusal | None:
    """What forbids comparing these customers, if anything does.

    Args:
        treated: the arm of each customer (n,).
        holdouts: those in use in the period, as `about_holdout` takes them.
        changed: customers who were in both arms.
    """
    if (statement := about_holdout(holdouts, changed)) is not None:
        verdict = ARMS_DO_NOT_MATCH if statement.code == "holdout_changed" else NOT_ENOUGH_DATA
        return Refusal(verdict, statement)
    counts, planned = (int(treated.sum()), int((~treated).sum())), planned_share(holdouts)
    if all(counts) and sample_ratio.p_value(*counts, planned) < sample_ratio.REFUSED_BELOW:
        text = unequal(*counts, planned)
        return Refusal(ARMS_DO_NOT_MATCH, Statement("arms_do_not_match", text))
    return None


def compare(treated: Flags, amounts: NDArray[Any]) -> Compared:
    """What customers who may be asked have more of than the holdout, asked or not.

    Args:
        treated: the arm of each customer (n,); both have some.
        amounts: of each customer (n,); flags count as 0 and 1.
    """
    n = len(treated)
    found = difference_per_contact(treated, amounts.astype(np.float64), np.ones(n))
    error, freedom = found.error, degrees_of_freedom(found, treated)
    arms = amounts[treated], amounts[~treated]
    if any(len(arm) and arm.min() == arm.max() for arm in arms):
        error, freedom = pooled_error(*arms), n - 2.0
    half = error * float(stdtrit(freedom, 1 - ALPHA / 2))
    always = error * sequence.width(n, ALPHA)
    return Compared(
        found,
        Estimated(found.value, found.value - half, found.value + half, n),
        found.value - always,
        found.value + always,
        sequence.p_value(found.value, error, n, ALPHA),
    )


def pooled_error(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Of the difference of two means, as if both arms varied alike (as in the score test).

    An arm in which all are alike, such as a small holdout of whom nobody complained, has no error
    of its own, and yet says little.
    """
    both = np.concatenate([one, other]).astype(np.float64)
    if len(both) < 2:
        return 0.0
    return float(both.std(ddof=1) * np.sqrt(1 / len(one) + 1 / len(other)))


def mean_of(amounts: NDArray[Any]) -> Estimated | None:
    """The mean of customers' amounts (n,) with its interval (Student's t); None of nobody."""
    n = len(amounts)
    if not n:
        return None
    found = per_contact(amounts.astype(np.float64), np.ones(n))
    half = found.error * float(stdtrit(n - 1, 1 - ALPHA / 2)) if n > 1 else float("inf")
    return Estimated(found.value, found.value - half, found.value + half, n)
