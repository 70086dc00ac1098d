"""What keeps the comparison with the holdout from being made, or must be read beside it.

Called by `service/reports/experiment.py`; every sentence is shown to the reader as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from service.reports.effect import Customers

MONEY = ("sales", "margin", "cost", "before")


def obstacle(customers: Customers) -> str | None:
    """Why these customers cannot be compared at all; None if they can."""
    n, treated = len(customers.treated), int(customers.treated.sum())
    if not n:
        return "No customer had a contact in which an ask was allowed: there is nothing to compare."
    for name in MONEY:
        if bad := int(np.count_nonzero(~np.isfinite(getattr(customers, name)))):
            return f"The {name} of {bad:,} customers is not a number: nothing can be compared."
    if bad := int(np.count_nonzero(customers.contacts < 1)):
        return f"{bad:,} customers are given without a contact: nothing can be compared."
    if treated == n:
        return (
            "No customer is in the holdout, so nobody knows what customers buy who are never "
            "asked: what asking brought cannot be measured. Set a share of the policy's [holdout]."
        )
    if not treated:
        return "All customers are in the holdout: nobody may be asked, so asking brought nothing."
    return None


def unequal(treated: int, holdout: int, planned_share: float) -> str:
    """Why a split so far from plan ends the comparison."""
    return (
        f"{treated:,} customers may be asked and {holdout:,} are in the holdout, but "
        f"{planned_share:.1%} were planned to be asked. No chance makes so unequal a split, and "
        "arms that differ in size may differ in all else. Was the holdout changed midway, or are "
        "contacts missing?"
    )


def remarks(customers: Customers, service_cost: Decimal) -> Iterator[str]:
    """What does not stop the comparison and yet must be known."""
    if service_cost <= 0:
        yield "Service cost nothing, so there is no ratio to it."
    if not customers.asked[customers.treated].any():
        yield "Nobody was really asked: what differs is chance."
    if asked := int(np.count_nonzero(customers.asked & ~customers.treated)):
        yield (
            f"{asked:,} customers of the holdout were asked all the same, which makes the effect "
            "look smaller than it is."
        )
