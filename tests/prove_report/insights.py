"""The reports on touchpoints, efforts and agents, each on a world where one thing was planted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from service.ledger.agents import Acceptances
from service.ledger.efforts import EffortRows, Spent
from service.reports import efforts, integrity
from service.reports.effect import GAIN
from service.reports.experiment import Customers, judge_groups, measure
from service.reports.touchpoints import ranked, touchpoint_row
from tests.prove_report.claim import Claim
from training.worlds.agents import make_agents
from training.worlds.efforts import EFFORTS, USELESS, make_efforts
from training.worlds.touchpoints import (
    BUSY,
    INFLUENTIAL,
    TOUCHPOINTS,
    TouchpointWorld,
    make_touchpoints,
)

MARGIN = 0.4


@dataclass(frozen=True, slots=True)
class Found:
    """What the reports said of the worlds of one seed."""

    influential_first: bool
    """By rank, whatever the verdict."""
    influential_gain: bool
    busy_found: bool
    """As a touchpoint where asking brings something."""
    useless_listed: bool
    useful_listed: bool
    """As an effort without a measurable effect, which it is not."""
    cheat_marked: bool
    honest_marked: int
    """Agents who were marked for nothing."""
    honest: int


def look(seed: int) -> Found:
    """Make one world of each kind and read the reports."""
    first, gain, busy = _touchpoints(make_touchpoints(seed))
    useless, useful = _efforts(seed)
    cheat, honest, agents = _agents(seed)
    return Found(first, gain, busy, useless, useful, cheat, honest, agents)


def claims_of(found: Sequence[Found]) -> Iterator[Claim]:
    """What the reports must keep to, over all seeds."""

    def share(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in found]))

    for name, column, least in (
        ("influential touchpoint ranked first", "influential_first", 0.99),
        ("influential touchpoint found to bring something", "influential_gain", 0.90),
        ("useless effort listed as such", "useless_listed", 0.93),
        ("cheating agent marked", "cheat_marked", 0.99),
    ):
        got = share(column)
        yield Claim(name, f"at least {least:.0%}", f"{got:.1%} of {len(found):,}", got >= least)
    for name, column in (
        ("merely busy touchpoint found to bring something", "busy_found"),
        ("useful effort listed as useless", "useful_listed"),
    ):
        got = share(column)
        yield Claim(name, "at most 1%", f"{got:.1%} of {len(found):,}", got <= 0.01)
    honest = sum(one.honest for one in found)
    got = sum(one.honest_marked for one in found) / honest
    yield Claim("honest agent marked", "at most 0.1%", f"{got:.2%} of {honest:,}", got <= 0.001)


def _touchpoints(world: TouchpointWorld) -> tuple[bool, bool, bool]:
    effects = judge_groups(
        [
            measure(group, world.planned_share, Decimal(str(round(group.cost.sum(), 2))))
            for group in (_group(world, place) for place in range(len(TOUCHPOINTS)))
        ]
    )
    rows = ranked(
        touchpoint_row(
            (channel, topic, "after_order"), effect, effect.verdict, contacts=effect.contacts,
            eligible=effect.contacts, asked=0, attributed_sales=Decimal(0),
            customers=effect.treated + effect.holdout,
        )
        for (channel, topic), effect in zip(TOUCHPOINTS, effects, strict=True)
    )  # fmt: skip
    assert max(rows, key=lambda row: row.contacts) == next(
        row for row in rows if (row.channel, row.topic) == TOUCHPOINTS[BUSY]
    )
    first = (rows[0].channel, rows[0].topic) == TOUCHPOINTS[INFLUENTIAL]
    return first, effects[INFLUENTIAL].verdict == GAIN, effects[BUSY].verdict == GAIN


def _group(world: TouchpointWorld, place: int) -> Customers:
    """The customers of one touchpoint."""
    here = world.touchpoint == place
    customers, row = np.unique(world.customer[here], return_inverse=True)

    def added(amounts: np.ndarray) -> np.ndarray:
        return np.bincount(row, amounts[here], len(customers))

    sales = added(world.sales)
    return Customers(
        treated=world.treated[customers],
        contacts=np.bincount(row),
        asked=added(world.asked) > 0,
        sales=sales,
        margin=sales * MARGIN,
        cost=added(world.cost),
        before=world.before[customers],
        entered=np.zeros(len(customers), np.int64),
    )


def _efforts(seed: int) -> tuple[bool, bool]:
    world = make_efforts(seed)
    n = len(world.sales)
    rows = EffortRows(
        customer=np.arange(n), kind=np.zeros(n, np.int64), before=world.before,
        bought=world.sales > 0, closed=np.ones(n, bool), satisfaction=np.zeros(n, np.int64),
        efforts=world.given @ (1 << np.arange(len(EFFORTS))),
    )  # fmt: skip
    spent = [
        Spent(name, int(given.sum()), Decimal(str(cost)) * int(given.sum()))
        for name, given, cost in zip(EFFORTS, world.given.T, world.costs, strict=True)
    ]
    found = efforts.rows_of(spent, rows)
    listed = {row.effort for row in found if row.verdict == efforts.NO_EFFECT}
    return EFFORTS[USELESS] in listed, bool(listed - {EFFORTS[USELESS]})


def _agents(seed: int) -> tuple[bool, int, int]:
    world = make_agents(seed)

    def counted(flags: np.ndarray) -> np.ndarray:
        return np.bincount(world.agent, flags, world.agents).astype(int)

    accepted = counted(world.accepted)
    without = counted(world.accepted & ~world.ordered)
    cancelled = counted(world.accepted & world.ordered & world.cancelled)
    marked = [
        row.look
        for row in integrity.rows_of(
            [
                Acceptances(str(place), *counts, 0)
                for place, counts in enumerate(zip(accepted, without, cancelled, strict=True))
            ]
        )
    ]
    return marked[world.cheat], sum(marked) - marked[world.cheat], world.agents - 1
