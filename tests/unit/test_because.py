"""The sentence beside a suggestion says what the numbers say, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from models.candidates import SOURCES
from models.features import FEATURES
from models.moment import Moment
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender
from service.decision.because import PLACE, because, kind_of, source_of
from tests.contract.test_sources import TODAY, a_past, history_of


def a_row(**values: float) -> np.ndarray:
    row = np.zeros(len(FEATURES), dtype=np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    nothing = np.zeros((0, 2**DEPTH), dtype=np.float32)
    ranker = Ranker(
        nothing[:, 1:].astype(np.int16), nothing[:, 1:], nothing, nothing, nothing, nothing
    )
    sources = tuple(kind.fit(a_past(), seed=1) for kind in SOURCES)
    return Recommender(None, sources, ranker)  # type: ignore[arg-type]


MOMENT = Moment(history_of(0, 2, 4), TODAY)


@pytest.mark.parametrize(
    ("values", "code", "text"),
    [
        (
            {"own_orders": 4, "own_gap": 34.2, "days_since_item": 36.1},
            "due_again",
            "Usually reorders every 34 days; last bought 36 days ago",
        ),
        (
            {"own_orders": 4, "own_gap": 34, "days_since_item": 10},
            "bought_before",
            "Bought 4 times before; last 10 days ago",
        ),
        (
            {"own_orders": 2, "own_gap": 9, "days_since_item": 9},
            "bought_before",
            "Bought 2 times before; last 9 days ago",
        ),
        (
            {"own_orders": 5, "own_gap": 9, "days_since_item": 156},
            "bought_before",
            "Bought 5 times before; last 156 days ago",
        ),
        (
            {"own_orders": 1, "own_gap": 60, "days_since_item": 1.2},
            "bought_before",
            "Bought once before; last 1 day ago",
        ),
        (
            {"own_orders": 3, "own_gap": 0.2, "days_since_item": 0.1},
            "bought_before",
            "Bought 3 times before; last today",
        ),
    ],
)
def test_reasons(values: dict[str, float], code: str, text: str, recommender: Recommender) -> None:
    row = a_row(**values)
    reason = because("repeat", "repeat", row, 6, MOMENT, recommender, {}.get)
    assert kind_of(row, MOMENT, "repeat") == "repeat"
    assert (reason.code, reason.text) == (code, text)


@pytest.mark.parametrize(
    ("source", "code", "text"),
    [
        ("similar", "like_minded", "Customers with similar orders buy this"),
        ("neighbours", "like_minded", "Customers with similar orders buy this"),
        ("popular", "popular", "Many customers have bought this lately"),
    ],
)
def test_reasons_of_what_the_customer_never_bought(
    source: str, code: str, text: str, recommender: Recommender
) -> None:
    row = a_row()
    assert kind_of(row, MOMENT, source) == "discover"
    reason = because("discover", source, row, 6, MOMENT, recommender, {}.get)
    assert (reason.code, reason.text) == (code, text)


def test_the_source_is_the_one_that_values_the_item_most_by_its_own_measure() -> None:
    """Scores of two sources: 5 of at most 10, and 0.3 of at most 0.4."""
    scores = np.zeros((len(SOURCES), 3), dtype=np.float32)
    scores[1], scores[2] = [10, 5, 0], [0.4, 0.3, 0.1]
    assert source_of(scores, 0) == SOURCES[1].name
    assert source_of(scores, 1) == SOURCES[2].name


def test_a_complement_names_the_item_that_it_goes_with(recommender: Recommender) -> None:
    names = {0: "Lamp", 2: "Table", 4: "Chair"}
    reason = because("complement", "together", a_row(), 6, MOMENT, recommender, names.get)
    assert reason.text == "Others bought it together with Chair"
    unnamed = because("complement", "together", a_row(), 6, MOMENT, recommender, {}.get)
    assert unnamed.text == "Others bought it together with the last order"


def test_what_comes_next_names_the_item_that_it_comes_after(recommender: Recommender) -> None:
    names = {0: "Lamp", 2: "Table", 4: "Chair"}
    reason = because("discover", "following", a_row(), 6, MOMENT, recommender, names.get)
    assert reason.code == "ordered_next"
    assert reason.text.removeprefix("Others ordered it next after ") in names.values()


def test_kinds_are_told_apart() -> None:
    returned = Moment(history_of(0), TODAY, "return", np.array([8], dtype=np.int32))
    same = a_row(same_category_as_contact=1)
    assert kind_of(a_row(own_orders=1), returned, "popular") == "repeat"
    assert kind_of(same, returned, "together") == "substitute"
    assert kind_of(same, MOMENT, "together") == "complement"
    assert kind_of(a_row(), MOMENT, "popular") == "discover"
