"""The shop's own codes of the items, by position and back.

In a bundle they are two arrays that all workers share, so that half a million codes cost no worker
any memory of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.purchases import Ints

REMEMBERED: Final = 10_000
"""Codes that a worker has met: some 1 MB. A search costs a microsecond each, a memory a tenth."""


@dataclass(frozen=True, slots=True)
class Ids:
    """n codes, each once.

    Attributes:
        codes: in UTF-8, filled up with zeros, bytes[n].
        order: positions in the order of the codes; others than int64[n] would be copied at each
            look-up.
    """

    codes: NDArray[np.bytes_]
    order: NDArray[np.int64]
    _met: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, ids: Sequence[str]) -> Self:
        codes = np.array([item_id.encode() for item_id in ids], dtype=np.bytes_)
        return cls(codes, codes.argsort(kind="stable"))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, position: int) -> str:
        code: bytes = self.codes[position]
        return code.decode()

    def __iter__(self) -> Iterator[str]:
        return (code.decode() for code in self.codes.tolist())

    def are_in_order(self) -> bool:
        """Whether `order` is the order of the codes, and no code is there twice."""
        n, order = len(self), self.order
        if order.shape != (n,) or order.dtype != np.int64 or order.min() < 0 or order.max() >= n:
            return False
        codes = self.codes[order]
        return bool((codes[1:] > codes[:-1]).all())

    def find(self, ids: Iterable[str]) -> Ints:
        """Their positions, -1 for what is no item, int32[number of ids]."""
        asked = list(ids)
        met = [self._met.get(item_id) for item_id in asked]
        if None not in met:
            return np.array(met, dtype=np.int32)
        found = self._search(asked)
        if len(self._met) < REMEMBERED:
            places = zip(asked, found.tolist(), strict=True)
            self._met.update((item_id, place) for item_id, place in places if place >= 0)
        return found

    def _search(self, ids: Sequence[str]) -> Ints:
        codes = [item_id.encode(errors="surrogatepass") for item_id in ids]
        asked = np.array(codes, dtype=np.bytes_)
        if not len(asked) or not len(self):
            return np.full(len(asked), -1, dtype=np.int32)
        place = self.codes.searchsorted(asked, sorter=self.order)
        place[place == len(self)] = 0
        found = self.order[place]
        known: NDArray[Any] = self.codes[found] == asked
        return np.where(known, found, -1).astype(np.int32)
