"""The price of the queue: what a second of an agent's time costs the callers who wait for it.

A hard "ask only below so many callers" is best where all offers are worth the same (Armony and
Gurvich, M&SOM 2010). Offers differ, and then a price does better: the good ones still pass, the
poor ones stop first. `python -m training.worlds callcentre` compares; docs/worth.md has the table.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

PER_CALLER_MINUTE: Final = Decimal("0.40")
"""For a minute of asking and each caller in the way, in a team of `TEAM` whose minute's wage is
0.60. From half to one and a half of it, results are about the same."""
SPARE_AGENTS: Final = 2
"""With fewer agents free than these, the next caller may have to wait: there the price begins."""
TEAM: Final = 10
"""Agents for whom the price was found. In a larger team one agent's second holds up each caller
less: about with the square root, by the same simulation with 4 to 200 agents."""


def price_per_second(
    callers: int,
    agents: int,
    per_caller_minute: Decimal = PER_CALLER_MINUTE,
    spare: int = SPARE_AGENTS,
) -> Decimal:
    """What waiting customers lose by one second in which an agent asks.

    Args:
        callers: in the system, the one who is asked among them: those served and those waiting.
        agents: on duty, at least one.
        per_caller_minute: in the currency in which the price is wanted.

    >>> round(90 * price_per_second(callers=9, agents=10), 2)  # 1.5 minutes, one agent is free
    Decimal('0.60')
    >>> price_per_second(callers=8, agents=10)
    Decimal('0')
    """
    in_the_way = callers - agents + spare
    if in_the_way <= 0:
        return Decimal(0)
    price = per_caller_minute * in_the_way / 60
    return price * (Decimal(TEAM) / agents).sqrt() if agents > TEAM else price
