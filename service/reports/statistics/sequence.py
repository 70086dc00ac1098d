"""An interval that stays right however often one looks at it: an asymptotic confidence sequence.

Whoever looks at a 95% interval every day finds an effect where there is none, sooner or later.
This one holds the truth at all looks together with the confidence asked for (Waudby-Smith, Arbour,
Sinha, Kennedy and Ramdas 2024, Time-uniform central limit theory and asymptotic confidence
sequences, Annals of Statistics 52, theorem 2.2). In standard errors its half-width is

    sqrt(2 (n rho^2 + 1) / (n rho^2) * ln(sqrt(n rho^2 + 1) / alpha)),
    rho^2 = (-2 ln alpha + ln(1 - 2 ln alpha)) / n*,

narrowest at n = n*. It is large-sample theory, so looks begin only where samples are large
(`service/reports/statistics/enough.py`).
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Final

PLANNED: Final = 10_000
"""n*: customers, fixed beforehand, never chosen by the data. At 1,000 customers the interval is 27%
wider (in standard errors) than at n*, at 100,000 it is 7% wider."""


def width(customers: int, alpha: float) -> float:
    """Half of the interval's width in standard errors, at this many customers."""
    x = _information(customers, alpha)
    return sqrt(2 * (x + 1) / x * log(sqrt(x + 1) / alpha))


def p_value(value: float, error: float, customers: int, alpha: float) -> float:
    """The smallest level at which zero is outside of the interval around `value`.

    Valid at every look (Johari, Koomen, Pekelis and Walsh 2022, Always Valid Inference, Operations
    Research 70). `alpha` is the level for which the sequence is tuned.
    """
    if not error:
        return 0.0 if value else 1.0
    x = _information(customers, alpha)
    return min(1.0, sqrt(x + 1) * exp(-((value / error) ** 2) * x / (2 * (x + 1))))


def _information(customers: int, alpha: float) -> float:
    """n rho^2."""
    return customers * (-2 * log(alpha) + log(1 - 2 * log(alpha))) / PLANNED
