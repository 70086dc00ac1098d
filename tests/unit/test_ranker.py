"""The plain trees answer exactly what scikit-learn's own would."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from models.ranker import DEPTH, Ranker
from training.trees import complete_trees


@pytest.fixture(scope="module")
def fitted() -> tuple[HistGradientBoostingClassifier, np.ndarray]:
    rng = np.random.default_rng(3)
    table = rng.normal(size=(4000, 6)).astype(np.float32)
    table[:, 3] = rng.integers(0, 4, 4000)
    odds = table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + (table[:, 3] == 2)
    labels = rng.uniform(size=4000) < 1 / (1 + np.exp(-odds))
    model = HistGradientBoostingClassifier(
        max_iter=30, max_depth=DEPTH, max_leaf_nodes=2**DEPTH, random_state=1
    ).fit(table, labels)
    return model, table


def test_log_odds_equal_those_of_the_library(
    fitted: tuple[HistGradientBoostingClassifier, np.ndarray],
) -> None:
    model, table = fitted
    ranker = complete_trees(model)
    ours = ranker.log_odds(table)
    np.testing.assert_allclose(ours, model.decision_function(table), rtol=1e-4, atol=1e-4)


def test_values_on_a_threshold_go_the_same_way(
    fitted: tuple[HistGradientBoostingClassifier, np.ndarray],
) -> None:
    """Counts sit exactly on thresholds; a rounding there would turn many candidates around."""
    model, table = fitted
    ranker = complete_trees(model)
    edges = table[:200].copy()
    for row, (feature, threshold) in enumerate(
        zip(ranker.features.ravel()[:200], ranker.thresholds.ravel()[:200], strict=True)
    ):
        if np.isfinite(threshold):
            edges[row, feature] = threshold
    np.testing.assert_allclose(
        ranker.log_odds(edges), model.decision_function(edges), rtol=1e-4, atol=1e-4
    )


def test_probabilities_follow_the_calibration_and_stay_in_order() -> None:
    ranker = Ranker(
        features=np.zeros((1, 2**DEPTH - 1), dtype=np.int16),
        thresholds=np.full((1, 2**DEPTH - 1), np.inf, dtype=np.float32),
        values=np.zeros((1, 2 ** (DEPTH + 1) - 1), dtype=np.float32),
        baseline=np.zeros(1, dtype=np.float32),
        raw=np.array([-2, 0, 2], dtype=np.float32),
        calibrated=np.array([0.1, 0.2, 0.6], dtype=np.float32),
    )
    given = np.array([-9, -1, 0, 1, 9], dtype=np.float32)
    assert ranker.probability(given).tolist() == pytest.approx([0.1, 0.15, 0.2, 0.4, 0.6])


def test_no_candidates_give_no_probabilities(
    fitted: tuple[HistGradientBoostingClassifier, np.ndarray],
) -> None:
    ranker = complete_trees(fitted[0])
    assert ranker.log_odds(np.empty((0, 6), dtype=np.float32)).shape == (0,)


def test_contributions_add_up_to_the_log_odds(
    fitted: tuple[HistGradientBoostingClassifier, np.ndarray],
) -> None:
    model, table = fitted
    ranker = complete_trees(model)
    shared = float(ranker.baseline[0] + ranker.values[:, 0].sum())
    groups = np.array([0, 0, 1, 2, 3, 3], dtype=np.int32)
    added = ranker.contributions(table[:500], groups)
    assert added.shape == (500, 6)
    np.testing.assert_allclose(
        shared + added.sum(axis=1), ranker.log_odds(table[:500]), rtol=1e-4, atol=1e-4
    )


def test_contributions_go_to_what_really_matters(
    fitted: tuple[HistGradientBoostingClassifier, np.ndarray],
) -> None:
    """The labels depend on columns 0 to 3; 3 raises the odds where it is 2."""
    model, table = fitted
    ranker, alone = complete_trees(model), np.arange(6, dtype=np.int32)
    added = ranker.contributions(table, alone)
    assert np.abs(added[:, :4]).mean(axis=0).min() > 2 * np.abs(added[:, 4:]).mean(axis=0).max()
    assert added[table[:, 3] == 2, 3].min() > added[table[:, 3] != 2, 3].max()
