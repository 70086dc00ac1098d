"""From log-odds to chances, by what happened to the likeliest items.

Isotonic regression (Zadrozny and Elkan, KDD 2002) on the likeliest of each moment, since only they
are ever chosen: the best of many looks better than it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from models.purchases import Floats, Ints, places_in_runs
from models.ranker import Ranker

CHOSEN = 12
"""So many of each moment are looked at: a shortlist."""
POINTS = 200


def likeliest(log_odds: Floats, moments: Ints) -> NDArray[np.int64]:
    """Rows of the best `CHOSEN` candidates of each moment.

    >>> likeliest(np.array([0.1, 0.3, 0.5]), np.array([0, 1, 1])).tolist()
    [0, 2, 1]
    """
    order = np.lexsort((-log_odds, moments))
    return order[places_in_runs(moments[order]) < CHOSEN]


def calibrated(ranker: Ranker, log_odds: Floats, came: NDArray[np.bool_]) -> Ranker:
    """The ranker with the share that came at each of its log-odds; the highest in every detail.

    Args:
        log_odds, came: of what was chosen, and what came of it.
    """
    isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    isotonic.fit(log_odds, came)
    points = np.quantile(log_odds, np.linspace(0, 1, POINTS))
    points = np.unique(np.concatenate([points, np.sort(log_odds)[-POINTS:]]))
    return replace(
        ranker,
        raw=points.astype(np.float32),
        calibrated=isotonic.predict(points).astype(np.float32),
    )
