"""Rates of units whose cases differ: indirect standardisation, drawn towards the average.

Observed over expected, the expectation by the rates of all units in the unit's own case mix
(Breslow and Day 1987, Statistical Methods in Cancer Research II, chapter 2). Ratios of few cases
are drawn to 1 by as much as units do not really differ: the ratio is gamma distributed around 1
with a spread found by moments (Marshall 1991, Mapping Disease and Mortality Rates, Applied
Statistics 40).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaincinv

from service.reports.statistics.estimate import Floats

LEAST_SPREAD: Final = 0.05
"""Standard deviation of true ratios. Units are never taken for all alike: the interval would have
no width."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """Of each unit (u,): the ratio to what its cases let expect, and its 95% interval."""

    ratio: Floats
    low: Floats
    high: Floats
    expected: Floats


def standardise(cases: Floats, successes: Floats) -> Standardised:
    """Ratios of units by case mix.

    Args:
        cases: of each unit in each stratum (u, s).
        successes: among them (u, s).
    """
    all_cases = cases.sum(axis=0)
    rate = np.divide(
        successes.sum(axis=0), all_cases, out=np.zeros(len(all_cases)), where=all_cases > 0
    )
    expected = cases @ rate
    observed = successes.sum(axis=1)
    by_chance = cases @ (rate * (1 - rate))
    squares = float((expected**2).sum())
    between = float(((observed - expected) ** 2 - by_chance).sum()) / squares if squares else 0.0
    prior = 1 / max(between, LEAST_SPREAD**2)
    shape, scale = observed + prior, expected + prior
    return Standardised(
        shape / scale,
        gammaincinv(shape, 0.025) / scale,
        gammaincinv(shape, 0.975) / scale,
        expected,
    )
