"""What the night says while it works."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from resource import RUSAGE_SELF, getrusage
from typing import Any

STEPS = 7
SHOWN = ("recall@3", "ndcg@3", "phr@3", "recall@10", "ndcg@10", "phr@10")
METHODS = ("model", "personal_frequency", "popular")


def say(step: int, what: str) -> None:
    """A line at the beginning of a step: what, when, and the most memory that was used so far."""
    most = getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    now = datetime.now()
    print(f"[{step}/{STEPS}] {what} ({now:%H:%M:%S}, {most / 1e9:.1f} GB)", flush=True)


def print_metrics(measured: Mapping[str, Any]) -> None:
    """A table of the model beside the baselines: all items, then repeat and explore apart."""
    print(f"\n{'':28}" + "".join(f"{name:>11}" for name in SHOWN))
    for part in ("", "repeat_", "explore_"):
        for method in METHODS:
            title = f"{part.rstrip('_') or 'all'} {method}"
            numbers = (measured[method].get(part + name, float("nan")) for name in SHOWN)
            print(f"{title:28}" + "".join(f"{number:11.4f}" for number in numbers))
    model, calibration = measured["model"], measured["calibration"]
    print(
        f"\n{measured['n']:,} orders after {measured['moments']:,} moments; 95% interval of "
        f"ndcg@10: {model['ndcg@10_low']:.4f} to {model['ndcg@10_high']:.4f}; of the three shown "
        f"{calibration['predicted']:.1%} were predicted, {calibration['realised']:.1%} bought\n"
    )
    print("of the three shown, in tenths from the least to the most likely")
    for name, title in (("predicted", "predicted"), ("realised", "bought")):
        shares = (tenth[name] for tenth in calibration["deciles"])
        print(f"{title:10}" + "".join(f"{share:8.1%}" for share in shares))
    print(
        f"within 10% of what was predicted: {calibration['near']} tenths; perfect chances would "
        f"have {calibration['near_at_best']:.1f} by so few moments\n"
    )
