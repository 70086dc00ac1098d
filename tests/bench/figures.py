"""The arithmetic of the benchmark: percentiles, medians with their range, ratios round by round."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median over the rounds, and the range."""

    middle: float
    low: float
    high: float


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    # rounded first: 0.07 * 100 is a hair above 7 in binary
    return ordered[max(1, math.ceil(round(share * len(ordered), 9))) - 1]


def spread(values: Iterable[float]) -> Spread:
    kept = list(values)
    return Spread(median(kept), min(kept), max(kept))


def ratios(ours: Sequence[float], other: Sequence[float]) -> Spread:
    """Ours over the other's, each round by itself: what disturbed a round disturbed both."""
    return spread(a / b for a, b in zip(ours, other, strict=True))
