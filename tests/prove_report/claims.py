"""What the reports must keep to in worlds whose truth is known, and whether they did.

Those on touchpoints, efforts and agents have their claims in `insights.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.prove_report.claim import Claim
from tests.prove_report.insights import claims_of, look
from tests.prove_report.runs import Looks, Said, look_daily, report_on
from training.worlds.report import (
    CORRUPTED,
    FEW,
    NO_EFFECTS,
    STORIES,
    Story,
    make_world,
)

Spread = Callable[[Callable, Sequence[tuple]], Iterable]
"""Runs a function on many arguments, in order; on all processors or on this one."""


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was measured; the claims, and the figures that they rest on."""

    said: dict[Story, list[Said]]
    looks: dict[Story, list[Looks]]
    claims: tuple[Claim, ...]


def prove(worlds: int, spread: Spread) -> Proof:
    """Make so many worlds of each story and hold the report to its claims."""
    said = _by_story((*STORIES, FEW, CORRUPTED), worlds, report_on, spread)
    looks = _by_story(NO_EFFECTS, worlds, look_daily, spread)
    planted = list(spread(look, [(seed,) for seed in range(worlds)]))
    return Proof(said, looks, (*_claims(said, looks), *claims_of(planted)))


def _by_story(stories: Sequence[Story], worlds: int, run: Callable, spread: Spread) -> dict:
    tasks = [(story, seed) for story in stories for seed in range(worlds)]
    found: dict[Story, list] = {story: [] for story in stories}
    for (story, _), result in zip(tasks, spread(run, tasks), strict=True):
        found[story].append(result)
    return found


def _claims(said: dict[Story, list[Said]], looks: dict[Story, list[Looks]]) -> Iterable[Claim]:
    ordinary = [one for story in STORIES for one in said[story]]
    for name, column in (("sales", "sales_covered"), ("margin", "margin_covered")):
        share, n = coverage(ordinary, column)
        name = f"95% interval of incremental {name} holds the truth"
        yield Claim(name, "93 to 97%", f"{share:.1%} of {n:,}", 0.93 <= share <= 0.97)
    share, n = coverage(ordinary, "always_covered")
    name = "interval for every look holds the truth at the end"
    yield Claim(name, "at least 95%", f"{share:.1%} of {n:,}", share >= 0.95)
    for story, runs in looks.items():
        alarms, once = false_alarms(runs), float(np.mean([one.by_one_look[-1] for one in runs]))
        name = f"60 daily looks, false verdicts: {story.name}"
        found = f"{alarms:.1%} of {len(runs):,} (by the interval for one look: {once:.1%})"
        yield Claim(name, "at most 5%", found, alarms <= 0.05)
    for story in STORIES:
        if make_world(story, 0).true_sales_ratio > 0:
            yield overstatement(story, said[story])
    wrong = refused(ordinary, "arms_do_not_match")
    name = "sound split refused"
    yield Claim(name, "at most 0.5%", f"{wrong:.2%} of {len(ordinary):,}", wrong <= 0.005)
    share = refused(said[CORRUPTED], "arms_do_not_match")
    name = "corrupted split refused"
    yield Claim(name, "at least 99%", f"{share:.1%} of {len(said[CORRUPTED]):,}", share >= 0.99)
    numbers = float(np.mean([one.incremental is not None for one in said[FEW]]))
    name = "number given for a few customers"
    yield Claim(name, "never", f"{numbers:.1%} of {len(said[FEW]):,}", numbers == 0)


def coverage(said: Sequence[Said], column: str) -> tuple[float, int]:
    """The share of intervals that hold the truth, and how many intervals there were."""
    held = [getattr(one, column) for one in said if getattr(one, column) is not None]
    return (float(np.mean(held)), len(held)) if held else (float("nan"), 0)


def refused(said: Sequence[Said], verdict: str) -> float:
    return float(np.mean([one.verdict == verdict for one in said]))


def false_alarms(looks: Sequence[Looks]) -> float:
    """The share of worlds without an effect in which the report found one on some day."""
    return float(np.mean([one.by_report[-1] for one in looks]))


def overstatement(story: Story, said: Sequence[Said]) -> Claim:
    """How many times larger attributed sales are than those that asking brought.

    Kept if the mean of the incremental ratios is within three standard errors of the truth and that
    of the attributed ratios within 2%.
    """
    world = make_world(story, 0)
    attributed = np.array([one.attributed for one in said])
    incremental = np.array([one.incremental for one in said if one.incremental is not None])
    error = incremental.std(ddof=1) / np.sqrt(len(incremental))
    expected = world.true_attributed_ratio / world.true_sales_ratio
    kept = abs(incremental.mean() - world.true_sales_ratio) <= 3 * error and (
        abs(attributed.mean() / world.true_attributed_ratio - 1) <= 0.02
    )
    return Claim(
        f"attributed overstates: {story.name}",
        f"{expected:.1f} times",
        f"{attributed.mean() / incremental.mean():.1f} times",
        bool(kept),
    )
