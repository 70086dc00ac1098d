"""Chances that add up to what was bought, from trees that did not see whose orders these were."""

from __future__ import annotations

import numpy as np
import pytest

from models.features import FEATURES
from models.ranker import DEPTH, Ranker
from training.calibrate import CHOSEN, calibrated, likeliest
from training.fit import _of_the_others
from training.report import print_metrics
from training.table import Table


def a_ranker() -> Ranker:
    return Ranker(
        features=np.zeros((1, 2**DEPTH - 1), dtype=np.int16),
        thresholds=np.full((1, 2**DEPTH - 1), np.inf, dtype=np.float32),
        values=np.zeros((1, 2 ** (DEPTH + 1) - 1), dtype=np.float32),
        baseline=np.zeros(1, dtype=np.float32),
        raw=np.array([0.0], dtype=np.float32),
        calibrated=np.array([0.5], dtype=np.float32),
    )


def a_table(customers: list[int], labels: list[bool]) -> Table:
    n = len(customers)
    return Table(
        features=np.zeros((n, len(FEATURES)), dtype=np.float32),
        labels=np.array(labels),
        moments=np.arange(n, dtype=np.int32),
        customers=np.array(customers, dtype=np.int32),
        weights=np.ones(n, dtype=np.float32),
    )


def test_only_the_likeliest_of_each_moment_are_looked_at() -> None:
    log_odds = np.concatenate([np.arange(20.0), [-5.0]]).astype(np.float32)
    moments = np.repeat([0, 1], [20, 1]).astype(np.int32)
    chosen = likeliest(log_odds, moments)
    assert log_odds[chosen].tolist() == [*range(19, 19 - CHOSEN, -1), -5]


def test_chances_rise_and_add_up_to_what_was_bought_tenth_by_tenth() -> None:
    rng = np.random.default_rng(1)
    log_odds = rng.normal(size=50_000).astype(np.float32)
    came = rng.random(len(log_odds)) < 1 / (1 + np.exp(2 - 1.5 * log_odds))
    chances = calibrated(a_ranker(), log_odds, came).probability(np.sort(log_odds))
    assert (np.diff(chances) >= 0).all()
    bought = came[np.argsort(log_odds)]
    for tenth in np.array_split(np.arange(len(chances)), 10):
        assert chances[tenth].mean() == pytest.approx(bought[tenth].mean(), rel=0.1, abs=0.005)


def test_a_customer_is_judged_by_trees_of_the_others_only() -> None:
    tables = [a_table([0, 1, 2, 3], [True, True, False, False]), a_table([4, 5], [True, False])]
    of_the_others = [_of_the_others(tables, fold) for fold in (0, 1)]
    assert [table.customers.tolist() for table in of_the_others[0]] == [[1, 3], [5]]
    assert [table.customers.tolist() for table in of_the_others[1]] == [[0, 2], [4]]


def test_a_customer_whose_fellows_never_ordered_again_is_judged_by_trees_of_all() -> None:
    tables = [a_table([0, 1], [True, False])]
    assert _of_the_others(tables, 0) is tables


def test_the_night_prints_what_was_predicted_beside_what_was_bought(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tenths = [{"predicted": tenth / 20, "realised": tenth / 25} for tenth in range(10)]
    calibration = {"predicted": 0.2, "realised": 0.18, "deciles": tenths}
    calibration |= {"near": 4, "near_at_best": 5.5}
    nothing: dict[str, float] = {"ndcg@10_low": 0.1, "ndcg@10_high": 0.2}
    methods = dict.fromkeys(("model", "personal_frequency", "popular"), nothing)
    print_metrics({**methods, "calibration": calibration, "n": 9, "moments": 9})
    said = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines()[-4:-2]}
    assert rows["predicted"][3] == "15.0%"
    assert rows["bought"][3] == "12.0%"
    assert "4 tenths; perfect chances would have 5.5" in said
