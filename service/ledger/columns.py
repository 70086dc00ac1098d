"""Columns that come as strings of bytes, which numpy reads where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def columns_of(kinds: Mapping[str, str], rows: list[Any]) -> dict[str, NDArray[Any]]:
    """The one row of such a statement, by the names and numpy types of `kinds`, big end first."""
    [row] = rows
    return {
        name: np.frombuffer(column or b"", kind).astype(np.dtype(kind).newbyteorder("="))
        for (name, kind), column in zip(kinds.items(), row, strict=True)
    }
