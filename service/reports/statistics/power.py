"""How small an effect so many customers can show, and how many more would show this one."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Final

from service.reports.statistics import sequence

NOTICED: Final = 2.8
"""Standard errors: 1.96 for 5% false alarms at one look, and 0.84 for 80% power."""
POWER: Final = 0.84
"""Standard errors for 80% power alone."""


def detectable(sd: float, treated: int, holdout: int) -> float:
    """The smallest difference that one look notices 4 times out of 5: 2.8 sd sqrt(1/n1 + 1/n0).

    To be asked before an experiment starts, too (Bloom 1995, Minimum detectable effects, Evaluation
    Review 19). `sd` is that of one customer.
    """
    return NOTICED * sd * sqrt(1 / treated + 1 / holdout)


def more_customers(effect: float, error: float, customers: int, alpha: float) -> int:
    """How many more customers until a confidence sequence shows this effect 4 times out of 5.

    Args:
        effect: as estimated now. Taken for at least one standard error: nearer to zero it says
            nothing about itself, and the answer would be any number. So this is a least number.
        error: its standard error now, which falls with the root of the customers.
        customers: that are there now, in both arms.
        alpha: 1 less the confidence.
    """
    if not error:
        return 0
    distance = max(abs(effect) / error, 1.0)
    wanted = float(customers)
    for _ in range(50):  # the width hardly depends on n, so this settles at once
        wanted = customers * ((sequence.width(ceil(wanted), alpha) + POWER) / distance) ** 2
    return max(ceil(wanted) - customers, 0)
