"""Efforts that cost money: one brings customers back, the other is not even noticed.

Who gets an effort is chance here, so that customers with and without it can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.chance import Flags, Floats, stream
from training.worlds.spending import ORDER_VALUE, spent

EFFORTS: Final = ("same_day_shipping", "call_back")
COSTS: Final = np.array([6.0, 4.0])
"""Per customer who gets it."""
ADDS: Final = np.array([0.0, 0.12])
"""Orders within the window that it makes: same-day shipping none."""
SHARES: Final = np.array([0.45, 0.30])
"""Of the customers who get it."""
USELESS: Final = 0
ORDERS: Final = 0.30


@dataclass(frozen=True, slots=True)
class EffortWorld:
    """Customers (n,) and which of the efforts (k,) each of them got (n, k)."""

    given: Flags
    sales: Floats
    before: Floats
    costs: Floats
    """Of an effort, per customer (k,)."""
    true_effects: Floats
    """Incremental sales of an effort, per customer who gets it (k,)."""


def make_efforts(seed: int, customers: int = 10_000) -> EffortWorld:
    """The same seed makes the same world."""
    rng = stream(seed, "efforts")
    warm = rng.gamma(1.0, 1.0, customers)
    given = rng.random((customers, len(EFFORTS))) < SHARES
    return EffortWorld(
        given=given,
        sales=spent(rng, rng.poisson(ORDERS * warm + given @ ADDS)),
        before=spent(rng, rng.poisson(6 * ORDERS * warm)),
        costs=COSTS,
        true_effects=ORDER_VALUE * ADDS,
    )
