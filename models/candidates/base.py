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
    """Items that a source has a good word for.

    Attributes:
        items: positions, rising, each once, int32[k].
        scores: all above zero, float[k].
    """

    items: Ints
    scores: NDArray[Any]

    def best(self, limit: int) -> Ints:
        """The items with the `limit` highest scores, in no order."""
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
    """Ask every source, in the order of `SOURCES`, and merge what they say."""
    scored = [source.score(moment) for source in sources]
    best = np.concatenate(
        [one.best(source.limit) for one, source in zip(scored, sources, strict=True)]
    )
    best.sort()
    items = best[bounds_of_runs(best)[:-1]]
    scores = np.zeros((len(sources), len(items)), dtype=np.float32)
    for row, one in zip(scores, scored, strict=True):
        if len(one.items):
            place = one.items.searchsorted(items)
            place[place == len(one.items)] = 0
            np.multiply(one.scores[place], one.items[place] == items, out=row, casting="unsafe")
    return Candidates(items, scores)


def added_up(items: Ints, scores: NDArray[Any]) -> Scored:
    """One score per item: the sum, where an item comes several times."""
    order = items.argsort()
    items = items[order]
    first = bounds_of_runs(items)[:-1]
    return Scored(items[first], np.add.reduceat(scores[order], first))


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1
