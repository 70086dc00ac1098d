"""Are the arms as large as planned? If not, the split is broken and nothing can be concluded.

Chi-square test of the customers in both arms against the planned share, one degree of freedom
(Fabijan et al. 2019, Diagnosing Sample Ratio Mismatch in Online Controlled Experiments, KDD).
"""

from __future__ import annotations

from typing import Final

from scipy.special import chdtrc  # scipy.stats takes a second and 50 MB more

REFUSED_BELOW: Final = 0.001
"""So rare that a sound split is refused once in a thousand reports."""


def p_value(treated: int, holdout: int, planned_share: float) -> float:
    """Chance of a split at least so far from plan; 0 if an arm has customers but none planned."""
    n = treated + holdout
    expected = (n * planned_share, n * (1 - planned_share))
    found = (treated, holdout)
    if any(count and not plan for count, plan in zip(found, expected, strict=True)):
        return 0.0
    statistic = sum(
        (count - plan) ** 2 / plan for count, plan in zip(found, expected, strict=True) if plan
    )
    return float(chdtrc(1, statistic))
