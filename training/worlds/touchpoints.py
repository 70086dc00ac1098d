"""Contacts at several touchpoints: asking works at one of them, and another is merely busy.

Warm customers come to the busy one, so it has the most contacts and the most sales after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.chance import Flags, Floats, Ints, choose, stream
from training.worlds.spending import ORDER_VALUE, spent

TOUCHPOINTS: Final = (
    ("phone", "delivery"), ("phone", "return"), ("chat", "return"), ("email", "billing"),
    ("web", "delivery"), ("chat", "product_question"),
)  # fmt: skip
"""Channel and topic."""
BUSY: Final = 0
INFLUENTIAL: Final = 2
TRAFFIC: Final = np.array([0.40, 0.16, 0.10, 0.12, 0.12, 0.10])
"""Shares of the contacts."""
ADDS: Final = 0.30
"""Orders that an ask at the influential touchpoint makes; elsewhere it makes none."""
ORDERS: Final = 0.5
"""After a contact of a customer of average warmth, without an ask."""
ASKED: Final = 0.6
COST: Final = 8.0


@dataclass(frozen=True, slots=True)
class TouchpointWorld:
    """Customers (c,) in two arms, and their eligible contacts (n,), one row each."""

    treated: Flags
    before: Floats
    """Sales before the first contact; by customer, as is the arm."""
    customer: Ints
    """Whose contact: a row of the customers."""
    touchpoint: Ints
    """Index into TOUCHPOINTS."""
    asked: Flags
    sales: Floats
    """That followed this contact, before the next."""
    cost: Floats
    planned_share: float
    true_effects: Floats
    """Incremental sales per eligible contact of a treated customer, by touchpoint."""


def make_touchpoints(seed: int, customers: int = 20_000, holdout: float = 0.3) -> TouchpointWorld:
    """The same seed makes the same world."""
    rng = stream(seed, "touchpoints")
    warm = rng.gamma(1.0, 1.0, customers)
    treated = rng.random(customers) >= holdout
    customer = np.repeat(np.arange(customers), 1 + rng.poisson(0.8, customers))
    n = len(customer)
    touchpoint = choose(rng, TRAFFIC, n)
    # most contacts of the warmest quarter move to the busy touchpoint
    drawn = (warm > np.quantile(warm, 0.75))[customer] & (rng.random(n) < 0.7)
    touchpoint[drawn] = BUSY
    asked = treated[customer] & (rng.random(n) < ASKED)
    adds = np.where(np.arange(len(TOUCHPOINTS)) == INFLUENTIAL, ADDS, 0.0)
    orders = rng.poisson(ORDERS * warm[customer] + adds[touchpoint] * asked)
    return TouchpointWorld(
        treated=treated,
        before=spent(rng, rng.poisson(6 * ORDERS * warm)),
        customer=customer,
        touchpoint=touchpoint,
        asked=asked,
        sales=spent(rng, orders),
        cost=COST * rng.gamma(4.0, 0.25, n),
        planned_share=1 - holdout,
        true_effects=ASKED * ORDER_VALUE * adds,
    )
