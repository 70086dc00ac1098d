"""The interval of a ratio of two estimates, honest when the lower one may be zero.

Fieller's set holds every r that the data do not contradict:
(N - r D)^2 <= z^2 (var N - 2 r cov + r^2 var D) (Fieller 1954, JRSS B 16; for cost ratios Polsky,
Glick, Willke and Schulman 1997, Health Economics 6). If D is not told from zero at this z, the
set has no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from service.reports.statistics.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high; None is no end on that side."""

    low: float | None
    high: float | None

    @property
    def unbounded(self) -> bool:
        return self.low is None or self.high is None


UNBOUNDED: Final = Interval(None, None)
NEGLIGIBLE: Final = 1e-9
"""So little of D^2 is left that the ends of the interval would be rounding errors."""


def fieller(above: Estimate, below: Estimate, z: float) -> Interval:
    """The interval of above / below.

    Args:
        above: the numerator, over the same customers as `below`.
        below: the denominator.
        z: half the interval's width in standard errors, such as 1.96. With the width of a
            confidence sequence the interval is one too: it holds the r whose N - r D is near zero.
    """
    square = z * z
    a = below.value**2 - square * below.variance
    b = above.value * below.value - square * above.covariance(below)
    c = above.value**2 - square * above.variance
    if a <= NEGLIGIBLE * below.value**2:
        return UNBOUNDED
    # N / D is in the set, so below zero is rounding only
    root = sqrt(max(b * b - a * c, 0.0))
    return Interval((b - root) / a, (b + root) / a)
