"""A row of a file, before anybody knows whether it is a good one."""

from __future__ import annotations

from typing import Any, NamedTuple


class Fault(NamedTuple):
    """Why a row is not taken: a stable code, and what to mend."""

    code: str
    detail: str


class Row(NamedTuple):
    """One row: where it stands, its cells by column and, when it could not be read, why.

    The cells of a faulty row are a guess, good enough to tell whose it is.
    """

    line: int | str
    """CSV: the physical line it begins on. Parquet: its number from 1. xlsx: sheet and row."""
    cells: dict[str, Any]
    fault: Fault | None = None
