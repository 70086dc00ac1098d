"""A stratified difference: contacts with something beside their like without it.

sum over strata s of w_s (mean with - mean without), w_s the share of all contacts with it that are
in s, of strata that have both (standardisation to the contacts with it; Cochran 1968, The
Effectiveness of Adjustment by Subclassification in Removing Bias in Observational Studies,
Biometrics 24). It takes off what the strata know of, and nothing else: an association.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.reports.statistics.estimate import Estimate, Flags, Floats

Codes = NDArray[np.int64]


def stratified(
    given: Flags, amounts: Floats, strata: Codes, cluster: Codes
) -> tuple[Estimate, int] | None:
    """(The difference, how many contacts with it were compared); None where no stratum has both.

    Args:
        given: whether each contact (n,) had it.
        amounts: of each contact (n,).
        strata: a number from 0 for each contact (n,): equal ones are compared.
        cluster: whose contact (n,), from 0: those of one customer are one piece of evidence, and
            the influences of the estimate are by customer.
    """
    n = int(strata.max(initial=-1)) + 1
    counts = [np.bincount(strata[part], minlength=n) for part in (given, ~given)]
    both = (counts[0] > 0) & (counts[1] > 0)
    if not both.any():
        return None
    compared = int(counts[0][both].sum())
    weights = np.where(both, counts[0], 0) / compared
    value, influence = 0.0, np.zeros(len(given))
    for part, count, sign in ((given, counts[0], 1.0), (~given, counts[1], -1.0)):
        here, size = strata[part], np.maximum(count, 1)
        means = np.bincount(here, amounts[part], n) / size
        value += sign * float(weights @ means)
        influence[part] = sign * (weights / size)[here] * (amounts[part] - means[here])
    return Estimate(value, np.bincount(cluster, influence).astype(np.float64)), compared
