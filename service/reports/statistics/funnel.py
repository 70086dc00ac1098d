"""Which unit has more cases than chance explains: the binomial tail of a funnel plot.

P(K >= k) for k of n at the rate of all other units (Spiegelhalter 2005, Funnel Plots for Comparing
Institutional Performance, Statistics in Medicine 24). The unit itself is left out of the rate, so
that one who does much of it does not hide behind itself.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from service.reports.statistics.estimate import Floats


def tails(cases: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """(The chance of so many cases or more, the share expected), of each unit (u,).

    The others' rate is taken as (cases + 1) / (totals + 2), since a few without any case are no
    proof that there is none.

    >>> chance, expected = tails(np.array([2.0, 0.0]), np.array([2.0, 2.0]))
    >>> chance.round(4).tolist(), expected.tolist()
    ([0.0625, 1.0], [0.25, 0.75])
    """
    expected: Floats = (cases.sum() - cases + 1) / (totals.sum() - totals + 2)
    # P(K >= k) is the regularised incomplete beta function; of none or more it is 1
    tail = betainc(np.maximum(cases, 1), totals - np.maximum(cases, 1) + 1, expected)
    chance: Floats = np.where(cases > 0, tail, 1.0)
    return chance, expected
