"""What an import did: counted while it runs, then told to the operator.

Rejected rows go to FILE.rejected.csv at once, so that a million of them need no memory.
"""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from service.ledger.feed import Upserted

SHOWN = 20
"""So many rejected rows are printed; the file has them all."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: where it stands, whose it is if it says so, and what to mend."""

    line: int | str
    """CSV: the physical line the row begins on. Parquet: its number from 1. xlsx: sheet!row."""
    id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import; `str()` of it is what the operator reads."""

    path: Path
    accepted: Mapping[str, int]
    """New and changed, by kind: items, orders, interactions."""
    unchanged: Mapping[str, int]
    rejected: int
    first_rejected: tuple[Rejected, ...]
    rejected_path: Path | None
    left_out: Mapping[str, int]
    """Lines that are fine and yet nothing of ours, by reason."""
    notes: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        lines = [f"{self.path.name}: done in {self.seconds:.1f} s"]
        for kind, accepted in self.accepted.items():
            lines.append(
                f"  {kind}: {accepted:,} accepted, {self.unchanged.get(kind, 0):,} unchanged"
            )
        lines += [f"  {note}" for note in self.notes]
        if self.left_out:
            lines.append("  left out:")
            lines += [f"    {count:,} {reason}" for reason, count in self.left_out.items()]
        lines.append(f"  rejected rows: {self.rejected:,}")
        for row in self.first_rejected:
            lines.append(f"    line {row.line} [{row.code}] {row.detail}")
        if self.rejected > len(self.first_rejected):
            lines.append(f"    and {self.rejected - len(self.first_rejected):,} more")
        if self.rejected_path:
            lines.append(f"  all of them with their reasons: {self.rejected_path}")
        # a file that is not UTF-8 must not break the terminal
        return "\n".join(lines).encode(errors="backslashreplace").decode()


class Tally:
    """Counts an import; as a context manager it closes the file of rejected rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self._accepted: Counter[str] = Counter()
        self._unchanged: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._rejected = 0
        self._first: list[Rejected] = []
        self._file: TextIO | None = None
        self._rejected_path = _beside(path)
        self._begun = time.monotonic()

    def __enter__(self) -> Tally:
        # what an earlier run refused must not pass for the result of this one
        self._rejected_path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def took(self, kind: str, done: Upserted) -> None:
        self._accepted[kind] += done.accepted
        self._unchanged[kind] += done.unchanged

    def leave_out(self, reason: str, count: int = 1) -> None:
        self._left_out[reason] += count

    def reject(self, line: int | str, row_id: Any, code: str, detail: str) -> None:
        """Note a row that was not taken; the import goes on."""
        row = Rejected(line, str(row_id or "")[:200], code, detail)
        self._rejected += 1
        if len(self._first) < SHOWN:
            self._first.append(row)
        if self._file is None:
            self._file = self._rejected_path.open(
                "w", newline="", encoding="utf-8", errors="backslashreplace"
            )
            csv.writer(self._file).writerow(("line", "id", "code", "detail"))
        csv.writer(self._file).writerow((row.line, row.id, row.code, row.detail))

    def report(self) -> ImportReport:
        return ImportReport(
            path=self.path,
            accepted=dict(self._accepted),
            unchanged=dict(self._unchanged),
            rejected=self._rejected,
            first_rejected=tuple(self._first),
            rejected_path=self._rejected_path if self._rejected else None,
            left_out=dict(self._left_out.most_common()),
            notes=tuple(self.notes),
            seconds=time.monotonic() - self._begun,
        )


def _beside(path: Path) -> Path:
    """FILE.rejected.csv beside FILE, or here when that folder may not be written to."""
    folder = path.parent if os.access(path.parent, os.W_OK) else Path()
    return folder / f"{path.name}.rejected.csv"
