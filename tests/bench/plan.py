"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`contacts` in each turn, `alone` of them over one connection; each server started `starts`
    times."""

    rounds: int
    contacts: int
    alone: int
    connections: int
    starts: int


FULL = Plan(rounds=6, contacts=1200, alone=200, connections=4, starts=3)
QUICK = Plan(rounds=2, contacts=150, alone=50, connections=4, starts=1)
