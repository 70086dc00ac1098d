"""The nearest items by factors and by price are those that comparing all pairs finds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.candidates import replace, similar
from models.candidates.neighbourhood import NEIGHBOURS, best_of_rows
from models.candidates.replace import PRICE_SPREAD, WINDOW, Replace
from models.candidates.similar import FACTORS
from models.past import Past
from models.purchases import Purchases


def directions(n: int, seed: int = 1) -> NDArray[np.float32]:
    """Unit vectors around 40 centres, as factors of items lie; the first was never sold."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(40, FACTORS))
    points = centres[rng.integers(0, 40, n)] + rng.normal(size=(n, FACTORS))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points[0] = 0.0
    return points.astype(np.float32)


def by_comparing_all(points: NDArray[np.float32], sellable: NDArray[np.bool_]) -> list[list[int]]:
    alike = points @ points.T
    alike[:, ~sellable] = 0.0
    np.fill_diagonal(alike, 0.0)
    best = np.argsort(-alike, axis=1, kind="stable")[:, :NEIGHBOURS]
    return [[int(i) for i in row if alike[item, i] > 0] for item, row in enumerate(best)]


@pytest.mark.parametrize("block", [7, 1000])
def test_in_a_small_catalogue_the_nearest_are_exact(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "BLOCK", block)
    points = directions(300)
    sellable = np.arange(300) % 3 != 0
    neighbours, weights = similar._nearest(points, sellable)
    for item, expected in enumerate(by_comparing_all(points, sellable)):
        found = neighbours[item][neighbours[item] >= 0]
        assert found.tolist() == expected
        np.testing.assert_allclose(
            weights[item, : len(found)], points[found] @ points[item], rtol=1e-4
        )
    assert (neighbours[0] == -1).all()


def test_in_a_large_catalogue_nearly_all_of_the_nearest_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(similar, "MOST_EXACT", 0)
    points = directions(4000)
    sellable = np.arange(4000) % 5 != 0
    neighbours, _ = similar._nearest(points, sellable)
    found = [
        len(set(row.tolist()) & set(expected)) / len(expected)
        for row, expected in zip(neighbours, by_comparing_all(points, sellable), strict=True)
        if expected
    ]
    assert np.mean(found) >= 0.95


def test_only_items_that_are_asked_about_are_looked_up() -> None:
    points, sellable, asked = directions(300), np.ones(300, dtype=bool), np.arange(300) % 7 == 0
    everybody, some = (similar._nearest(points, sellable, who) for who in (None, asked))
    for of_all, of_some in zip(everybody, some, strict=True):
        np.testing.assert_array_equal(of_some[asked], of_all[asked])
        assert not (of_some[~asked] > 0).any()


def test_fewer_items_than_neighbours_leave_places_empty() -> None:
    points = directions(5)
    neighbours, weights = similar._nearest(points, np.ones(5, dtype=bool))
    assert ((neighbours >= 0) == (weights > 0)).all()
    assert all(item not in row for item, row in enumerate(neighbours.tolist()))


@pytest.mark.parametrize("block", [1, 64, 1000])
def test_a_replacement_is_of_the_same_sort_and_about_as_dear(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replace, "BLOCK", block)
    rng, n = np.random.default_rng(2), 400
    sold = rng.integers(0, n, 5 * n).astype(np.int32)
    ones, days = np.ones(len(sold), dtype=np.float32), np.sort(rng.random(len(sold)))
    nobody, orders = np.full(len(sold), -1, dtype=np.int32), np.arange(len(sold), dtype=np.int32)
    bought = Purchases(nobody, orders, sold, days, ones, ones)
    prices = rng.uniform(1, 90, n).astype(np.float32)
    sorts = rng.choice([-1, 0, 1], n, p=[0.1, 0.75, 0.15]).astype(np.int32)
    sellable = rng.random(n) < 0.8
    source = Replace.fit(Past(bought, 2.0, prices, sorts, sellable), seed=1)
    counts, dear = np.log1p(np.bincount(sold, minlength=n)), np.log(prices)
    for item in range(n):
        same = np.flatnonzero(sorts == sorts[item]) if sorts[item] >= 0 else np.empty(0, int)
        same = same[np.argsort(dear[same], kind="stable")]
        at = int(np.flatnonzero(same == item)[0]) if len(same) else 0
        near = [
            int(i) for i in same[max(0, at - WINDOW) : at + WINDOW] if sellable[i] and i != item
        ]
        worth = {
            i: counts[i] * np.exp(-(((dear[i] - dear[item]) / PRICE_SPREAD) ** 2)) for i in near
        }
        best = sorted((w for w in worth.values() if w > 0), reverse=True)[:NEIGHBOURS]
        found = source.weights[item][source.weights[item] > 0]
        np.testing.assert_allclose(found, best, rtol=1e-3)
        kept = source.neighbours[item][: len(found)]
        np.testing.assert_allclose(found, [worth[i] for i in kept.tolist()], rtol=1e-3)


def test_the_best_of_a_row_come_first_and_ties_in_the_order_of_the_catalogue() -> None:
    found, weights = np.array([[4, 2, 9, 1]]), np.array([[0.5, 0.5, -1.0, 2.0]])
    neighbours, kept = best_of_rows(found, weights)
    assert neighbours[0, :4].tolist() == [1, 2, 4, -1]
    assert kept[0, :4].tolist() == [2.0, 0.5, 0.5, 0.0]
