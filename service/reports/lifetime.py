"""What each customer is expected to buy in the year to come, from all that they bought so far.

One model is fitted to both arms together, so that the same past gets the same value in either and a
difference of the arms can only come of what customers did (a surrogate index; Athey, Chetty, Imbens
and Kang 2019, NBER 26463).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np

from service.ledger.entry import Columns
from service.reports.statistics.bgnbd import Buyers, fit_bgnbd
from service.reports.statistics.estimate import Floats
from service.reports.statistics.gammagamma import fit_gammagamma

WEEK: Final = 7.0
AHEAD: Final = 365 / WEEK
LEARNED_FROM: Final = 20_000
"""Customers at most, evenly among all by id: more change the four parameters by little."""
LEAST: Final = 100
"""Customers with a repeat order; fewer say nothing of a whole distribution."""


def value_to_come(found: Columns, now: datetime) -> Floats | str:
    """Expected sales in the next 365 days (n,), or why there is no such expectation.

    Customers without any order are worth nothing yet.

    Args:
        found: as `entry.retained` gives them.
        now: until when their orders are known.
    """
    bought = found["purchases"] > 0
    times, paid, value = (found[name][bought] for name in ("purchases", "paid", "value"))
    if (repeating := int((times > 1).sum())) < LEAST:
        return (
            f"Only {repeating} customers ordered more than once; {LEAST} are needed to say what "
            "customers are worth."
        )
    first, latest = found["first"][bought], found["latest"][bought]
    today = now.timestamp() // 86_400
    buyers = Buyers(times - 1.0, (latest - first) / WEEK, np.maximum(today - first, 0) / WEEK)
    some = slice(None, None, -(-len(times) // LEARNED_FROM))
    counted = paid[some] > 0
    try:
        frequency = fit_bgnbd(Buyers(buyers.repeats[some], buyers.last[some], buyers.seen[some]))
        spending = fit_gammagamma(paid[some][counted].astype(np.float64), value[some][counted])
    except ValueError as problem:
        return str(problem)
    worth = np.zeros(len(bought))
    worth[bought] = frequency.expected(buyers, AHEAD) * spending.expected(
        paid.astype(np.float64), value
    )
    return worth
