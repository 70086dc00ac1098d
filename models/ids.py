"""The shop's own codes of the items, by position and back.

In a bundle they are one array that all workers share, so that half a million codes cost a worker
only the table in which it looks them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.purchases import Ints

Bytes = NDArray[np.uint8]

BASIS: Final = 2166136261
PRIME: Final = 16777619
"""Of the hash FNV-1a with 32 bits (RFC 9923)."""


@dataclass(frozen=True, slots=True)
class Ids:
    """n codes, each once, without NUL.

    Attributes:
        codes: in UTF-8, filled up with zeros, bytes[n].
    """

    codes: NDArray[np.bytes_]
    _letters: Bytes = field(init=False, repr=False, compare=False)
    """The same, a letter a column, uint8[n, longest]."""
    _slots: Ints = field(init=False, repr=False, compare=False)
    """Positions by the hash of their code, -1 in free slots; at most half full."""

    def __post_init__(self) -> None:
        if self.codes.ndim != 1 or self.codes.dtype.kind != "S":
            raise TypeError(f"codes are bytes, one a row, not {self.codes.dtype}")
        letters = self.codes.view(np.uint8).reshape(len(self), self.codes.itemsize)
        object.__setattr__(self, "_letters", letters)
        object.__setattr__(self, "_slots", _slots(letters))

    @classmethod
    def of(cls, ids: Sequence[str]) -> Self:
        return cls(np.array([item_id.encode() for item_id in ids], dtype=np.bytes_))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, position: int) -> str:
        code: bytes = self.codes[position]
        return code.decode()

    def at(self, positions: Ints) -> list[str]:
        """The codes at some positions."""
        return [code.decode() for code in self.codes[positions].tolist()]

    def __iter__(self) -> Iterator[str]:
        return (code.decode() for code in self.codes.tolist())

    def are_unique(self) -> bool:
        """Whether no code is there twice: of two alike only the first would be found."""
        return int((self._slots >= 0).sum()) == len(self)

    def find(self, ids: Iterable[str]) -> Ints:
        """Their positions, -1 for what is no item, int32[number of ids]."""
        asked = [*ids]
        text = np.frombuffer("\0".join(asked).encode(errors="surrogatepass"), dtype=np.uint8)
        return _find(self._letters, self._slots, text, len(asked))


@compiled
def _hash(code: Bytes) -> int:
    """FNV-1a of what stands before the first zero."""
    hashed = np.uint32(BASIS)
    for letter in code:
        if letter == 0:
            break
        hashed = np.uint32((hashed ^ letter) * np.uint32(PRIME))
    return int(hashed)


@compiled
def _are_alike(code: Bytes, other: Bytes) -> bool:
    """Whether both say the same before their first zero."""
    for place in range(max(len(code), len(other))):
        letter = code[place] if place < len(code) else np.uint8(0)
        if letter != (other[place] if place < len(other) else np.uint8(0)):
            return False
        if letter == 0:
            break
    return True


@compiled
def _slot_of(code: Bytes, codes: Bytes, slots: Ints) -> int:
    """Where the code stands, or would."""
    slot = _hash(code) & (len(slots) - 1)
    while slots[slot] >= 0 and not _are_alike(codes[slots[slot]], code):
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@compiled
def _slots(codes: Bytes) -> Ints:
    size = 16
    while size < 2 * len(codes):
        size *= 2
    slots = np.full(size, -1, dtype=np.int32)
    for position in range(len(codes)):
        slot = _slot_of(codes[position], codes, slots)
        if slots[slot] < 0:
            slots[slot] = position
    return slots


@compiled
def _find(codes: Bytes, slots: Ints, text: Bytes, count: int) -> Ints:
    """Positions of `count` codes with a zero between each and the next."""
    found = np.empty(count, dtype=np.int32)
    start = 0
    for asked in range(count):
        end = start
        while end < len(text) and text[end] != 0:
            end += 1
        found[asked] = slots[_slot_of(text[start:end], codes, slots)]
        start = end + 1
    return found
