"""Agents who ask, and one who cheats: says yes for customers who ordered nothing, or who cancel.

Honest agents differ in skill and in the customers they get, and none of that is cheating.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.chance import Flags, Floats, Ints, stream

ACCEPTED: Final = 0.10
"""Share of asks that are truly accepted, by an average agent and customer."""
ORDERED: Final = 0.94
"""Share of true acceptances whose order arrives; some customers change their minds."""
CANCELLED: Final = 0.04
INVENTED: Final = 0.25
"""Share of the cheat's asks that are reported as accepted without being so."""
FAKED: Final = 0.4
"""Share of the invented acceptances with an order, which is cancelled later."""


@dataclass(frozen=True, slots=True)
class AgentWorld:
    """Asks, one row each (n,): who made them, and what was reported and really came."""

    agent: Ints
    accepted: Flags
    """As the agent reported."""
    ordered: Flags
    """An order with the item arrived."""
    cancelled: Flags
    """That order was cancelled within some days."""
    warm: Floats
    """How much the customer buys anyway: the mix of cases that an agent got."""
    agents: int
    cheat: int
    """The agent who cheats."""


def make_agents(seed: int, agents: int = 25, asks: int = 400) -> AgentWorld:
    """Agents with about `asks` asks each; the same seed makes the same world."""
    rng = stream(seed, "agents")
    cheat = int(rng.integers(agents))
    agent = np.repeat(np.arange(agents), rng.poisson(asks, agents))
    n = len(agent)
    mix = rng.gamma(8.0, 1 / 8.0, agents)
    skill = rng.gamma(30.0, 1 / 30.0, agents)
    warm = rng.gamma(2.0, mix[agent] / 2.0)
    true = rng.random(n) < np.minimum(ACCEPTED * warm * skill[agent], 0.9)
    invented = ~true & (agent == cheat) & (rng.random(n) < INVENTED)
    ordered = np.where(invented, rng.random(n) < FAKED, true & (rng.random(n) < ORDERED))
    cancelled = ordered & (invented | (rng.random(n) < CANCELLED))
    return AgentWorld(agent, true | invented, ordered, cancelled, warm, agents, cheat)
