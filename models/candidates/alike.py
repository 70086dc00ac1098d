"""What the customers most like this one ordered last: the nearest few, whatever they share.

User-based neighbours (UP-CF: Faggioli, Polato and Aiolli, UMAP 2020) by cosine, over what customers
had before their newest order, with rare and recent items counting more. What goes from item to item
adds up over all customers; only this source knows that someone shares several items at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Scored, within
from models.candidates.neighbourhood import SEEDS
from models.compiled import compiled
from models.moment import Moment
from models.past import Lines, Past
from models.purchases import Floats, Ints, changes, places_in_runs

CUSTOMERS: Final = 20_000
"""Of the customers with several orders, so many who ordered last are kept."""
LIKELY: Final = 200
"""Of the customers who had an item, so many are asked: those to whom it matters most."""
NEAREST: Final = 100
"""So many customers are listened to, by the square of their similarity."""
FADE: Final = 0.9
"""How much less each earlier order counts."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Who had each item, and what they ordered last; c customers without names, n items.

    Attributes:
        rarity: how much it says to share an item: log of customers to its buyers, float32[n].
        owner_bounds: where the owners of each item begin, and where the last end, int64[n+1].
        owners: positions of customers, item after item, int32[k].
        strengths: of the item in the owner's vector, which has length 1, float32[k].
        newest_bounds: where the newest orders begin, and where the last ends, int64[c+1].
        newest: sellable items of the newest orders, customer after customer, int32[m].
    """

    name: ClassVar[str] = "alike"
    limit: ClassVar[int] = 20
    rarity: Floats
    owner_bounds: NDArray[np.int64]
    owners: Ints
    strengths: Floats
    newest_bounds: NDArray[np.int64]
    newest: Ints

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        lines, n = past.lines, past.n_items
        kept = _latest(lines)
        places = np.cumsum(kept, dtype=np.int32) - np.int32(1)
        buyers = np.bincount(lines.items[_firsts(lines)], minlength=n)
        rarity = np.log((lines.n_customers + 1) / (buyers + 1)).astype(np.float32)

        had = np.flatnonzero(kept[lines.customers] & (lines.lags > 0))
        pairs = places[lines.customers[had]].astype(np.int64) * n + lines.items[had]
        counts = np.power(FADE, lines.lags[had] - 1) * rarity[lines.items[had]]
        pairs, inverse = np.unique(pairs, return_inverse=True)
        weights = np.bincount(inverse, counts, minlength=len(pairs))
        owners, items = pairs // max(n, 1), pairs % max(n, 1)
        lengths = np.sqrt(np.bincount(owners, weights**2))
        strengths = weights / np.maximum(lengths[owners], 1e-9)
        order = np.lexsort((owners, -strengths, items))
        order = order[places_in_runs(items[order]) < LIKELY]

        has = np.flatnonzero(kept[lines.customers] & (lines.lags == 0))
        has = has[past.sellable[lines.items[has]]]
        orders = np.bincount(places[lines.customers[has]], minlength=int(kept.sum()))
        return cls(
            rarity=rarity,
            owner_bounds=np.append(0, np.cumsum(np.bincount(items[order], minlength=n))),
            owners=owners[order].astype(np.int32),
            strengths=strengths[order].astype(np.float32),
            newest_bounds=np.append(0, np.cumsum(orders)),
            newest=lines.items[has],
        )

    def score(self, moment: Moment) -> Scored:
        """Share of the nearest customers, by the square of their similarity, who had it newest."""
        items, strengths = moment.history.lately(SEEDS, FADE)
        return Scored(
            *_of_the_nearest(
                items, strengths * self.rarity[items], self.owner_bounds, self.owners,
                self.strengths, self.newest_bounds, self.newest, NEAREST,
            )
        )  # fmt: skip

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(**arrays)

    def fits(self, n_items: int) -> bool:
        customers = len(self.newest_bounds) - 1
        return (
            len(self.rarity) == n_items == len(self.owner_bounds) - 1
            and len(self.owners) == len(self.strengths)
            and within(self.owners, customers)
            and within(self.newest, n_items)
            and _bounds(self.owner_bounds, len(self.owners))
            and _bounds(self.newest_bounds, len(self.newest))
        )


def _latest(lines: Lines) -> NDArray[np.bool_]:
    """Which customers are kept, bool[n_customers]."""
    newest = np.full(lines.n_customers, -np.inf)
    several = lines.lags > 0
    has_several = np.zeros(lines.n_customers, dtype=bool)
    has_several[lines.customers[several]] = True
    newest[lines.customers[~several]] = lines.days[~several]
    newest[~has_several] = -np.inf
    kept = np.zeros(lines.n_customers, dtype=bool)
    latest = np.argsort(-newest, kind="stable")[:CUSTOMERS]
    kept[latest[np.isfinite(newest[latest])]] = True
    return kept


def _firsts(lines: Lines) -> NDArray[np.int64]:
    """One line of each customer and item."""
    order = np.lexsort((lines.items, lines.customers))
    return order[changes(lines.customers[order]) | changes(lines.items[order])]


@compiled
def _of_the_nearest(
    items: Ints,
    strengths: Floats,
    owner_bounds: NDArray[np.int64],
    owners: Ints,
    owned: Floats,
    newest_bounds: NDArray[np.int64],
    newest: Ints,
    limit: int,
) -> tuple[Ints, Floats]:
    """Newest orders of the `limit` customers who share most, and what each line counts."""
    likeness = np.zeros(len(newest_bounds) - 1, dtype=np.float32)
    near = np.empty(len(likeness), dtype=np.int32)
    found = 0
    for k in range(len(items)):
        for place in range(owner_bounds[items[k]], owner_bounds[items[k] + 1]):
            owner, shared = owners[place], owned[place] * strengths[k]
            if shared > 0 and likeness[owner] == 0:
                near[found] = owner
                found += 1
            likeness[owner] += shared
    near = near[:found]
    if found > limit:
        alike = likeness[near]
        least = np.partition(alike, found - limit)[found - limit]
        near = np.append(near[alike > least], near[alike == least])[:limit]
    total, lines = 0.0, 0
    for owner in near:
        total += likeness[owner] ** 2
        lines += newest_bounds[owner + 1] - newest_bounds[owner]
    said = np.empty(lines, dtype=np.int32)
    scores = np.empty(lines, dtype=np.float32)
    line = 0
    for owner in near:
        for place in range(newest_bounds[owner], newest_bounds[owner + 1]):
            said[line] = newest[place]
            scores[line] = likeness[owner] ** 2 / total
            line += 1
    return said, scores


def _bounds(bounds: NDArray[np.int64], size: int) -> bool:
    rising = bool((np.diff(bounds) >= 0).all())
    return rising and int(bounds[0]) == 0 and int(bounds[-1]) == size
