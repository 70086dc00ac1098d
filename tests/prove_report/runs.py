"""One world, one report: what the report said, beside the truth that only the world knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.reports.experiment import Customers, Effect, Measured, measure
from training.worlds.report import COLUMNS, DAYS, Story, World, make_world

ROUNDING = 0.00005
"""Of the ratios that the report prints."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the report said of one world. Ratios and coverage are None where it gave no number."""

    verdict: str
    attributed: float
    incremental: float | None
    sales_covered: bool | None
    margin_covered: bool | None
    always_covered: bool | None


@dataclass(frozen=True, slots=True)
class Looks:
    """Whether an effect had been found by the end of each day (DAYS,)."""

    by_report: NDArray[np.bool_]
    """By the verdict of the report."""
    by_one_look: NDArray[np.bool_]
    """By whoever reads the interval for one look every day."""


def customers_of(world: World) -> Customers:
    return Customers(**{name: getattr(world, name) for name in COLUMNS})


def report_on(story: Story, seed: int) -> Said:
    world = make_world(story, seed)
    effect = _effect(world)
    sales, margin = effect.sales, effect.margin
    return Said(
        verdict=effect.verdict,
        attributed=float(world.sales.sum()) / float(world.service_cost),
        incremental=None if sales is None else float(sales.ratio),
        sales_covered=_covers(sales, world.true_sales_ratio),
        margin_covered=_covers(margin, world.true_margin_ratio),
        always_covered=_always_covers(margin, world.true_margin_ratio),
    )


def look_daily(story: Story, seed: int) -> Looks:
    """A report at the end of every day, of the customers who had come by then."""
    world = make_world(story, seed)
    effects = [_effect(world.until(day)) for day in range(DAYS)]
    found = [effect.verdict in ("gain", "loss") for effect in effects]
    once = [
        effect.margin is not None and (effect.margin.total_low > 0 or effect.margin.total_high < 0)
        for effect in effects
    ]
    return Looks(np.logical_or.accumulate(found), np.logical_or.accumulate(once))


def _effect(world: World) -> Effect:
    return measure(customers_of(world), 1 - world.story.holdout, world.service_cost)


def _covers(found: Measured | None, truth: float) -> bool | None:
    return None if found is None else _between(found.low, truth, found.high)


def _always_covers(found: Measured | None, truth: float) -> bool | None:
    return (
        None if found is None else _between(found.always_ratio_low, truth, found.always_ratio_high)
    )


def _between(low, truth: float, high) -> bool:
    """None is no end on that side."""
    above = low is None or float(low) - ROUNDING <= truth
    return above and (high is None or truth <= float(high) + ROUNDING)
