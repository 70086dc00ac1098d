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

from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints, bounds_of_runs


@dataclass(frozen=True, slots=True)
class Scored:
    """What a source says of items: the sum of all scores of an item is its score.

    Attributes:
        items: positions, in any order, -1 for none, int32[k].
        scores: above zero, or 0 where nothing is said, float[k].
    """

    items: Ints
    scores: NDArray[Any]

    def added_up(self) -> Scored:
        """Items rising and each once, with scores above zero."""
        # An item and the bits of its score are one number, by the item first: numbers are sorted
        # five times as fast as places are by `argsort`, and nothing is to be looked up after.
        pairs = np.empty((len(self.items), 2), dtype="<i4")
        pairs[:, 0] = self.scores.astype("<f4").view("<i4")
        pairs[:, 1] = self.items
        pairs.view("<i8").ravel().sort()
        items, scores = pairs[:, 1], pairs[:, 0].view("<f4")
        first = bounds_of_runs(items)[:-1]
        sums = np.add.reduceat(scores, first)
        said = sums.nonzero()[0]
        return Scored(items[first[said]], sums[said])

    def best(self, limit: int) -> Ints:
        """The items with the `limit` highest scores, in no order; each is here only once."""
        if len(self.items) <= limit:
            return self.items
        return self.items[self.scores.argpartition(len(self.items) - limit)[-limit:]]


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
    """Ask every source, in the order of `SOURCES`, and merge what they say.

    All that is said is added up at once, under keys that count first the source and then the item.
    """
    scored = [source.score(moment) for source in sources]
    items = np.concatenate([one.items for one in scored])
    stride = int(items.max(initial=0)) + 2  # -1, which stands for none, has room too
    offsets = np.arange(1, len(sources) * stride, stride, dtype=np.int32)
    items += offsets.repeat([len(one.items) for one in scored])
    said = Scored(items, np.concatenate([one.scores for one in scored])).added_up()
    ends = said.items.searchsorted(offsets + (stride - 1)).tolist()
    best = np.concatenate(
        [
            Scored(said.items[start:end], said.scores[start:end]).best(source.limit)
            for source, start, end in zip(sources, [0, *ends], ends, strict=False)
        ]
    )
    best %= stride
    best -= 1
    best.sort()
    found = best[bounds_of_runs(best)[:-1]]
    wanted = found + offsets[:, None]
    place = said.items.searchsorted(wanted)
    scores = said.scores.take(place, mode="clip") * (said.items.take(place, mode="clip") == wanted)
    return Candidates(found, scores)


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1
