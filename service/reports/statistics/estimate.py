"""An estimate that knows what each customer contributes to its error, and so its variance.

Estimates over the same customers can be subtracted and compared, since their influences line up.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, and the influence (n,) of each customer on it.

    The influences sum to zero and their squares to the variance (the delta method, or infinitesimal
    jackknife: Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, chapter 6).
    """

    value: float
    influence: Floats

    @property
    def variance(self) -> float:
        return float(self.influence @ self.influence)

    @property
    def error(self) -> float:
        """The standard error."""
        return sqrt(self.variance)

    def covariance(self, other: Estimate) -> float:
        return float(self.influence @ other.influence)


def degrees_of_freedom(estimate: Estimate, treated: Flags) -> float:
    """Of Student's t for a difference of two arms with variances of their own.

    (v1 + v0)^2 / (v1^2 / (n1 - 1) + v0^2 / (n0 - 1)), v the variance that an arm contributes
    (Welch 1947, Biometrika 34). Infinite where nothing varies.
    """
    squares = estimate.influence**2
    parts = [(float(squares[arm].sum()), int(arm.sum()) - 1) for arm in (treated, ~treated)]
    below = sum(variance**2 / n for variance, n in parts if n > 0)
    whole = sum(variance for variance, _ in parts) ** 2
    return whole / below if below else float("inf")
