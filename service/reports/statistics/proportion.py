"""The interval of a share, right for few cases and for shares near 0 or 1.

Wilson's score interval: all p with (k/n - p)^2 <= z^2 p (1 - p) / n (Wilson 1927, JASA 22; Brown,
Cai and DasGupta 2001, Interval Estimation for a Binomial Proportion, Statistical Science 16).
"""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054
"""Of a two-sided 95%."""


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95% interval of k of n; n is more than 0.

    >>> [round(end, 4) for end in wilson(60, 100)]
    [0.502, 0.6906]
    """
    centre = (k + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * sqrt(k * (n - k) / n + Z * Z / 4)
    return max(0.0, centre - half), min(1.0, centre + half)
