"""The three kinds of chart on the manager's page, drawn by matplotlib as SVG.

matplotlib is loaded with the first chart, so that a worker who never draws one does without it.
All charts share one scale of ratios, on which 0.30, 1.00 and 4.00 are about equally far apart: the
square root, and below zero its mirror image.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from service.reports.dashboard.svg import PALETTE, inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS: Final = ((0.3, "0.30"), (4.0, "4.00"))
"""Service that pays for 30 percent of its cost, and four times over."""
TICKS: Final = ((-1.0, "-1"), (0.0, "0"), (1.0, "1"), (2.0, "2"))
LEAST: Final = -1.2
MOST: Final = 5.0
WIDTH: Final = 380
"""Pixels; a phone shows a chart hardly smaller, so that its words stay readable."""
ROW: Final = 30
BESIDE: Final = 17
"""Characters of a name that fit beside its row."""
ABOVE: Final = 44
"""Those that fit above it; the table has the whole name."""
FONT: Final = 13
_one_at_a_time: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Point:
    """A group's incremental ratio with its interval, and what is attributed to it.

    `ratio` is None where nothing is measured; `low` and `high` where that side has no end.
    """

    label: str
    ratio: float | None
    low: float | None
    high: float | None
    attributed: float | None


@lru_cache(maxsize=256)
def scale(point: Point, summary: str) -> str:
    """One ratio and its interval on the scale between the two lines."""
    with _axes(100, left=14, right=14, top=30, bottom=24) as (axes, drawn):
        _ratio_axis(axes, labelled=True)
        axes.set_ylim(-1, 1)
        if point.attributed is not None:
            _attributed(axes, point.attributed, -0.35)
        _interval(axes, point, 0.2, size=11)
    return inline(drawn[0], "headline", summary)


@lru_cache(maxsize=256)
def intervals(name: str, points: tuple[Point, ...], summary: str) -> str:
    """A row for each group, in the order given; long names stand above their rows."""
    above = any(len(point.label) > BESIDE for point in points)
    row, left = (ROW + 16, 20) if above else (ROW, 126)
    with _axes(row * len(points) + 50, left=left, right=58, top=26, bottom=24) as (axes, drawn):
        _ratio_axis(axes, labelled=True)
        axes.set_ylim(len(points) - 0.5, -0.5)
        side = axes.get_yaxis_transform()
        for place, point in enumerate(points):
            axes.text(0 if above else -0.03, place - (0.36 if above else 0), short(point.label),
                      ha="left" if above else "right", va="center",
                      transform=side, color=PALETTE["ink"])  # fmt: skip
            told = "?" if point.ratio is None else f"{point.ratio:.2f}"
            axes.text(1 + 56 / (WIDTH - left - 58), place, told, ha="right", va="center",
                      transform=side, color=PALETTE["ink"])  # fmt: skip
            if point.attributed is not None:
                _attributed(axes, point.attributed, place)
            _interval(axes, point, place, size=8)
    return inline(drawn[0], name, summary)


@lru_cache(maxsize=256)
def trend(points: tuple[Point, ...], summary: str) -> str:
    """Weeks from left to right: the ratio in its band, and what is attributed, as a broken line."""
    with _axes(250, left=34, right=42, top=14, bottom=30) as (axes, drawn):
        places = np.arange(len(points))
        _ratio_axis(axes, labelled=False)
        axes.set_xlim(-0.5, max(len(points) - 0.5, 0.5))
        low = _numbers(-np.inf if p.low is None else p.low for p in points)
        high = _numbers(np.inf if p.high is None else p.high for p in points)
        known = _numbers(p.ratio for p in points)
        low, high = np.clip(low, LEAST, MOST), np.clip(high, LEAST, MOST)
        missing = np.isnan(known)
        low[missing] = high[missing] = np.nan
        axes.fill_between(places, low, high, color=PALETTE["bar"], alpha=0.18, linewidth=0)
        axes.vlines(places[~missing], low[~missing], high[~missing], color=PALETTE["bar"],
                    linewidth=1, alpha=0.45)  # fmt: skip
        axes.plot(places, np.clip(known, LEAST, MOST), "-o", color=PALETTE["bar"], markersize=6)
        attributed = _numbers(p.attributed for p in points)
        axes.plot(places, np.clip(attributed, LEAST, MOST), "--D", color=PALETTE["other"],
                  markersize=5, markerfacecolor=PALETTE["paper"], linewidth=1.2)  # fmt: skip
        step = max(1, -(-len(points) // 5))
        for place in range(0, len(points), step):
            axes.text(place, -0.06, points[place].label, ha="center", va="top",
                      transform=axes.get_xaxis_transform(), color=PALETTE["soft"])  # fmt: skip
    return inline(drawn[0], "trend", summary)


def short(label: str) -> str:
    """A name cut to what fits.

    >>> short("north"), len(short("x" * 200))
    ('north', 44)
    """
    return label if len(label) <= ABOVE else label[: ABOVE - 1] + "…"


@contextmanager
def _axes(
    height: int, *, left: int, right: int, top: int, bottom: int
) -> Iterator[tuple[Axes, list[bytes]]]:
    """An empty plot with these margins in pixels; on leaving, the list holds what was drawn."""
    with _one_at_a_time, warnings.catch_warnings():
        # Names may be in any script; the browser has the letters, not the font used to measure.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        import matplotlib
        from matplotlib.figure import Figure

        matplotlib.rcParams |= {
            "svg.fonttype": "none", "svg.hashsalt": "encore", "text.parse_math": False,
            "font.size": FONT,
        }  # fmt: skip
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        axes = figure.add_axes((
            left / WIDTH, bottom / height,
            (WIDTH - left - right) / WIDTH, (height - top - bottom) / height,
        ))  # fmt: skip
        axes.patch.set_visible(False)
        drawn: list[bytes] = []
        yield axes, drawn
        output = io.BytesIO()
        figure.savefig(output, format="svg", metadata={"Date": None, "Creator": None})
        drawn.append(output.getvalue())


def _root(values: Any) -> Any:
    return np.sign(values) * np.sqrt(np.abs(values))


def _square(values: Any) -> Any:
    return np.sign(values) * np.square(values)


def _ratio_axis(axes: Axes, *, labelled: bool) -> None:
    """Put the shared scale on x (`labelled`: the marks' numbers above) or else on y."""
    for spine in axes.spines.values():
        spine.set_visible(False)
    across = labelled
    axis = axes.xaxis if across else axes.yaxis
    if across:
        axes.set_xscale("function", functions=(_root, _square))
        axes.set_xlim(LEAST, MOST)
        axes.set_yticks([])
    else:
        axes.set_yscale("function", functions=(_root, _square))
        axes.set_ylim(LEAST, MOST)
        axes.set_xticks([])
    axis.set_ticks([place for place, _ in TICKS], [label for _, label in TICKS])
    axis.set_minor_locator(_nothing())
    axis.set_tick_params(length=0, pad=5, labelcolor=PALETTE["soft"])
    draw = axes.axvline if across else axes.axhline
    for place, _ in TICKS:
        draw(place, color=PALETTE["line"], linewidth=1.6 if place == 0 else 0.8, zorder=0)
    for place, label in MARKS:
        draw(place, color=PALETTE["mark"], linewidth=1.4, dashes=(5, 3), zorder=1)
        if across:
            axes.annotate(label, (place, 1), (0, 4), xycoords=("data", "axes fraction"),
                          textcoords="offset points", ha="center", va="bottom",
                          color=PALETTE["mark"], annotation_clip=False)  # fmt: skip
        else:
            axes.text(1.02, place, label, ha="left", va="center",
                      transform=axes.get_yaxis_transform(), color=PALETTE["mark"])  # fmt: skip


def _nothing() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _interval(axes: Axes, point: Point, place: float, *, size: int) -> None:
    """A dot on a line; where the line leaves the scale it ends in an arrow."""
    if point.ratio is None:
        return
    low = LEAST if point.low is None else max(point.low, LEAST)
    high = MOST if point.high is None else min(point.high, MOST)
    bar = PALETTE["bar"]
    axes.plot([low, high], [place, place], "-", color=bar, linewidth=size / 2.6,
              solid_capstyle="butt", alpha=0.55)  # fmt: skip
    if point.low is None or point.low < LEAST:
        axes.plot([LEAST], [place], "<", color=bar, markersize=size, clip_on=False)
    if point.high is None or point.high > MOST:
        axes.plot([MOST], [place], ">", color=bar, markersize=size, clip_on=False)
    axes.plot([min(max(point.ratio, LEAST), MOST)], [place], "o", color=bar, markersize=size,
              clip_on=False)  # fmt: skip


def _attributed(axes: Axes, ratio: float, place: float) -> None:
    """A hollow diamond, so that nobody needs colours to tell it from the dot."""
    beyond = ratio > MOST
    axes.plot([min(ratio, MOST)], [place], ">" if beyond else "D", color=PALETTE["other"],
              markerfacecolor=PALETTE["paper"], markersize=7, clip_on=False)  # fmt: skip


def _numbers(values: Iterator[float | None] | Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
