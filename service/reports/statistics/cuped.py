"""CUPED: what customers bought before the contact explains much of what they buy after it.

d - theta * x, with d the difference of interest, x the same difference in the covariate, which
is zero but for chance, and theta = cov(d, x) / var(x), which makes the variance smallest (Deng,
Xu, Kohavi and Walker 2013, Improving the Sensitivity of Online Controlled Experiments by Utilizing
Pre-Experiment Data). With arms of unequal size this theta weights each arm by 1 / n^2, the
small holdout most, and so never does harm in large samples, unlike plain regression (Lu and Liu
2024, Tyranny-of-the-minority regression adjustment).
"""

from __future__ import annotations

from service.reports.statistics.estimate import Estimate


def adjusted(difference: Estimate, covariate: Estimate) -> Estimate:
    """The difference with the part taken off that the covariate's chance difference explains."""
    if not covariate.variance:
        return difference
    theta = difference.covariance(covariate) / covariate.variance
    return Estimate(
        difference.value - theta * covariate.value,
        difference.influence - theta * covariate.influence,
    )
