"""What every candidate source does, and how their proposals become one list.

A source learns from the `Past`, is saved as plain arrays, and scores items for a `Moment`.
All sources pass the one contract suite in `tests/contract/test_sources.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints


@dataclass(frozen=True, slots=True)
class Scored:
    """What a source says of items: the sum of all scores of an item is its score.

    Attributes:
        items: positions, in any order, int32[k].
        scores: above zero, or 0 where nothing is said, float[k].
    """

    items: Ints
    scores: NDArray[Any]


NOTHING = Scored(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))


class Source(Protocol):
    """One way to think of items for a customer; `limit` of them become candidates."""

    name: ClassVar[str]
    limit: ClassVar[int]

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        """Learn from everything before `past.day`."""
        ...

    def score(self, moment: Moment) -> Scored:
        """Every item worth a look that was sellable at `fit`; nothing when there is none."""
        ...

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """All that was learned, for the bundle."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `arrays`."""
        ...

    def fits(self, n_items: int) -> bool:
        """Whether the arrays belong to a catalogue of `n_items`; asked before a bundle serves."""
        ...


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best of every source, each with what all the sources say of it.

    Attributes:
        items: positions, rising, each once, int32[n].
        scores: per source in the order of `SOURCES`, 0 where it says nothing, float32[s, n].
    """

    items: Ints
    scores: Floats


def gather(sources: Sequence[Source], moment: Moment) -> Candidates:
    """Ask every source, in the order of `SOURCES`, and merge what they say."""
    scored = [source.score(moment) for source in sources]
    items = np.concatenate([one.items for one in scored])
    scores = np.concatenate([one.scores for one in scored], dtype=np.float32, casting="same_kind")
    ends = np.array([len(one.items) for one in scored]).cumsum()
    kept, sums = _merged(items, scores, ends, np.array([source.limit for source in sources]))
    return Candidates(kept, sums.T)


@compiled
def _merged(
    items: Ints, scores: Floats, ends: NDArray[np.int64], limits: NDArray[np.int64]
) -> tuple[Ints, Floats]:
    """The columns of `Candidates`, one item a row; `ends` as in `_summed`."""
    found, sums = _summed(items, scores, ends)
    kept = _best(sums, limits).nonzero()[0]
    kept = kept[found[kept].argsort()]
    return found[kept], sums[kept]


@compiled
def _summed(items: Ints, scores: Floats, ends: NDArray[np.int64]) -> tuple[Ints, Floats]:
    """What the sources say, one after the other up to `ends`, added up.

    Returns:
        Items in the order in which they are first met, int32[n]; their sums, float32[n, s].
    """
    # An item's row is found in a hash table, half full at most: in the first slot that has it,
    # or has nothing, from where its position would be.
    size = 16
    while size < 2 * len(items):
        size *= 2
    rows = np.full(size, -1, dtype=np.int32)
    found = np.empty(len(items), dtype=np.int32)
    sums = np.empty((len(items), len(ends)), dtype=np.float32)
    n, start = 0, 0
    for source in range(len(ends)):
        for place in range(start, ends[source]):
            slot = items[place] & (size - 1)
            while rows[slot] >= 0 and found[rows[slot]] != items[place]:
                slot = (slot + 1) & (size - 1)
            if rows[slot] < 0:
                rows[slot] = n
                found[n], sums[n] = items[place], 0
                n += 1
            sums[rows[slot], source] += scores[place]
        start = ends[source]
    return found[:n], sums[:n]


@compiled
def _best(sums: Floats, limits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which items are among the highest of a source, bool[n]; of equal ones the first."""
    best = np.zeros(len(sums), dtype=np.bool_)
    for source in range(len(limits)):
        own, top = sums[:, source], np.zeros(limits[source], dtype=np.float32)
        for value in own:  # is inserted among the highest so far, which rise
            if value > top[0]:
                at = 1
                while at < len(top) and top[at] < value:
                    top[at - 1] = top[at]
                    at += 1
                top[at - 1] = value
        room = (top == top[0]).sum()
        for item in range(len(own)):
            if own[item] > top[0] or (own[item] == top[0] > 0 and room > 0):
                best[item] = True
                room -= own[item] == top[0]
    return best


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1
