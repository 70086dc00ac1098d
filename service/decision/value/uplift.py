"""How many orders does asking add? Measured with the holdout where that is precise enough.

The model's chance says how likely an order is, not what asking changes. The share of it that asking
adds is measured for each kind of suggestion and topic of contact, and shrunk: every sort of contact
towards all contacts, and these towards zero (empirical Bayes; Efron and Morris, JASA 1975).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

HOLDOUT: Final = "holdout"
ASSUMED: Final = "probability_times_incremental_share"
POWER: Final = 2.8
"""Standard errors: what is so large is found significant at 5% in 80 of 100 experiments."""
LEAST: Final = 10
"""Customers in each arm of a sort of contact; fewer are counted with all contacts alone."""

Sort = tuple[str, str]
"""(kind of the first suggestion, topic of the contact)."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Customers by their first eligible contact, and how many of them ordered after it."""

    customers: int = 0
    ordered: int = 0

    def __add__(self, other: Arm) -> Arm:
        return Arm(self.customers + other.customers, self.ordered + other.ordered)

    @property
    def rate(self) -> float:
        return self.ordered / self.customers

    @property
    def variance(self) -> float:
        """Of the rate; with one order and one refusal added, as few customers prove little."""
        rate = (self.ordered + 1) / (self.customers + 2)
        return rate * (1 - rate) / self.customers


@dataclass(frozen=True, slots=True)
class Cell:
    """One sort of contact in both arms.

    `expected` is the sum, over both, of the calibrated chance of the first suggestion; in the
    holdout of the one that would have been shown.
    """

    treatment: Arm
    holdout: Arm
    expected: float

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.treatment + other.treatment,
            self.holdout + other.holdout,
            self.expected + other.expected,
        )

    @property
    def is_enough(self) -> bool:
        smaller = min(self.treatment.customers, self.holdout.customers)
        return smaller >= LEAST and self.expected > 0

    @property
    def share(self) -> tuple[float, float]:
        """(orders added by asking for each that the model expects, its standard error)."""
        per = self.expected / (self.treatment.customers + self.holdout.customers)
        added = self.treatment.rate - self.holdout.rate
        return added / per, sqrt(self.treatment.variance + self.holdout.variance) / per


@dataclass(frozen=True, slots=True)
class Uplift:
    """Shares by sort of contact; `overall` for those that were not seen. Below 0: do not ask."""

    source: str
    overall: float
    shares: Mapping[Sort, float]

    def share(self, kind: str | None, topic: str) -> float:
        if kind is None:
            return self.overall
        return self.shares.get((kind, topic), self.overall)


def assumed(incremental_share: float) -> Uplift:
    """What the policy says, for as long as nothing better is known."""
    return Uplift(ASSUMED, incremental_share, {})


def uplift_of(cells: Mapping[Sort, Cell], incremental_share: float) -> Uplift:
    """Measured, if the holdout would have shown so much as the policy assumes; else assumed."""
    whole = sum(cells.values(), Cell(Arm(), Arm(), 0.0))
    if not whole.is_enough:
        return assumed(incremental_share)
    share, error = whole.share
    if error * POWER > incremental_share:
        return assumed(incremental_share)
    overall = share * max(0.0, 1 - (error / share) ** 2) if share else 0.0
    known = {sort: cell.share for sort, cell in cells.items() if cell.is_enough}
    spread = _variance_between(list(known.values()))
    shares = {
        sort: overall + (own - overall) * spread / (spread + error**2)
        for sort, (own, error) in known.items()
    }
    return Uplift(HOLDOUT, overall, shares)


def _variance_between(shares: Sequence[tuple[float, float]]) -> float:
    """How much the sorts truly differ, beyond their errors (DerSimonian and Laird 1986).

    >>> _variance_between([(0.5, 0.1), (0.5, 0.1)])
    0.0
    >>> round(_variance_between([(0.0, 0.1), (1.0, 0.1)]), 4)
    0.49
    """
    if len(shares) < 2:
        return 0.0
    weights = [error**-2 for _, error in shares]
    total = sum(weights)
    mean = sum(w * share for w, (share, _) in zip(weights, shares, strict=True)) / total
    q = sum(w * (share - mean) ** 2 for w, (share, _) in zip(weights, shares, strict=True))
    scale = total - sum(w * w for w in weights) / total
    return max(0.0, (q - (len(shares) - 1)) / scale)
