"""Are the chances right? Predicted beside bought, in tenths by prediction.

Of 1,000 items at a chance of 2% twenty are bought, give or take four, so that even perfect chances
would mostly miss by more than a tenth there. How many tenths they would meet is told as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from models.purchases import Days

NEAR = 0.1
"""The realised share lies within this share of the predicted one."""


def tenths(chance: Days, came: NDArray[np.bool_]) -> dict[str, Any]:
    """Shares of all and of each tenth, and how many tenths are near.

    Args:
        chance: predicted, float64[n].
        came: whether it was bought, bool[n].

    Returns:
        `predicted`, `realised`; `deciles`: each `{predicted, realised}`; `near` tenths, and
        `near_at_best`: how many would be on average if all chances were perfect and no two items
        had to do with each other.
    """
    parts = [part for part in np.array_split(np.argsort(chance, kind="stable"), 10) if len(part)]
    predicted = np.array([chance[part].mean() for part in parts])
    realised = np.array([came[part].mean() for part in parts])
    errors = np.array(
        [np.sqrt((chance[part] * (1 - chance[part])).sum()) / len(part) for part in parts]
    )
    within = NEAR * predicted
    return {
        "predicted": float(chance.mean()),
        "realised": float(came.mean()),
        "deciles": [
            {"predicted": round(float(expected), 4), "realised": float(bought)}
            for expected, bought in zip(predicted, realised, strict=True)
        ],
        "near": int((np.abs(realised - predicted) <= within).sum()),
        "near_at_best": round(float(_inside(within, errors).sum()), 1),
    }


def _inside(within: Days, errors: Days) -> Days:
    """The chance that a normal error is no larger; certain where there is none."""
    sure = np.divide(within, errors, out=np.full_like(within, np.inf), where=errors > 0)
    return np.asarray(erf(sure / np.sqrt(2)))
