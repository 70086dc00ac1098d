"""Reads Excel workbooks sheet by sheet and row by row, without holding a sheet in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zlib import error as ZlibError

import openpyxl
from tqdm import tqdm

from service.errors import BadInput
from service.importers.row import Row

DAMAGES = (BadZipFile, KeyError, OSError, ParseError, ValueError, ZlibError)
"""What openpyxl raises on files that are no workbooks, or broken ones."""


def read_sheets(path: Path) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Of each sheet the columns that its first row names and the rows below, empty ones left out.

    Read the rows of a sheet before going on to the next. Lines are told as `sheet!row`.

    Raises:
        BadInput: the file is not a workbook, or damaged.
    """
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except DAMAGES as error:
        raise BadInput(f"{path} is not an Excel workbook: {error}") from error
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True)
            header = ["" if name is None else str(name) for name in next(rows, ())]
            total = sheet.max_row - 1 if sheet.max_row else None
            shown = tqdm(rows, sheet.title, total, unit=" rows", disable=None)
            yield header, _rows(path, sheet.title, header, shown)
    finally:
        book.close()


def _rows(
    path: Path, title: str, header: list[str], rows: Iterable[tuple[Any, ...]]
) -> Iterator[Row]:
    number = 1
    try:
        for number, cells in enumerate(rows, start=2):
            if any(cell is not None for cell in cells):
                yield Row(f"{title}!{number}", dict(zip(header, cells, strict=False)))
    except DAMAGES as error:
        raise BadInput(f"{path} cannot be read after {title}!{number}: {error}") from error
