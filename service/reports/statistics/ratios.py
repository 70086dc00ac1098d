"""Money per contact, customers being the unit: contacts of one customer are not independent.

Mean per contact R = sum(y) / sum(c) over customers with amounts y and c contacts. Its variance by
the delta method is n / (n - 1) * sum((y - R c)^2) / sum(c)^2 (Deng, Knoblich and Lu 2018,
Applying the Delta Method in Metric Analytics, KDD; Cochran 1977, Sampling Techniques, 6.4).
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from service.reports.statistics.estimate import Estimate, Flags, Floats


def per_contact(amounts: Floats, contacts: Floats) -> Estimate:
    """The mean amount per contact over all customers (n,); contacts sum to more than zero."""
    n, all_contacts = len(amounts), float(contacts.sum())
    ratio = float(amounts.sum()) / all_contacts
    correction = sqrt(n / (n - 1)) if n > 1 else 1.0
    return Estimate(ratio, (amounts - ratio * contacts) * (correction / all_contacts))


def difference_per_contact(treated: Flags, amounts: Floats, contacts: Floats) -> Estimate:
    """Treated less holdout, in money per contact; both arms have contacts.

    With one contact each this is the difference of means with Welch's variance. It compares all
    customers by their arm, asked or not (intent to treat), so that it does not matter whom the
    agents chose to ask.
    """
    value, influence = 0.0, np.empty(len(amounts))
    for arm, sign in ((treated, 1.0), (~treated, -1.0)):
        part = per_contact(amounts[arm], contacts[arm])
        value += sign * part.value
        influence[arm] = sign * part.influence
    return Estimate(value, influence)
