"""Made worlds are as their stories say, so that what is proved with them is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.worlds.agents import make_agents
from training.worlds.efforts import USELESS, make_efforts
from training.worlds.report import COLUMNS, CORRUPTED, DAYS, STORIES, Story, make_world
from training.worlds.touchpoints import BUSY, INFLUENTIAL, TOUCHPOINTS, make_touchpoints

BOOK = Story(
    "worked by hand", orders=0.06, later=0.24, adds=0.015, pulls=0.02 / 0.24, asked=1.0,
    agents_choose=0.0, holdout=0.0, returned=0.0, return_cost=0.0, ask_cost=0.0,
    more_contacts=0.0, not_eligible=0.0,
)  # fmt: skip
"""One contact of 8; 0.06 orders of 60 in the window, an ask adds 0.015 and pulls 0.02 forward."""


def test_the_truth_by_hand() -> None:
    """Incremental 60 * 0.035 / 8 = 0.2625, attributed 60 * 0.095 / 8 = 0.7125, margin 40%."""
    world = make_world(BOOK, 1)
    assert world.true_sales_ratio == pytest.approx(0.2625, rel=1e-3)
    assert world.true_margin_ratio == pytest.approx(0.105, rel=1e-3)
    assert world.true_attributed_ratio == pytest.approx(0.7125, rel=1e-3)


def test_in_a_longer_window_what_was_pulled_forward_is_no_gain() -> None:
    """60 * 0.015 / 8 = 0.1125, of which 12% come back and 40% are margin: 0.0396."""
    world = make_world(replace(BOOK, orders=0.30, later=0.0, returned=0.12), 1)
    assert world.true_sales_ratio == pytest.approx(0.1125 * 0.88, rel=1e-3)
    assert world.true_margin_ratio == pytest.approx(0.0396, rel=1e-3)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_truth_is_what_a_very_large_world_shows(story: Story) -> None:
    world = make_world(replace(story, customers=400_000, holdout=0.5), 5)
    spent = float(world.service_cost) / len(world.treated)
    for amounts, truth in (
        (world.sales, world.true_sales_ratio),
        (world.margin, world.true_margin_ratio),
    ):
        arms = amounts[world.treated], amounts[~world.treated]
        error = np.sqrt(sum(arm.var() / len(arm) for arm in arms)) / spent
        assert abs((arms[0].mean() - arms[1].mean()) / spent - truth) < 3.5 * error


def test_the_same_seed_makes_the_same_world() -> None:
    first, second, other = (make_world(STORIES[1], seed) for seed in (3, 3, 4))
    for name in COLUMNS:
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert not np.array_equal(first.sales, other.sales)


def test_warm_customers_are_asked_more_often() -> None:
    world = make_world(STORIES[1], 2)
    bought = world.before > np.median(world.before)
    assert world.asked[world.treated & bought].mean() > 1.5 * (
        world.asked[world.treated & ~bought].mean()
    )
    assert not world.asked[~world.treated].any()


def test_a_corrupted_split_loses_buyers_of_the_holdout_only() -> None:
    whole, broken = (make_world(story, 2) for story in (replace(CORRUPTED, lost=0.0), CORRUPTED))
    assert (~broken.treated).sum() < 0.9 * (~whole.treated).sum()
    assert np.array_equal(broken.sales[broken.treated], whole.sales[whole.treated])


def test_until_a_day_are_those_who_had_come() -> None:
    world = make_world(STORIES[0], 1)
    assert len(world.until(DAYS - 1).treated) == len(world.treated)
    first = world.until(0)
    assert set(first.entered) == {0}
    assert float(first.service_cost) == pytest.approx(1.5 * first.cost.sum(), abs=0.01)


def test_one_touchpoint_drives_sales_and_another_only_sees_many() -> None:
    world = make_touchpoints(1)
    arm = world.treated[world.customer]
    rows = range(len(TOUCHPOINTS))
    contacts = np.bincount(world.touchpoint)
    sales = np.bincount(world.touchpoint, world.sales) / contacts
    brought = np.array(
        [
            world.sales[arm & (world.touchpoint == row)].mean()
            - world.sales[~arm & (world.touchpoint == row)].mean()
            for row in rows
        ]
    )
    assert contacts.argmax() == sales.argmax() == BUSY
    assert brought.argmax() == world.true_effects.argmax() == INFLUENTIAL
    assert brought[INFLUENTIAL] == pytest.approx(world.true_effects[INFLUENTIAL], rel=0.5)


def test_one_effort_is_not_noticed() -> None:
    world = make_efforts(1)
    brought = np.array(
        [world.sales[given].mean() - world.sales[~given].mean() for given in world.given.T]
    )
    assert np.abs(brought - world.true_effects).max() < 4
    assert world.true_effects[USELESS] == 0 < world.costs[USELESS]


@pytest.mark.parametrize("seed", range(5))
def test_one_agent_accepts_for_customers_who_order_nothing(seed: int) -> None:
    world = make_agents(seed)
    hollow = world.accepted & (~world.ordered | world.cancelled)
    shares = np.bincount(world.agent, hollow) / np.bincount(world.agent, world.accepted)
    assert shares.argmax() == world.cheat
    assert np.sort(shares)[-2] < 0.5 * shares.max()
