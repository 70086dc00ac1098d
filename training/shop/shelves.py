"""Picking items fast at any size: a shelf holds one category, style and price band.

A customer's taste says which shelf; on the shelf, what is popular is taken more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.categories import CATEGORIES, STYLES
from training.shop.chance import Floats, Ints

BANDS: Final = 4
"""Price bands of a category, cheapest first."""
SHAPE: Final = (len(CATEGORIES), len(STYLES), BANDS)


@dataclass(frozen=True)
class Shelves:
    items: Ints
    """Every item once, ordered by shelf."""
    edges: Floats
    """(items + 1,) running sum of popularity along `items`."""
    first: Ints
    """(shelves + 1,) where each shelf begins in `items`."""
    nearest: Ints
    """(shelves,) the shelf itself, or when it is empty the most alike one of its category."""

    def take(self, rng: np.random.Generator, category: Ints, style: Ints, band: Ints) -> Ints:
        """An item for each category, style and band; every category must have an item."""
        shelf = self.nearest[np.ravel_multi_index((category, style, band), SHAPE)]
        low, high = self.edges[self.first[shelf]], self.edges[self.first[shelf + 1]]
        level = low + rng.random(len(shelf)) * (high - low)
        place = np.searchsorted(self.edges, level, side="right") - 1
        return self.items[np.clip(place, self.first[shelf], self.first[shelf + 1] - 1)]


def fill_shelves(category: Ints, style: Ints, band: Ints, popularity: Floats) -> Shelves:
    shelf = np.ravel_multi_index((category, style, band), SHAPE)
    items = np.argsort(shelf, kind="stable")
    first = np.searchsorted(shelf[items], np.arange(np.prod(SHAPE) + 1))
    edges = np.concatenate([[0.0], np.cumsum(popularity[items])])
    full = (np.diff(first) > 0).reshape(len(CATEGORIES), -1)
    styles, bands = np.divmod(np.arange(full.shape[1]), BANDS)
    # another style is further away than any other price
    apart = BANDS * (styles[:, None] != styles) + np.abs(bands[:, None] - bands)
    near = np.where(full[:, None, :], apart, np.inf).argmin(axis=2)
    nearest = near + full.shape[1] * np.arange(len(CATEGORIES))[:, None]
    return Shelves(items, edges, first, nearest.ravel())
