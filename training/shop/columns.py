"""Tables as frozen dataclasses of equally long arrays: taking rows of them and joining them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from training.shop.chance import Flags, Ints

Columns = TypeVar("Columns")


def rows(table: Columns, which: Ints | Flags) -> Columns:
    """The rows `which` of a table, by place or by flag."""
    return type(table)(**{name: array[which] for name, array in _arrays(table)})


def joined(first: Columns, *others: Columns) -> Columns:
    """The rows of the first table, then those of the others."""
    tables = (first, *others)
    parts = zip(*(_arrays(table) for table in tables), strict=True)
    return type(first)(
        **{part[0][0]: np.concatenate([array for _, array in part]) for part in parts}
    )


def _arrays(table: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(table, field.name)) for field in fields(table)]
