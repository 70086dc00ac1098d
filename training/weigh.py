"""How much to believe the trees, and how much to believe plain counting.

Trees learn the habits of the months that they saw, and some of these pass. How often a customer
bought an item, and how well it sells, says next month what it said before. So trees that knew
nothing of some later moments are laid beside counting there, and a conditional logit (McFadden,
1974) learns what of either tells the bought ones of a moment's likeliest from the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.features import FEATURES
from models.purchases import Days, Floats, changes
from models.ranker import DEPTH, Ranker
from training.calibrate import likeliest
from training.table import Table

OWN, SELLS = (FEATURES.index(name) for name in ("own_orders", "item_recent"))
TREES_ALONE = np.array([1.0, 0.0, 0.0])
SPREAD = 0.5
"""How far the weights may lie from there as long as nothing is known, as a standard deviation;
a few dozen moments overrule it."""
STEPS = 2**DEPTH


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates of moments, and what trees say that knew nothing of them, float32[n]."""

    log_odds: Floats
    table: Table

    def likeliest(self) -> Judged:
        """A shortlist of each moment, which is all that is ever chosen from."""
        rows = np.sort(likeliest(self.log_odds, self.table.moments))
        return Judged(self.log_odds[rows], self.table.only(rows))


def judged(trees: Ranker, table: Table) -> Judged:
    """What trees say that knew nothing of these moments."""
    return Judged(trees.log_odds(table.features), table)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A tree that looks at one feature only: each step a little higher than the one before.

    Attributes:
        feature: column.
        edges: between the steps, rising, float64[STEPS - 1].
        heights: log-odds, float64[STEPS].
        examples: how many candidates stood on each, int64[STEPS].
    """

    feature: int
    edges: Days
    heights: Days
    examples: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What is believed of the trees, and what the counts add."""

    trees: float
    ladders: tuple[Ladder, ...]


def weigh(parts: Sequence[Judged]) -> Weights:
    """The likeliest weights, none of them below zero."""
    factor, own, sells = _factors([part.likeliest() for part in parts]).tolist()
    orders, sold = (
        np.concatenate([part.table.features[:, of] for part in parts]) for of in (OWN, SELLS)
    )
    counts = np.arange(STEPS)
    bounds = np.linspace(0.0, max(float(sold.max()), 1.0), STEPS + 1)
    return Weights(
        factor,
        (
            _ladder(OWN, counts[1:] - 0.5, own * _known_well(counts), orders),
            _ladder(SELLS, bounds[1:-1], sells * (bounds[1:] + bounds[:-1]) / 2, sold),
        ),
    )


def with_counting(ranker: Ranker, weights: Weights) -> Ranker:
    """The same trees, believed as far as they should be, and a ladder more for each count."""
    ladders, factor = weights.ladders, np.float32(weights.trees)
    looked_at = [np.full((1, STEPS - 1), ladder.feature, np.int16) for ladder in ladders]
    return replace(
        ranker,
        features=np.concatenate([ranker.features, *looked_at]),
        thresholds=np.concatenate([ranker.thresholds, *map(_thresholds, ladders)]),
        values=np.concatenate([ranker.values * factor, *map(_values, ladders)]),
        baseline=ranker.baseline * factor,
    )


def _factors(parts: Sequence[Judged]) -> Days:
    """Of the trees' log-odds, own orders and sales, float64[3]: the maximum a posteriori."""
    evidence = np.concatenate([_evidence(part) for part in parts])
    bought = np.concatenate([part.table.labels for part in parts])
    starts = np.flatnonzero(np.concatenate([changes(part.table.moments) for part in parts]))
    weights = np.concatenate([part.table.weights for part in parts])[starts].astype(np.float64)
    of_moment = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(bought))))
    found = np.add.reduceat(bought.astype(np.float64), starts)

    def loss(factors: Days) -> tuple[float, Days]:
        """What the moments and the prior have against these factors, and its slope."""
        scores = evidence @ factors
        scores -= np.maximum.reduceat(scores, starts)[of_moment]
        sums = np.add.reduceat(np.exp(scores), starts)
        shares = np.exp(scores) / sums[of_moment]
        likelihood = (weights[of_moment] * bought) @ scores - (weights * found) @ np.log(sums)
        slope = (weights[of_moment] * (bought - found[of_moment] * shares)) @ evidence
        away = (factors - TREES_ALONE) / SPREAD
        return float(away @ away / 2 - likelihood), away / SPREAD - slope

    bounds = [(0.0, None)] * len(TREES_ALONE)
    return np.asarray(minimize(loss, TREES_ALONE, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _known_well(orders: NDArray[Any]) -> Days:
    """What own orders of an item say beyond the first: whether it is known at all, trees know."""
    return np.asarray(np.log(np.maximum(orders, 1)), dtype=np.float64)


def _evidence(part: Judged) -> Days:
    """The trees' log-odds, own orders and sales, float64[n, 3]."""
    own, sells = part.table.features[:, OWN], part.table.features[:, SELLS]
    return np.column_stack([part.log_odds, _known_well(own), sells]).astype(np.float64)


def _ladder(feature: int, edges: Days, heights: Days, seen: Floats) -> Ladder:
    steps = np.searchsorted(edges, seen, side="left")
    return Ladder(feature, edges, heights, np.bincount(steps, minlength=STEPS))


def _thresholds(ladder: Ladder) -> Floats:
    """The middle edge first, then the middles of either half, and so on, float32[1, STEPS - 1]."""
    levels = [
        ladder.edges[STEPS // 2 ** (level + 1) - 1 :: STEPS // 2**level] for level in range(DEPTH)
    ]
    return np.concatenate(levels)[np.newaxis].astype(np.float32)


def _values(ladder: Ladder) -> Floats:
    """The steps at the bottom, above them means over the examples, float32[1, 2 * STEPS - 1]."""
    shares = ladder.examples + 1e-9  # where nobody stood, all steps alike
    levels = []
    for level in range(DEPTH + 1):
        heights, weights = (part.reshape(2**level, -1) for part in (ladder.heights, shares))
        levels.append((heights * weights).sum(axis=1) / weights.sum(axis=1))
    return np.concatenate(levels)[np.newaxis].astype(np.float32)
