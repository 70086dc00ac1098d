"""Reads CSV row by row with physical line numbers, and goes on after a row that it cannot read.

Takes UTF-8 with or without BOM; `,`, `;` or tab; LF or CRLF; quoted cells with newlines in them.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tqdm import tqdm

from service.errors import BadInput
from service.importers.row import Fault, Row

LONGEST_LINE = 1_000_000
"""Characters; a longer line is no CSV, and reading it would take all the memory."""
MOST_LINES = 1_000
"""A row that goes on for longer began with a quote that somebody forgot to close."""


def read_csv(path: Path, quiet: bool = False) -> Iterator[Row]:
    """The rows below the header; blank lines are passed over.

    Args:
        quiet: draw no progress bar, on a terminal neither.

    Raises:
        BadInput: the file is empty, not UTF-8, or has a line without an end.
    """
    size = path.stat().st_size
    with (
        path.open("rb") as raw,
        _decoded(raw) as file,
        tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=quiet or None) as bar,
    ):
        lines = _Lines(file, path)
        delimiter, header = _header(lines, path)
        for number, cells, fault in _records(lines, delimiter, len(header)):
            yield Row(number, dict(zip(header, cells, strict=False)), fault)
            if not number % 1_000:
                bar.update(raw.tell() - bar.n)
        bar.update(size - bar.n)


def columns_of(path: Path) -> list[str]:
    """The names in the header.

    Raises:
        BadInput: as `read_csv`.
    """
    with path.open("rb") as raw, _decoded(raw) as file:
        return _header(_Lines(file, path), path)[1]


def _decoded(raw: BinaryIO) -> io.TextIOWrapper:
    # a byte that is no UTF-8 becomes a lone surrogate, which the schemas refuse row by row
    return io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")


def _header(lines: _Lines, path: Path) -> tuple[str, list[str]]:
    """The delimiter, whichever parts the first line into the most columns, and the columns."""
    first = next(lines, "")
    if not first.strip():
        raise BadInput(f"{path} is empty: its first line must name the columns.")
    if "\0" in first or first.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        raise BadInput(f"{path} is not UTF-8 text: save it as CSV UTF-8.")
    split = {mark: next(csv.reader([first], delimiter=mark)) for mark in ",;\t"}
    delimiter = max(split, key=lambda mark: len(split[mark]))
    header = [name.strip() for name in split[delimiter]]
    if len(set(header)) < len(header) or "" in header:
        raise BadInput(f"{path} has a column without a name, or two of one name: {header}.")
    return delimiter, header


def _records(
    lines: _Lines, delimiter: str, width: int
) -> Iterator[tuple[int, list[str], Fault | None]]:
    """First line, cells and fault of every row.

    Of a row that cannot be read only the first line is given up: whatever a forgotten quote
    swallowed is read again from the next line on.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        number, fault = lines.number + 1, None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = [cell.strip(' "\r\n') for cell in lines.taken[0].split(delimiter)]
            fault = Fault("broken_quotes", f"{error}; close the quote, double quotes inside it")
        else:
            if not cells:
                continue
            if len(cells) != width:
                detail = f"the row has {len(cells)} cells, the header {width}; check its quotes"
                fault = Fault("wrong_cell_count", detail)
        if fault and len(lines.taken) > 1:
            lines.put_back(len(lines.taken) - 1)
        if fault:
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield number, cells, fault


class _Lines:
    """The physical lines of a file, counted; the latest can be put back."""

    def __init__(self, file: io.TextIOWrapper, path: Path) -> None:
        self.file, self.path = file, path
        self.number = 0
        self.taken: list[str] = []
        """Since somebody last cleared it."""
        self._waiting: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) == MOST_LINES:
            raise csv.Error(f"the quote is not closed within {MOST_LINES:,} lines")
        line = self._waiting.popleft() if self._waiting else self.file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE:
            raise BadInput(
                f"{self.path}, line {self.number + 1} has over {LONGEST_LINE:,} characters: no CSV."
            )
        self.number += 1
        self.taken.append(line)
        return line

    def put_back(self, count: int) -> None:
        """Give out the last `count` lines once more."""
        for _ in range(count):
            self._waiting.appendleft(self.taken.pop())
            self.number -= 1
