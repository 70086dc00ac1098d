"""The proof as a picture: how often intervals hold the truth, and what daily looks do."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.prove_report.claims import Proof, coverage
from training.worlds.report import DAYS, NO_EFFECT, STORIES

INK, GREEN, RED = "#1f2a24", "#2f6f4f", "#b5482f"


def plot(proof: Proof, path: Path) -> None:
    """Write the picture as SVG; equal proofs give equal files."""
    style = {
        "svg.hashsalt": "encore",
        "svg.fonttype": "none",
        "font.size": 10,
        "text.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(10.5, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        _coverage(left, proof)
        _looks(right, proof)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _coverage(axes: Axes, proof: Proof) -> None:
    axes.axvspan(93, 97, color=GREEN, alpha=0.15, lw=0)
    for row, story in enumerate(STORIES):
        for column, colour, shift in (
            ("sales_covered", INK, -0.13),
            ("margin_covered", GREEN, 0.13),
        ):
            share, n = coverage(proof.said[story], column)
            error = 1.96 * sqrt(share * (1 - share) / n)
            label = None if row else ("sales" if column == "sales_covered" else "margin")
            axes.errorbar(
                100 * share, row + shift, xerr=100 * error, fmt="o", ms=4, color=colour, label=label
            )
    axes.set_yticks(range(len(STORIES)), [story.name for story in STORIES])
    axes.invert_yaxis()
    axes.set_xlim(88, 100)
    axes.set_xlabel("95% intervals that hold the truth, percent of worlds")
    axes.set_title("Intervals are as sure as they say", loc="left")
    axes.legend(frameon=False, loc="lower left")


def _looks(axes: Axes, proof: Proof) -> None:
    days = np.arange(1, DAYS + 1)
    looks = proof.looks[NO_EFFECT]
    for column, colour, label in (
        ("by_one_look", RED, "interval for one look, read every day"),
        ("by_report", GREEN, "verdict of the report"),
    ):
        found = np.mean([getattr(one, column) for one in looks], axis=0)
        axes.plot(days, 100 * found, color=colour, label=label)
    axes.axhline(5, color=INK, lw=0.8, ls="--")
    axes.set_xlim(1, DAYS)
    axes.set_ylim(0)
    axes.set_xlabel("daily looks")
    axes.set_ylabel("percent of worlds")
    axes.set_title("Effects found where there is none", loc="left")
    axes.legend(frameon=False, loc="upper left")
