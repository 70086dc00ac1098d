"""How often does an order line of each item come back? From the refunds that the shop has told of.

Few lines prove little: an item leans on its category, and that on the whole shop.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.past import Past
from models.purchases import Days, Floats

MATURE_DAYS: Final = 30.0
"""What was sold later may still come back: a month is the usual time for that."""
PRIOR_LINES: Final = 20.0
"""How many lines of an item weigh as much as the rate of its category."""
PRIOR_OF_CATEGORY: Final = 50.0


def return_rates(past: Past, returned: NDArray[np.bool_] | None) -> Floats:
    """Share of each item's lines that came back, shrunk, float32[n items].

    Args:
        returned: whether each of the past's lines came back; None: nobody has told of refunds,
            then 0 for all.
    """
    n, bought = past.n_items, past.purchases
    if returned is None:
        return np.zeros(n, dtype=np.float32)
    mature = bought.days < past.day - MATURE_DAYS
    sold = np.bincount(bought.items[mature], minlength=n).astype(np.float64)
    back = np.bincount(bought.items[mature & returned], minlength=n).astype(np.float64)
    overall = back.sum() / max(1.0, sold.sum())
    categories = past.categories + 1  # those of no category are one more
    sold_of, back_of = (
        np.bincount(categories, of_items).astype(np.float64) for of_items in (sold, back)
    )
    usual = _shrunk(back_of, sold_of, PRIOR_OF_CATEGORY, overall)[categories]
    return _shrunk(back, sold, PRIOR_LINES, usual).astype(np.float32)


def _shrunk(times: Days, chances: Days, prior: float, usual: Days | float) -> Days:
    return np.asarray((times + prior * usual) / (chances + prior))
