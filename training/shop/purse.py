"""What customers bought before, and will buy after, some moment: looked up for many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.shop.chance import Flags, Ints
from training.shop.orders import NO, Lines, Orders


@dataclass(frozen=True)
class Purse:
    """Some order lines, (lines,), by whose they are and when they were ordered."""

    whose: Ints
    """The key that they are looked up by, such as the customer."""
    at: Ints
    """Seconds since 1970."""
    line: Ints
    """Places in the table of lines."""

    def before(self, whose: Ints, at: Ints, most: int) -> Ints:
        """The last lines before each moment, (moments, most), newest first; NO for none."""
        end = np.searchsorted(self._codes(self.whose, self.at), self._codes(whose, at))
        return self._at(end[:, None] - 1 - np.arange(most), whose)

    def after(self, whose: Ints, at: Ints) -> Ints:
        """The first line after each moment, (moments,); NO for none."""
        begin = np.searchsorted(self._codes(self.whose, self.at), self._codes(whose, at), "right")
        return self._at(begin[:, None], whose)[:, 0]

    def count(self, whose: Ints, since: Ints, until: Ints) -> Ints:
        """How many lines lie in [since, until), for each moment."""
        codes = self._codes(self.whose, self.at)
        ends = np.searchsorted(codes, self._codes(whose, until))
        counted: Ints = ends - np.searchsorted(codes, self._codes(whose, since))
        return counted

    def _at(self, place: Ints, whose: Ints) -> Ints:
        """The lines at the places, where they are there and of the right key."""
        if not len(self.line):
            return np.full(place.shape, NO)
        inside = place.clip(0, len(self.line) - 1)
        theirs = (place == inside) & (self.whose[inside] == whose[:, None])
        found: Ints = np.where(theirs, self.line[inside], NO)
        return found

    @staticmethod
    def _codes(whose: Ints, at: Ints) -> Ints:
        # 2**32 seconds last until the year 2106, and leave room for two thousand million keys
        codes: Ints = (whose << 32) + at.clip(0, 2**32 - 1)
        return codes


def purse_of(orders: Orders, lines: Lines, whose: Ints, which: Flags) -> Purse:
    """The lines `which`, looked up by `whose` (lines,)."""
    line = np.flatnonzero(which)
    at = orders.placed[lines.order[line]]
    order = np.lexsort((line, at, whose[line]))
    return Purse(whose[line][order], at[order], line[order])
