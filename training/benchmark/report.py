"""What the benchmark says: a table for people, and the same in full as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.purchases import Days, Ints
from training.benchmark.metrics import MEASURES, PARTS, Bootstrap, Interval, measure_all
from training.benchmark.task import Task

SHOWN = ("recall@3", "phr@3", "recall@10", "ndcg@10", "phr@10", "recall@20")
COMPARED = ("recall@10", "ndcg@10", "phr@10", "phr@3")


def measured(
    task: Task, answers: Mapping[str, Sequence[Ints]], product: str, seed: int
) -> dict[str, Any]:
    """All figures of all methods.

    Returns:
        `task`, `seed`, `questions`, `customers`; `methods`: per name and part `n` and per measure
        `mean`, `low`, `high`; `difference`: per part and measure the product minus the best
        baseline, empty unless both took part.
    """
    questions = task.questions
    values = {name: measure_all(questions, given) for name, given in answers.items()}
    bootstrap = Bootstrap(questions, seed)
    methods = {name: _by_part(bootstrap, own) for name, own in values.items()}
    return {
        "task": task.name,
        "seed": seed,
        "questions": len(questions),
        "customers": len({question.customer for question in questions}),
        "methods": methods,
        "difference": _difference(bootstrap, values, product),
    }


def table(results: Mapping[str, Any], product: str) -> str:
    """Methods down, measures across; then the differences in words."""
    lines = [
        f"{results['task']}: {results['questions']:,} questions of {results['customers']:,} "
        f"customers, seed {results['seed']}"
    ]
    for part in PARTS:
        n = max(method[part]["n"] for method in results["methods"].values())
        lines.append(f"\n{f'{part}, {n:,}':30}" + "".join(f"{name:>11}" for name in SHOWN))
        for name, method in results["methods"].items():
            cells = (_number(method[part][measure]["mean"]) for measure in SHOWN)
            lines.append(f"{name:30}" + "".join(cells))
    lines.append(f"\n{'95% intervals, all':30}" + "".join(f"{name:>18}" for name in COMPARED))
    for name, method in results["methods"].items():
        spans = (_span(method["all"][measure]) for measure in COMPARED)
        lines.append(f"{name:30}" + "".join(f"{span:>18}" for span in spans))
    if results["difference"]:
        lines.append("")
        for measure in COMPARED:
            found = results["difference"][PARTS[0]][measure]
            lines.append(
                f"{measure}: {product} minus {found['baseline']} {found['mean']:+.4f}, "
                f"95% interval {found['low']:+.4f} to {found['high']:+.4f}"
            )
    return "\n".join(lines)


def _by_part(bootstrap: Bootstrap, values: Days) -> dict[str, Any]:
    there = ~np.isnan(values[:, :, 0])
    intervals = iter(bootstrap.intervals(values.reshape(len(values), -1)))
    return {
        part: {"n": int(there[:, place].sum())}
        | {measure: _plain(next(intervals)) for measure in MEASURES}
        for place, part in enumerate(PARTS)
    }


def _difference(bootstrap: Bootstrap, values: Mapping[str, Days], product: str) -> dict[str, Any]:
    """Question by question; each measure against the baseline that is best at it."""
    baselines = {name: own for name, own in values.items() if name != product}
    if product not in values or not baselines:
        return {}
    names, ours = list(baselines), values[product]
    theirs = np.stack(list(baselines.values()))  # [baselines, questions, parts, measures]
    there = ~np.isnan(theirs)
    best = np.where(there, theirs, 0).sum(axis=1).argmax(axis=0)  # of parts and measures
    gaps = np.empty_like(ours)
    for part, measure in np.ndindex(best.shape):
        gaps[:, part, measure] = (
            ours[:, part, measure] - theirs[best[part, measure], :, part, measure]
        )
    intervals = iter(bootstrap.intervals(gaps.reshape(len(gaps), -1)))
    return {
        part: {
            measure: {"baseline": names[best[row, column]], **_plain(next(intervals))}
            for column, measure in enumerate(MEASURES)
        }
        for row, part in enumerate(PARTS)
    }


def _plain(interval: Interval) -> dict[str, float | None]:
    """For JSON, which has no NaN."""
    if math.isnan(interval.mean):
        return {"mean": None, "low": None, "high": None}
    return {
        "mean": round(interval.mean, 6),
        "low": round(interval.low, 6),
        "high": round(interval.high, 6),
    }


def _number(value: float | None) -> str:
    return f"{'-':>11}" if value is None else f"{value:11.4f}"


def _span(found: Mapping[str, float | None]) -> str:
    return "-" if found["mean"] is None else f"{found['low']:.4f} to {found['high']:.4f}"
