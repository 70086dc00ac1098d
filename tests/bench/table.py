"""The tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.bench.figures import Spread, ratios, spread
from tests.bench.rounds import Series
from tests.bench.stage import Measured

MIB = 1024 * 1024
LATENCIES = {"p50 ms": "p50", "p95 ms": "p95", "p99 ms": "p99"}
PARTS = {"workers": "cpu_workers", "PostgreSQL": "cpu_postgres", "Redis": "cpu_redis"}


def show(*blocks: Sequence[str]) -> None:
    for block in blocks:
        print("\n" + "\n".join(block), flush=True)


def contenders(title: str, table: Mapping[str, Series]) -> list[str]:
    """Latency and throughput: medians over the rounds, with their range."""
    rows = [[title, *LATENCIES, "requests/s"]]
    for name, series in table.items():
        figures = series.figures
        latencies = (_ranged(spread(figures[label]), _fine) for label in LATENCIES.values())
        rows.append([f"  {name}", *latencies, _ranged(spread(figures["rate"]), _whole)])
    return _aligned(rows)


def processor_time(table: Mapping[str, Series]) -> list[str]:
    """Where the processor's time goes: medians over the rounds."""
    rows = [["CPU ms per request", *PARTS, "all"]]
    for name, series in table.items():
        parts = [spread(series.figures[part]).middle for part in PARTS.values()]
        whole = spread(_values(series, "cpu"))
        rows.append([f"  {name}", *map(_fine, parts), _ranged(whole, _fine)])
    return _aligned(rows)


def compared(table: Mapping[str, Series], pairs: Sequence[tuple[str, str]]) -> list[str]:
    """One over the other, round by round: throughput, latency, processor time of all parts."""
    rows = [["ratio, by round", "throughput", "p50", "p99", "CPU in all"]]
    for one, other in pairs:
        cells = [f"  {one} / {other}"]
        for figure in ("rate", "p50", "p99", "cpu"):
            values = [_values(table[name], figure) for name in (one, other)]
            cells.append(_ranged(ratios(*values), _ratio))
        rows.append(cells)
    return _aligned(rows)


def answers(table: Mapping[str, Series]) -> list[str]:
    """What was answered how often."""
    lines = []
    for name, series in table.items():
        total = series.answers.total()
        shares = (f"{sort} {count / total:.1%}" for sort, count in series.answers.most_common())
        lines.append(f"  {name}: {', '.join(shares)}")
    return lines


def steps(measured: Sequence[Measured]) -> list[str]:
    rows = [["step", "seconds", "peak MiB"]]
    rows += [[f"  {one.name}", f"{one.seconds:.1f}", _mib(one.peak_bytes)] for one in measured]
    return _aligned(rows)


def memory(workers: Mapping[str, Sequence[Mapping[str, int]]]) -> list[str]:
    """Of each worker after the load: everything, shared pages by share, its own alone."""
    rows = [["memory per worker, MiB", "RSS", "PSS", "USS"]]
    for name, each in workers.items():
        for sizes in each:
            rows.append([f"  {name}", *(_mib(sizes[kind]) for kind in ("rss", "pss", "uss"))])
    return _aligned(rows)


def starts(measured: Mapping[str, Sequence[float]]) -> list[str]:
    rows = [["start until ready", "seconds"]]
    rows += [[f"  {name}", _ranged(spread(took), _fine)] for name, took in measured.items()]
    return _aligned(rows)


def sizes(measured: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """By items in the catalogue: what `tests/bench/sizes.py` found."""
    rows = [[
        "items", "requests/s / peer", "requests/s", "p50 ms", "p95 ms", "p99 ms",
        "half: p50 ms", "p95 ms", "p99 ms", "CPU ms", "peer's", "PSS MiB",
    ]]  # fmt: skip
    for count, one in measured.items():
        peak, peer = one["peak"].figures, one["peer"].figures
        latencies = [
            _fine(spread(one[load].figures[label]).middle)
            for load in ("peak", "half")
            for label in LATENCIES.values()
        ]
        rows.append(
            [
                f"{count:,}",
                _ranged(ratios(peak["rate"], peer["rate"]), _ratio),
                _ranged(spread(peak["rate"]), _whole),
                *latencies,
                _ranged(spread(_values(one["peak"], "cpu")), _fine),
                _fine(spread(_values(one["peer"], "cpu")).middle),
                _mib(max(worker["pss"] for worker in one["memory"])),
            ]
        )
    cpu = [spread(_values(one["peak"], "cpu")).middle for one in measured.values()]
    grown = f"CPU per request grows {cpu[-1] / cpu[0]:.2f}x from the first to the last."
    return [*_aligned(rows), grown]


def _values(series: Series, figure: str) -> list[float]:
    if figure != "cpu":
        return series.figures[figure]
    return [
        sum(each) for each in zip(*(series.figures[part] for part in PARTS.values()), strict=True)
    ]


def _ranged(figure: Spread, write: Callable[[float], str]) -> str:
    return f"{write(figure.middle)} ({write(figure.low)}-{write(figure.high)})"


def _fine(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _ratio(value: float) -> str:
    return f"{value:.2f}x"


def _mib(size: int) -> str:
    return f"{size / MIB:.0f}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
