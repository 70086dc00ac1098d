"""Items near each other: found for every item at night, added up over a few at each request.

The sources that go from item to item share this file. A customer unseen at training, or an order
of a minute ago, counts at once, and what a request costs does not grow with the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.base import Scored, within
from models.compiled import compiled
from models.moment import Moment
from models.purchases import Floats, Ints, places_in_runs

NEIGHBOURS: Final = 50
SEEDS: Final = 40
"""So many of the items that the customer bought last are looked at."""
BLOCK: Final = 4_000_000
"""Pairs held in memory at once while neighbours are looked for."""
MOST_PAIRS: Final = 500_000_000
"""Pairs that are counted for one source: half a minute's work."""

Weigh = Callable[[NDArray[Any], Ints, Ints], NDArray[Any]]
"""From counts of pairs, with the items of both sides, to weights; at most 0 is no neighbour."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The nearest items of each item.

    Attributes:
        neighbours: positions, int32[n, NEIGHBOURS]; -1 where there are fewer.
        weights: above zero, the highest first; 0 where there are fewer, float32[n, NEIGHBOURS].
    """

    name: ClassVar[str]
    limit: ClassVar[int]
    neighbours: Ints
    weights: Floats

    def score(self, moment: Moment) -> Scored:
        return Scored(*_around(self.neighbours, self.weights, *self.seeds(moment)))

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        """Items to start from and how much each counts: float32[n], above zero."""
        raise NotImplementedError

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"neighbours": self.neighbours, "weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["neighbours"], arrays["weights"])

    def fits(self, n_items: int) -> bool:
        same = self.neighbours.shape == self.weights.shape == (n_items, NEIGHBOURS)
        return same and within(self.neighbours, n_items)


@compiled
def _around(
    neighbours: Ints, weights: Floats, seeds: Ints, strengths: Floats
) -> tuple[Ints, Floats]:
    """The neighbours of all seeds with their weights, each by the strength of its seed."""
    items = np.empty(len(seeds) * neighbours.shape[1], dtype=np.int32)
    scores = np.empty(len(items), dtype=np.float32)
    found = 0
    for k in range(len(seeds)):
        near, weight = neighbours[seeds[k]], weights[seeds[k]]
        for place in range(len(near)):
            if weight[place] <= 0:
                break
            items[found], scores[found] = near[place], weight[place] * strengths[k]
            found += 1
    return items[:found], scores[:found]


def affordable(
    left: sparse.csr_matrix, right: sparse.csr_matrix
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The rows of both that make at most `MOST_PAIRS` pairs together.

    A row makes as many as its sizes on both sides multiplied. The largest are left out first:
    wholesalers' rows cost most, and each says little about any one pair.
    """
    pairs = np.diff(left.indptr).astype(np.int64) * np.diff(right.indptr)
    smallest = pairs.argsort(kind="stable")
    kept = np.sort(smallest[pairs[smallest].cumsum() <= MOST_PAIRS])
    return (left, right) if len(kept) == len(pairs) else (left[kept], right[kept])


def nearest(
    left: sparse.csr_matrix,
    right: sparse.csr_matrix,
    weigh: Weigh,
    sellable: NDArray[np.bool_],
) -> tuple[Ints, Floats]:
    """For every column of `left` the columns of `right` that it meets most, by weight.

    Args:
        left, right: 0 or more for what a row has of an item, float32[rows, n].
        weigh: turns the products of columns into weights. An item is not its own neighbour.
        sellable: who may be a neighbour, bool[n].

    Returns:
        (neighbours, weights) as in `Neighbourhood`.
    """
    n = right.shape[1]
    neighbours = np.full((n, NEIGHBOURS), -1, dtype=np.int32)
    weights = np.zeros((n, NEIGHBOURS), dtype=np.float32)
    columns, right = left.tocsc(), right.tocsr()
    sizes = np.diff(right.indptr)
    work = np.append(0, np.cumsum(sizes[columns.indices]))[columns.indptr]
    start = 0
    while start < n:
        end = max(start + 1, int(np.searchsorted(work, work[start] + BLOCK, side="right")) - 1)
        met = (columns[:, start:end].T.tocsr() @ right).tocoo()
        here, there = met.row + start, met.col
        apart = ((here != there) & sellable[there]).nonzero()[0]
        here, there = here[apart].astype(np.int32), there[apart].astype(np.int32)
        weight = weigh(met.data[apart], here, there)
        _keep_best(here, there, weight, neighbours, weights)
        start = end
    return neighbours, weights


def _keep_best(
    here: Ints, there: Ints, weight: NDArray[Any], neighbours: Ints, weights: Floats
) -> None:
    good = (weight > 0).nonzero()[0]
    here, there, weight = here[good], there[good], weight[good]
    order = np.lexsort((there, -weight, here))
    here, there, weight = here[order], there[order], weight[order]
    rank = places_in_runs(here)
    top = (rank < NEIGHBOURS).nonzero()[0]
    neighbours[here[top], rank[top]] = there[top]
    weights[here[top], rank[top]] = weight[top]


def best_of_rows(found: NDArray[np.integer], weights: NDArray[np.floating]) -> tuple[Ints, Floats]:
    """The `NEIGHBOURS` highest weights above zero of each row, and whose they are.

    Args:
        found: positions, [rows, m].
        weights: of the same, [rows, m].

    Returns:
        (neighbours, weights) as in `Neighbourhood`, for these rows.
    """
    rows, m = weights.shape
    if m > NEIGHBOURS:
        best = np.argpartition(weights, m - NEIGHBOURS, axis=1)[:, m - NEIGHBOURS :]
        found, weights = np.take_along_axis(found, best, 1), np.take_along_axis(weights, best, 1)
    order = np.lexsort((found, -weights), axis=1)
    found, weights = np.take_along_axis(found, order, 1), np.take_along_axis(weights, order, 1)
    neighbours = np.full((rows, NEIGHBOURS), -1, dtype=np.int32)
    kept = np.zeros((rows, NEIGHBOURS), dtype=np.float32)
    neighbours[:, :m] = np.where(weights > 0, found, -1)
    kept[:, :m] = np.maximum(weights, 0)
    return neighbours, kept
