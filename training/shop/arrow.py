"""Columns of the shop as Arrow arrays, in the types of the feed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from training.shop.chance import Flags, Ints
from training.shop.orders import NEVER, NO


def numbered(prefix: str, number: Ints, known: Flags | None = None) -> pa.Array:
    ids = np.char.add(prefix, number.astype(str))
    return pa.array(ids, type=pa.string(), mask=None if known is None else ~known)


def words_at(words: Any, places: Ints) -> pa.Array:
    """The words at the places; null for NO."""
    return pa.array(words, type=pa.string()).take(pa.array(places, mask=places == NO))


def repeated(word: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(word), n)


def money(pence: Ints, known: Flags | None = None) -> pa.Array:
    """Whole pence as strings such as 12.75."""
    # a decimal128 is a 128-bit little-endian integer: the pence and their sign
    halves = np.stack([pence, pence >> 63], axis=1).astype("<i8")
    decimals = pa.Array.from_buffers(
        pa.decimal128(18, 2), len(pence), [None, pa.py_buffer(halves.tobytes())]
    )
    strings = decimals.cast(pa.string())
    return strings if known is None else where(known, strings)


def times(seconds: Ints) -> pa.Array:
    """UTC timestamps; null for NEVER."""
    micros = pa.array(seconds * 1_000_000, mask=seconds == NEVER)
    return micros.cast(pa.timestamp("us", tz="UTC"))


def where(known: Flags, array: pa.Array) -> pa.Array:
    return array.take(pa.array(np.arange(len(known)), mask=~known))


def structs(known: Flags | None = None, **fields: pa.Array) -> pa.Array:
    """Objects with these fields; null where not known."""
    mask = None if known is None else pa.array(~known)
    return pa.StructArray.from_arrays([*fields.values()], names=[*fields], mask=mask)


def lists(offsets: Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values)
