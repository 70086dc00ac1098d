"""What orders come to, in worlds where order values need no story of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.shop.chance import Floats, Ints

ORDER_VALUE: Final = 60.0
"""The mean."""
EVENNESS: Final = 3.0
"""Shape of the gamma distribution of one order's value."""


def spent(rng: np.random.Generator, orders: Ints) -> Floats:
    """The value of so many orders (n,), all together for each row."""
    values: Floats = np.zeros(len(orders))
    some = orders > 0
    values[some] = rng.gamma(EVENNESS * orders[some], ORDER_VALUE / EVENNESS)
    return values
