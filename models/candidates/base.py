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
    ends = np.array([len(one.items) for one in scored]).cumsum()
    limits = np.array([source.limit for source in sources])
    items = np.concatenate([one.items for one in scored])
    scores = np.concatenate([one.scores for one in scored], dtype=np.float32, casting="same_kind")
    return Candidates(*_merged(items, scores, ends, limits))


@compiled
def _insert(top: Floats, value: np.float32) -> None:
    """Put a value among the highest, which rise, in place of the lowest."""
    if value <= top[0]:
        return
    at = 0
    while at + 1 < len(top) and top[at + 1] < value:
        top[at] = top[at + 1]
        at += 1
    top[at] = value


@compiled
def _merged(
    items: Ints, scores: Floats, ends: NDArray[np.int64], limits: NDArray[np.int64]
) -> tuple[Ints, Floats]:
    """The items with the highest sums of each source, with all their sums, as in `Candidates`.

    Args:
        items, scores: what the sources say, one after the other.
        ends: where each source's part ends.
        limits: how many of each are kept; of equal sums, those that were said first.
    """
    # An item's row is found in a hash table, half full at most: in the first slot that has it,
    # or has nothing, from where its position would be.
    size = 16
    while size < 2 * len(items):
        size *= 2
    rows = np.full(size, -1, dtype=np.int32)
    found = np.empty(len(items), dtype=np.int32)
    sums = np.empty((len(items), len(ends)), dtype=np.float32)
    best = np.zeros(len(items), dtype=np.bool_)
    said = np.empty(len(items), dtype=np.int32)
    n, start = 0, 0
    for source in range(len(ends)):
        n_said = 0
        for place in range(start, ends[source]):
            slot = items[place] & (size - 1)
            while rows[slot] >= 0 and found[rows[slot]] != items[place]:
                slot = (slot + 1) & (size - 1)
            row = rows[slot]
            if row < 0:
                row = rows[slot] = n
                found[row], sums[row] = items[place], 0
                n += 1
            if sums[row, source] == 0 and scores[place] > 0:
                said[n_said] = row
                n_said += 1
            sums[row, source] += scores[place]
        start = ends[source]
        top = np.zeros(limits[source], dtype=np.float32)
        for row in said[:n_said]:
            _insert(top, sums[row, source])
        room = (top == top[0]).sum()
        for row in said[:n_said]:
            best[row] |= sums[row, source] > top[0]
            if sums[row, source] == top[0] and room > 0:
                best[row] = True
                room -= 1
    kept = np.flatnonzero(best[:n])
    kept = kept[np.argsort(found[kept])]
    of_kept = np.empty((len(ends), len(kept)), dtype=np.float32)
    for k in range(len(kept)):
        of_kept[:, k] = sums[kept[k]]
    return found[kept], of_kept


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1
