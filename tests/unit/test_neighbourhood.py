"""Neighbours found block by block are those of the whole table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.candidates import neighbourhood
from models.candidates.neighbourhood import NEIGHBOURS, affordable, nearest

N = 12


def table(rows: list[set[int]]) -> sparse.csr_matrix:
    dense = np.zeros((len(rows), N), dtype=np.float32)
    for row, items in enumerate(rows):
        dense[row, list(items)] = 1
    return sparse.csr_matrix(dense)


SETS = st.lists(st.sets(st.integers(0, N - 1)), min_size=1, max_size=15)


@pytest.mark.parametrize("block", [1, 30, 10_000])
@given(rows=SETS)
def test_nearest_are_the_pairs_that_meet_most(block: int, rows: list[set[int]]) -> None:
    found = table(rows)
    before, neighbourhood.BLOCK = neighbourhood.BLOCK, block
    try:
        neighbours, weights = nearest(
            found, found, lambda met, here, there: met - 1, np.ones(N, dtype=bool)
        )
    finally:
        neighbourhood.BLOCK = before

    met = (found.T @ found).toarray() - 1
    for item in range(N):
        others = [other for other in range(N) if other != item and met[item, other] > 0]
        others.sort(key=lambda other: (-met[item, other], other))
        padding = NEIGHBOURS - len(others)
        assert neighbours[item].tolist() == others + [-1] * padding
        assert weights[item].tolist() == [met[item, other] for other in others] + [0] * padding


def test_only_the_nearest_are_kept() -> None:
    many = NEIGHBOURS + 10
    rows = [[0, other] for other in range(1, many) for _ in range(other)]
    dense = np.zeros((len(rows), many), dtype=np.float32)
    for row, items in enumerate(rows):
        dense[row, items] = 1
    found = sparse.csr_matrix(dense)

    neighbours, weights = nearest(
        found, found, lambda met, here, there: met, np.ones(many, dtype=bool)
    )

    assert neighbours[0].tolist() == list(range(many - 1, many - 1 - NEIGHBOURS, -1))
    assert weights[0].tolist() == neighbours[0].tolist()
    assert neighbours[5].tolist() == [0] + [-1] * (NEIGHBOURS - 1)


def test_the_largest_orders_are_left_out_when_all_pairs_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = table([{0}, {0, 1, 2, 3}, {4, 5}]), table([{1}, {0, 1, 2, 3}, {6, 7}])
    assert affordable(left, right) == (left, right)
    monkeypatch.setattr(neighbourhood, "MOST_PAIRS", 5)
    few = affordable(left, right)
    assert [one.toarray().sum() for one in few] == [1 + 2, 1 + 2]
    monkeypatch.setattr(neighbourhood, "MOST_PAIRS", 0)
    assert affordable(left, right)[0].shape == (0, N)
