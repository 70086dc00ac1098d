"""Trees beside counting: each is believed as far as later moments bear it out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.features import FEATURES
from models.purchases import Floats, Ints
from tests.one_tree import split_at
from training import fit
from training.calibrate import CHOSEN
from training.fit import weighed
from training.split import Window
from training.table import Table
from training.weigh import OWN, SELLS, STEPS, Judged, judged, weigh, with_counting

CANDIDATES = 10


def moments_in_which(n: int, utility: object, log_odds: Floats, features: Floats) -> Judged:
    """Of each moment's candidates one is bought, by a conditional logit of the utility."""
    rng = np.random.default_rng(7)
    noise = rng.gumbel(size=(n, CANDIDATES))
    best = (np.asarray(utility).reshape(n, CANDIDATES) + noise).argmax(axis=1)
    labels = np.zeros((n, CANDIDATES), dtype=bool)
    labels[np.arange(n), best] = True
    moments = np.repeat(np.arange(n, dtype=np.int32), CANDIDATES)
    return Judged(log_odds, a_table_of(features, labels.ravel(), moments))


def a_table_of(features: Floats, labels: NDArray[np.bool_], moments: Ints) -> Table:
    """Each moment is another customer's."""
    return Table(features, labels, moments, moments, np.ones(len(moments), np.float32))


def candidates(n: int) -> tuple[Floats, Floats]:
    """What trees say, and features with own orders and sales, all independent."""
    rng = np.random.default_rng(3)
    features = np.zeros((n * CANDIDATES, len(FEATURES)), dtype=np.float32)
    features[:, OWN] = rng.poisson(1.5, len(features))
    features[:, SELLS] = rng.uniform(0, 6, len(features))
    return rng.normal(size=len(features)).astype(np.float32), features


def heights(judgement: Judged) -> tuple[float, float, float]:
    """The weights of trees, own orders and sales, read off the ladders."""
    weights = weigh([judgement])
    own, sells = weights.ladders
    per_order = (own.heights[9] - own.heights[0]) / np.log(9)
    per_sale = (sells.heights[-1] - sells.heights[0]) / (sells.edges[-1] - sells.edges[0])
    return weights.trees, float(per_order), float(per_sale * (STEPS - 2) / (STEPS - 1))


def test_each_gets_the_weight_with_which_it_decided() -> None:
    n = 5_000
    log_odds, features = candidates(n)
    utility = (
        0.8 * log_odds + 0.4 * np.log(np.maximum(features[:, OWN], 1)) + 0.2 * features[:, SELLS]
    )
    found = heights(moments_in_which(n, utility, log_odds, features))
    assert found == pytest.approx((0.8, 0.4, 0.2), abs=0.05)


def test_where_the_trees_say_it_all_nothing_is_counted() -> None:
    n = 5_000
    log_odds, features = candidates(n)
    found = heights(moments_in_which(n, log_odds, log_odds, features))
    assert found == pytest.approx((1, 0, 0), abs=0.05)


def test_more_of_a_count_never_speaks_against_an_item() -> None:
    n = 2_000
    log_odds, features = candidates(n)
    utility = log_odds - features[:, OWN] - features[:, SELLS]
    _, own, sells = heights(moments_in_which(n, utility, log_odds, features))
    assert own == sells == 0


def test_a_handful_of_moments_overrules_the_trees_less_than_many_do() -> None:
    """The item bought most often is bought, whatever the trees say."""
    few, many = (
        heights(moments_in_which(n, 100 * features[:, OWN], log_odds, features))
        for n, (log_odds, features) in ((n, candidates(n)) for n in (2, 2_000))
    )
    assert many[0] < few[0] < 1
    assert 0 < few[1] < many[1] / 4


def test_only_the_likeliest_of_a_moment_are_asked() -> None:
    """Beyond the shortlist own orders decide; within it, nothing but the trees."""
    n = CHOSEN + 8
    log_odds = np.tile(-np.arange(n, dtype=np.float32), 300)
    features = np.zeros((len(log_odds), len(FEATURES)), dtype=np.float32)
    moments = np.repeat(np.arange(300, dtype=np.int32), n)
    bought = np.tile(np.isin(np.arange(n), (0, n - 1)), 300)
    features[np.tile(np.arange(n) == n - 1, 300), OWN] = 9
    told = Judged(log_odds, a_table_of(features, bought, moments))
    assert weigh([told]).ladders[0].heights == pytest.approx(0)


def test_a_ranker_with_counting_adds_up_what_was_weighed() -> None:
    n = 3_000
    log_odds, features = candidates(n)
    features[0, OWN] = 40  # more than there are steps
    utility = 0.5 * np.log(np.maximum(features[:, OWN], 1)) + 0.3 * features[:, SELLS]
    judgement = moments_in_which(n, utility, log_odds, features)
    trees, (factor, own, sells) = split_at("price_ratio", 2.0), heights(judgement)
    features[::3, FEATURES.index("price_ratio")] = 1

    added = with_counting(trees, weigh([judgement])).log_odds(features)

    orders = np.minimum(features[:, OWN], STEPS - 1)
    expected = factor * trees.log_odds(features) + own * np.log(np.maximum(orders, 1))
    half_a_step = sells * features[:, SELLS].max() / STEPS / 2
    np.testing.assert_allclose(
        added, expected + sells * features[:, SELLS], atol=half_a_step + 0.02
    )


def test_counts_explain_by_how_far_an_item_is_from_the_others() -> None:
    """Shared by all rows is their mean, as in the trees, so that reasons compare with the usual."""
    n = 3_000
    log_odds, features = candidates(n)
    utility = np.log(np.maximum(features[:, OWN], 1))
    ranker = with_counting(
        split_at("price_ratio", 0.0), weigh([moments_in_which(n, utility, log_odds, features)])
    )
    assert ranker.values[1:, 0].sum() == pytest.approx(ranker.log_odds(features).mean(), abs=1e-3)
    alone = np.arange(len(FEATURES), dtype=np.int32)
    often, never = (int(features[:, OWN].argmax()), int(features[:, OWN].argmin()))
    most, least = ranker.contributions(features[[often, never]], alone)[:, OWN]
    assert most > 0.5
    assert least < -0.2


def test_trees_without_later_moments_stand_alone() -> None:
    trees = split_at("price_ratio", 1.0)
    assert weighed(trees, None) is trees


def a_table(window: int) -> Table:
    """One moment with one bought candidate; its customer has the window's number."""
    ones = np.ones(1, dtype=np.float32)
    whose = np.array([window], dtype=np.int32)
    features = np.zeros((1, len(FEATURES)), dtype=np.float32)
    return Table(features, ones > 0, whose * 0, whose, ones)


def test_the_newest_window_is_judged_by_trees_whose_examples_were_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seven months with orders of two months each: the newest begins as the fourth's are known."""
    grown_on: list[int] = []

    def grown(tables: list[Table], seed: int) -> object:
        grown_on.extend(int(table.customers[0]) for table in tables)
        return split_at("price_ratio", 1.0)

    monkeypatch.setattr(fit, "fit_trees", grown)
    windows = [Window(30.0 * number, 30.0 * number + 30, 60.0) for number in range(7)]
    tables = [a_table(number) for number in range(7)]
    assert fit._weights(windows, tables, 1) is not None
    assert grown_on == [0, 1, 2, 3]
    assert fit._weights(windows[:3], tables[:3], 1) is None


def test_what_is_judged_is_what_the_trees_say() -> None:
    table = a_table(0)
    table.features[0, FEATURES.index("price_ratio")] = 1
    assert judged(split_at("price_ratio", 2.0), table).log_odds.tolist() == [2.0]
