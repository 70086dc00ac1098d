"""What asking does to a customer who is really asked: the complier effect beside intent to treat.

Effect per customer / (share asked among the treated - share asked in the holdout), the Wald
estimator (Angrist, Imbens and Rubin 1996, Identification of Causal Effects Using Instrumental
Variables, JASA 91). It assumes that being in an arm acts through asking alone.
"""

from __future__ import annotations

import numpy as np

from service.reports.statistics.cuped import adjusted
from service.reports.statistics.estimate import Estimate, Flags, Floats
from service.reports.statistics.fieller import UNBOUNDED, Interval, fieller
from service.reports.statistics.ratios import difference_per_contact


def compliance(treated: Flags, asked: Flags) -> Estimate:
    """How much larger the share of asked customers is among the treated than in the holdout."""
    return difference_per_contact(treated, asked.astype(np.float64), np.ones(len(asked)))


def per_asked(
    treated: Flags, asked: Flags, amounts: Floats, covariate: Estimate, z: float
) -> tuple[float | None, Interval]:
    """Money per customer who was really asked, and its interval `z` standard errors wide each way.

    None if asking was no more common among the treated than in the holdout.
    """
    took = compliance(treated, asked)
    if took.value <= 0:
        return None, UNBOUNDED
    effect = adjusted(difference_per_contact(treated, amounts, np.ones(len(amounts))), covariate)
    return effect.value / took.value, fieller(effect, took, z)
