"""What every candidate source does, and how their proposals become one list.

A source learns from the `Past`, is saved as plain arrays, and scores items for a `Moment`.
All sources pass the one contract suite in `tests/contract/test_sources.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints, bounds_of_runs

PLACE_BITS: Final = 32
"""A key and its place share 64 bits: room for the places of any number of pairs."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a source says of items: the sum of all scores of an item is its score.

    Attributes:
        items: positions, in any order, int[k].
        scores: above zero, or 0 where nothing is said, float[k].
    """

    items: NDArray[np.integer]
    scores: NDArray[Any]

    def added_up(self) -> Scored:
        """Items rising and each once, with scores above zero."""
        found = self.scores.nonzero()[0]
        # Sorted together with their places: five times as fast as `argsort`.
        packed = self.items[found].astype(np.int64) << PLACE_BITS
        packed |= found
        packed.sort()
        items = packed >> PLACE_BITS
        first = bounds_of_runs(items)[:-1]
        packed &= (1 << PLACE_BITS) - 1
        return Scored(items[first], np.add.reduceat(self.scores[packed], first))

    def best(self, limit: int) -> NDArray[np.integer]:
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
    stride = int(items.max(initial=0)) + 1
    offsets = np.arange(0, len(sources) * stride, stride)
    keys = items + offsets.repeat([len(one.items) for one in scored])
    said = Scored(keys, np.concatenate([one.scores for one in scored])).added_up()
    ends = said.items.searchsorted(offsets + stride).tolist()
    best = np.concatenate(
        [
            Scored(said.items[start:end], said.scores[start:end]).best(source.limit)
            for source, start, end in zip(sources, [0, *ends], ends, strict=False)
        ]
    )
    best %= stride
    best.sort()
    found = best[bounds_of_runs(best)[:-1]]
    wanted = found + offsets[:, None]
    place = said.items.searchsorted(wanted)
    scores = said.scores.take(place, mode="clip") * (said.items.take(place, mode="clip") == wanted)
    return Candidates(found.astype(np.int32), scores.astype(np.float32))


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1
