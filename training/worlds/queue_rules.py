"""Rules for asking while others wait, the shipped price among them, compared in the call centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.queueing import price_per_second
from training.worlds.callcentre import AGENTS, ASKING, PITCH, Numbers, draw_callers, run

LONGEST: Final = 300
"""Callers; a rule says the same for more."""
THRESHOLDS: Final = range(1, 26)
NEVER, ALWAYS, VALUE, PRICE = "never", "always", "value only", "value and price"


@dataclass(frozen=True, slots=True)
class Earned:
    """By one rule at one load: an entry for each seed, which all rules share."""

    profit: Numbers
    """Per hour."""
    abandoned: Numbers
    """Share of the callers."""

    def ahead_of(self, other: Earned) -> tuple[float, float]:
        """(mean difference in profit, its standard error): seed by seed, since they are shared."""
        return mean_and_error(self.profit - other.profit)


def mean_and_error(values: Numbers) -> tuple[float, float]:
    """(mean, its standard error).

    >>> mean_and_error(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def rules() -> Mapping[str, Numbers]:
    """Every rule as the bars that `callcentre.run` takes."""
    n = np.arange(LONGEST)
    above = {
        "": np.full(LONGEST, -np.inf),
        "value and ": np.full(LONGEST, ASKING),
    }
    hard = {
        f"{prefix}n < {limit}": np.where(n < limit, bar, np.inf)
        for prefix, bar in above.items()
        for limit in THRESHOLDS
    }
    price = [float(price_per_second(callers, AGENTS)) for callers in range(LONGEST)]
    return {
        NEVER: np.full(LONGEST, np.inf),
        ALWAYS: above[""],
        VALUE: above["value and "],
        **hard,
        PRICE: ASKING + PITCH * 60 * np.array(price),
    }


def compare(load: float, callers: int, seeds: Sequence[int]) -> Mapping[str, Earned]:
    """What each rule earns from the same callers."""
    centres = [draw_callers(load, callers, seed) for seed in seeds]
    earned = {}
    for name, bars in rules().items():
        profit, abandoned = np.transpose([run(centre, bars) for centre in centres])
        earned[name] = Earned(profit, abandoned)
    return earned


def best_of(earned: Mapping[str, Earned], prefix: str) -> str:
    """The hard threshold that earns most, of those whose name is `prefix` and a limit."""
    names = [name for name in earned if name.startswith(f"{prefix}n < ")]
    return max(names, key=lambda name: float(earned[name].profit.mean()))


def columns(earned: Mapping[str, Earned]) -> Sequence[str]:
    """The rules worth a column: of the hard thresholds the best ones."""
    return (NEVER, ALWAYS, VALUE, best_of(earned, ""), best_of(earned, "value and "), PRICE)


def table(by_load: Mapping[float, Mapping[str, Earned]]) -> str:
    """Profit per hour, its standard error and abandonment, as a table in Markdown."""
    lines = [
        f"| load | {NEVER} | {ALWAYS} | {VALUE} | best threshold | value and best threshold | "
        f"**{PRICE}** | ahead of the next best |",
        "|---" * 8 + "|",
    ]
    for load, earned in by_load.items():
        names = columns(earned)
        cells = [_cell(name, earned[name]) for name in names]
        next_best = max(names[:-1], key=lambda name: float(earned[name].profit.mean()))
        ahead, error = earned[PRICE].ahead_of(earned[next_best])
        cells[-1] = f"**{cells[-1]}**"
        lines.append(f"| {load:.2f} | {' | '.join(cells)} | {ahead:.1f} ± {error:.1f} |")
    return "\n".join(lines)


def _cell(name: str, earned: Earned) -> str:
    profit, error = mean_and_error(earned.profit)
    limit = name[name.find("n <") :] + ": " if "n <" in name else ""
    return f"{limit}{profit:.1f} ± {error:.1f} / {earned.abandoned.mean():.1%}"
