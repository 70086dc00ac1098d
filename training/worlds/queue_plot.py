"""Draws the comparison of `queue_rules` for the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from training.worlds.queue_rules import Earned, columns, mean_and_error

SHADES: Final = ("#b9bec6", "#9aa1ac", "#7c8593", "#d9a066", "#c07f3d", "#1f6f54")
NAMES: Final = (
    "never", "always", "value only", "best threshold", "value and best threshold",
    "value and price",
)  # fmt: skip


def draw(by_load: Mapping[float, Mapping[str, Earned]], path: Path) -> None:
    """Two panels: profit per hour with two standard errors, and who hung up."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "queue"  # the same figures draw the same file
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    money, lost = figure.subplots(1, 2)
    width = 0.8 / len(NAMES)
    for place, (name, shade) in enumerate(zip(NAMES, SHADES, strict=True)):
        at = [load + (place - 2.5) * width for load in range(len(by_load))]
        chosen = [earned[columns(earned)[place]] for earned in by_load.values()]
        means, errors = zip(*(mean_and_error(one.profit) for one in chosen), strict=True)
        money.bar(at, means, width, yerr=[2 * error for error in errors], color=shade, label=name)
        lost.bar(at, [100 * one.abandoned.mean() for one in chosen], width, color=shade)
    for panel, title in ((money, "Profit per hour"), (lost, "Callers who hung up, %")):
        panel.set_title(title)
        panel.set_xticks(range(len(by_load)), [f"load {load:.2f}" for load in by_load])
        panel.spines[["top", "right"]].set_visible(False)
    money.axhline(0, color="black", linewidth=0.8)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
