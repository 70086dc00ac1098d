"""What a ranking knew of an item, as it is kept: rounded, and by the names of the sources."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.features import FEATURES
from models.purchases import Floats
from models.recommender import Ranking
from service.decision.known import NAMES, known_of

ITEMS = 4
values = st.floats(-99_999, 99_999, width=32)


def ranking(table: Floats, scores: Floats) -> Ranking:
    items = np.arange(ITEMS, dtype=np.int32)
    candidates = Candidates(items, scores)
    return Ranking(candidates, items.astype(np.int64), table, np.zeros(ITEMS, dtype=np.float32))


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What is still to be compiled is compiled before anything is timed."""
    known_of(
        ranking(
            np.zeros((ITEMS, len(FEATURES)), np.float32),
            np.zeros((len(SOURCES), ITEMS), np.float32),
        ),
        [0],
    )


@given(arrays(np.float32, (ITEMS, len(FEATURES)), elements=values))
def test_features_are_the_table_with_four_decimals(table: Floats) -> None:
    known = known_of(ranking(table, np.zeros((len(SOURCES), ITEMS), np.float32)), [2, 0])
    assert [row for row, _ in known] == table[[2, 0]].astype(np.float64).round(4).tolist()
    assert [sources for _, sources in known] == [{}, {}]


def test_each_source_that_gave_something_is_named_however_little_it_was() -> None:
    scores = np.zeros((len(SOURCES), ITEMS), np.float32)
    scores[1, 3], scores[4, 3], scores[4, 0] = 0.123456, 1e-9, 7
    table = np.zeros((ITEMS, len(FEATURES)), np.float32)
    (_, last), (_, first) = known_of(ranking(table, scores), [3, 0])
    assert last == {NAMES[1]: pytest.approx(0.12346), NAMES[4]: 1e-5}
    assert first == {NAMES[4]: 7.0}
