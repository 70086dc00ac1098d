"""What processes used, by Linux's own books under /proc: processor time and memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024


def children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it has ended
        for task in (PROC / str(process) / "task").iterdir():
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def family(process: int) -> list[int]:
    """A process and all its descendants that live."""
    return [process] + [each for child in children(process) for each in family(child)]


def cpu_seconds(process: int) -> float:
    """Processor time of a process, of its living descendants, and of those that have ended."""
    ticks = 0
    for number in family(process):
        with suppress(OSError):
            fields = (PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return ticks / TICKS


def resident_now(processes: Iterable[int]) -> int:
    """Bytes in memory now, shared pages counted for each."""
    return sum(_field(number, "status", "VmRSS") for number in processes)


def resident_peak(process: int) -> int:
    """The most bytes that a process had in memory since it was started."""
    return _field(process, "status", "VmHWM")


def memory_of(process: int) -> dict[str, int]:
    """Bytes: `rss` everything, `pss` shared pages by share, `uss` what is the process's own."""
    own = ("Private_Clean", "Private_Dirty")
    return {
        "rss": _field(process, "smaps_rollup", "Rss"),
        "pss": _field(process, "smaps_rollup", "Pss"),
        "uss": sum(_field(process, "smaps_rollup", name) for name in own),
    }


def _field(process: int, file: str, name: str) -> int:
    with suppress(OSError):
        for line in (PROC / str(process) / file).read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * KIB
    return 0
