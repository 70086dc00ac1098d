"""One fingerprint per fed row, so that feeding the same row again is noticed and changes nothing.

Equal content gives equal digests however it was written: `2.50` is `2.5`, and 12:00+02:00 is
10:00Z. Absent facts are left out, so a field that is added later changes no digest of old rows.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec


def digest(content: object) -> bytes:
    """The SHA-256 of `content`: domain values, and tuples of them."""
    return sha256(_encode(content).encode()).digest()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, msgspec.Struct) or (is_dataclass(value) and not isinstance(value, type)):
        return {
            name: content
            for name in _names(type(value))
            if (content := getattr(value, name)) is not None
        }
    raise TypeError(f"{type(value).__name__} has no digest")


_encode: Final = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":")).encode


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    return tuple(field.name for field in fields(kind))
