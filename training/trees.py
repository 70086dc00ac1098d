"""From scikit-learn's histogram boosting to the plain arrays that `models.ranker` evaluates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from models.ranker import DEPTH, Ranker


def complete_trees(model: HistGradientBoostingClassifier) -> Ranker:
    """Lay every tree out as a complete binary tree; a leaf above the bottom fills its subtree.

    The calibration is the logistic curve until it is fitted. scikit-learn offers no public access
    to the nodes; a test holds the result against the model's own `decision_function`.
    """
    predictors = [trees[0] for trees in model._predictors]
    inner, every = 2**DEPTH - 1, 2 ** (DEPTH + 1) - 1
    features = np.zeros((len(predictors), inner), dtype=np.int16)
    thresholds = np.full((len(predictors), inner), np.inf, dtype=np.float32)
    values = np.zeros((len(predictors), every), dtype=np.float32)
    for tree, predictor in enumerate(predictors):
        _lay_out(predictor.nodes, 0, 0, 0, features[tree], thresholds[tree], values[tree])
    points = np.linspace(-12, 4, 161, dtype=np.float32)
    return Ranker(
        features=features,
        thresholds=thresholds,
        values=values,
        baseline=np.asarray(model._baseline_prediction, dtype=np.float32).ravel()[:1],
        raw=points,
        calibrated=(1 / (1 + np.exp(-points))).astype(np.float32),
    )


def _lay_out(
    nodes: NDArray[Any],
    node: int,
    place: int,
    depth: int,
    features: NDArray[np.int16],
    thresholds: NDArray[np.float32],
    values: NDArray[np.float32],
) -> None:
    found = nodes[node]
    if found["is_leaf"]:
        values[_below(place, DEPTH - depth)] = found["value"]
        return
    left, right = int(found["left"]), int(found["right"])
    features[place] = found["feature_idx"]
    # A float32 value must compare with the float64 threshold as it did in training.
    thresholds[place] = _not_above(found["num_threshold"])
    _lay_out(nodes, left, 2 * place + 1, depth + 1, features, thresholds, values)
    _lay_out(nodes, right, 2 * place + 2, depth + 1, features, thresholds, values)
    values[place] = np.average(
        values[[2 * place + 1, 2 * place + 2]], weights=nodes["count"][[left, right]]
    )


def _below(place: int, levels: int) -> NDArray[np.intp]:
    """A node and all nodes under it."""
    rows = [np.arange((place + 1) * 2**n - 1, (place + 2) * 2**n - 1) for n in range(levels + 1)]
    return np.concatenate(rows)


def _not_above(threshold: float) -> np.float32:
    """The largest float32 that is not above `threshold`: `x <= threshold` stays as it was."""
    rounded = np.float32(threshold)
    return rounded if float(rounded) <= threshold else np.nextafter(rounded, np.float32(-np.inf))
