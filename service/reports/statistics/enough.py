"""Are there enough customers for a number, and does it not hang on one of them?

All intervals here are large-sample theory. It needs many buyers in the smaller arm, and no customer
who outweighs the rest (Lindeberg's condition of the central limit theorem). Extreme sales are
neither cut nor left out: both change the question, and what is refused today is answered by more
customers tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from service.reports.statistics.estimate import Estimate, Flags, Floats

LEAST_CUSTOMERS: Final = 100
"""In each arm."""
LEAST_BUYERS: Final = 50
"""Customers with sales that fall to each arm, by its size. Who really bought in one arm is not
asked: reports would be told from the lucky holdouts only, and be biased."""
LARGEST_SHARE: Final = 0.25
"""Of the variance, that one customer may bring in. In a report with enough buyers the largest
customer has a few percent; one with half of all sales has nearly all of it."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is too little for a number, and about how many more customers would mend it."""

    note: str
    needed: int


def largest_share(estimate: Estimate) -> float:
    """The share of the variance that comes from one customer, from 0 to 1."""
    variance = estimate.variance
    return float((estimate.influence**2).max()) / variance if variance else 0.0


def shortages(treated: Flags, sales: Floats, estimates: tuple[Estimate, ...]) -> Iterator[Shortage]:
    """All that is too little, if customers and buyers keep coming as they do; both arms have some.

    Args:
        treated: the arm of each customer (n,).
        sales: of each customer (n,).
        estimates: the differences that are to be reported.
    """
    n, buying = len(treated), np.count_nonzero(sales) / len(treated)
    for name, arm in (("may be asked", treated), ("are in the holdout", ~treated)):
        customers = int(arm.sum())
        if customers < LEAST_CUSTOMERS:
            note = f"Only {customers} customers {name}; {LEAST_CUSTOMERS} are needed for a number."
            yield Shortage(note, _more(n, LEAST_CUSTOMERS / customers))
        if (buyers := customers * buying) < LEAST_BUYERS:
            note = (
                f"So few customers bought anything that about {buyers:.0f} buyers fall to those "
                f"who {name}; {LEAST_BUYERS} are needed for a number."
            )
            yield Shortage(note, _more(n, LEAST_BUYERS / max(buyers, 1.0)))
    share = max(largest_share(estimate) for estimate in estimates)
    if share > LARGEST_SHARE:
        note = (
            f"One customer alone brings in {share:.0%} of the uncertainty: the result would be "
            "about that customer, not about asking."
        )
        yield Shortage(note, _more(n, share / LARGEST_SHARE))


def _more(customers: int, times: float) -> int:
    return ceil(customers * (times - 1))
