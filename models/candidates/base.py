"""What every candidate source does, and how their proposals become one list.

A source learns from `Purchases`, is saved as plain arrays, and proposes items for a `Moment`.
All sources pass the one contract suite in `tests/contract/test_sources.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.moment import Moment
from models.purchases import Floats, Ints, Purchases, bounds_of_runs


@dataclass(frozen=True, slots=True)
class Proposals:
    """Items of one source, best first: positions int32[k], scores float32[k], all above zero."""

    items: Ints
    scores: Floats


NOTHING = Proposals(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))


class Source(Protocol):
    """One way to think of items for a customer."""

    name: ClassVar[str]

    @classmethod
    def fit(cls, purchases: Purchases, day: float, n_items: int, seed: int) -> Self:
        """Learn from everything before `day`."""
        ...

    def propose(self, moment: Moment) -> Proposals:
        """Items worth a look; empty when the source has nothing to say."""
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
    """The union of all proposals.

    Attributes:
        items: positions, rising, each once, int32[n].
        scores: per source in the order of `SOURCES`, 0 where it did not propose, float32[s, n].
    """

    items: Ints
    scores: Floats

    def only(self, allowed: NDArray[np.bool_]) -> Candidates:
        """Those whose position is allowed, bool[all items]."""
        keep = allowed[self.items]
        return self if keep.all() else Candidates(self.items[keep], self.scores[:, keep])


def gather(sources: Sequence[Source], moment: Moment) -> Candidates:
    """Ask every source and merge what they say."""
    proposals = [source.propose(moment) for source in sources]
    items = np.sort(np.concatenate([proposal.items for proposal in proposals]))
    items = items[bounds_of_runs(items)[:-1]]
    scores = np.zeros((len(sources), len(items)), dtype=np.float32)
    for row, proposal in zip(scores, proposals, strict=True):
        row[np.searchsorted(items, proposal.items)] = proposal.scores
    return Candidates(items, scores)


def best(scores: NDArray[Any], limit: int) -> Proposals:
    """The `limit` highest scores above zero, by position in `scores`; ties keep that order."""
    chosen = (scores > 0).nonzero()[0]
    if len(chosen) > limit:
        chosen = chosen[np.argpartition(-scores[chosen], limit)[:limit]]
        chosen.sort()
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
    return Proposals(chosen.astype(np.int32), scores[chosen].astype(np.float32))


def within(items: Ints, n_items: int) -> bool:
    """Whether all positions are in the catalogue, or -1 for none."""
    return int(items.max(initial=-1)) < n_items and int(items.min(initial=-1)) >= -1


def best_of(items: Ints, scores: NDArray[Any], limit: int) -> Proposals:
    """The same for scores of `items`, each of which is there once."""
    top = best(scores, limit)
    return Proposals(items[top.items], top.scores)


def unique_sums(items: Ints, scores: Floats, limit: int) -> Proposals:
    """Add up the scores of equal items and keep the best `limit`."""
    order = items.argsort(kind="stable")
    items = items[order]
    first = bounds_of_runs(items)[:-1]
    return best_of(items[first], np.add.reduceat(scores[order], first), limit)
