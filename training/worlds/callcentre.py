"""A call centre in which asking makes others wait: first come, first served, and some hang up.

Every rule meets the same callers, so that what differs between two runs is the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

Numbers = NDArray[np.float64]

AGENTS: Final = 10
SERVICE, PITCH, PATIENCE = 5.0, 1.5, 4.0
"""Mean minutes of a contact, of asking, and until a caller who waits hangs up; exponential."""
VALUE: Final = 2.2
"""Mean worth of an ask before any time is paid for, exponential."""
ASKING: Final = 0.9
"""The wage for asking: 0.60 a minute."""
WAITING: Final = 0.25
"""What a minute of a caller's waiting costs."""
ABANDONED: Final = 6.0
"""What a caller who hangs up costs beside that."""


@dataclass(frozen=True, slots=True)
class Callers:
    """All callers of one run, in the order of their calls; minutes and money, float64[n]."""

    calls_at: Numbers
    service: Numbers
    patience: Numbers
    pitch: Numbers
    value: Numbers


def draw_callers(load: float, n: int, seed: int, agents: int = AGENTS) -> Callers:
    """Poisson arrivals at `load` times what the agents could serve if they never asked."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(SERVICE / (agents * load), n)
    means = (SERVICE, PATIENCE, PITCH, VALUE)
    return Callers(gaps.cumsum(), *(rng.exponential(mean, n) for mean in means))


def run(callers: Callers, bars: Numbers, agents: int = AGENTS) -> tuple[float, float]:
    """(profit per hour, share of the callers who hung up), from an empty centre to an empty one.

    Args:
        bars: the rule. When a contact is served, the agent asks if that is worth more than
            `bars[n]`, n callers being in the system, this one among them; the last stands for
            all above.
    """
    asked, waited, lost, end = _run(
        callers.calls_at, callers.service, callers.patience, callers.pitch, callers.value, bars,
        agents,
    )  # fmt: skip
    profit = asked - WAITING * waited - ABANDONED * lost
    return profit / end * 60, lost / len(callers.calls_at)


@compiled
def _run(
    calls_at: Numbers,
    service: Numbers,
    patience: Numbers,
    pitch: Numbers,
    value: Numbers,
    bars: Numbers,
    agents: int,
) -> tuple[float, float, int, float]:
    """(earned by asking, minutes waited, hung up, minutes in all).

    Whoever hangs up stays in line until their turn comes, and is not counted meanwhile.
    """
    free_at = np.full(agents, np.inf)  # inf: idle
    serves = np.full(agents, -1)  # which caller; -1 while asking
    head = called = busy = lost = 0  # `head` to `called` are in line
    asked = waited = now = 0.0
    while True:
        agent = free_at.argmin()
        if called < len(calls_at) and calls_at[called] <= free_at[agent]:
            now = calls_at[called]
            called += 1
        elif busy == 0:
            return asked, waited, lost, now
        else:
            now, caller = free_at[agent], serves[agent]
            n = busy
            for other in range(head, called):
                n += calls_at[other] + patience[other] > now
            if caller >= 0 and value[caller] > bars[min(n, len(bars) - 1)]:
                asked += value[caller] - ASKING
                free_at[agent], serves[agent] = now + pitch[caller], -1
            else:
                free_at[agent] = np.inf
                busy -= 1
        while busy < agents and head < called:
            if calls_at[head] + patience[head] <= now:
                waited += patience[head]
                lost += 1
            else:
                waited += now - calls_at[head]
                idle = free_at.argmax()
                free_at[idle], serves[idle] = now + service[head], head
                busy += 1
            head += 1
