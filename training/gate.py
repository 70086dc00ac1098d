"""Step 5: is what was learned good enough to serve? Reasons against it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MUST_BEAT = ("personal_frequency", "popular")
JUDGED_BY = ("recall@10", "ndcg@10")
FEWEST_ORDERS = 30
FARTHEST_OFF = 1.5
"""How far the realised share may lie from the predicted one, as a factor."""


def reasons_to_refuse(measured: Mapping[str, Any], serving: Mapping[str, Any] | None) -> list[str]:
    """Every reason not to publish; an empty list is a pass.

    Args:
        measured: what `evaluate` returned, and under `asks` what `value_of_asks` did.
        serving: the same of the model in service, from its manifest; None when there is none.
    """
    if measured["n"] < FEWEST_ORDERS:
        return [
            f"only {measured['n']} orders to measure on, at least {FEWEST_ORDERS} are needed: "
            "collect more, or import a longer history"
        ]
    reasons, model = [], measured["model"]
    for name in MUST_BEAT:
        for metric in JUDGED_BY:
            if model[metric] <= measured[name][metric]:
                reasons.append(
                    f"{metric} is {model[metric]:.4f}, the baseline {name} has "
                    f"{measured[name][metric]:.4f}"
                )
    predicted, realised = (measured["calibration"][key] for key in ("predicted", "realised"))
    if not predicted / FARTHEST_OFF <= realised <= predicted * FARTHEST_OFF:
        reasons.append(
            f"predicted a share of {predicted:.3f} bought, {realised:.3f} were: "
            "the worth of an ask cannot be trusted"
        )
    asks = measured.get("asks")
    if asks and asks["worse"]:
        reasons.append(f"with the asks on record it would be {asks['verdict']}")
    for metric in JUDGED_BY if serving else ():
        assert serving is not None
        if model[f"{metric}_high"] < serving["model"][metric]:
            reasons.append(
                f"{metric} is {model[metric]:.4f} (at best {model[f'{metric}_high']:.4f}), "
                f"the serving model had {serving['model'][metric]:.4f}"
            )
    return reasons
