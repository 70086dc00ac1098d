"""The sentence beside a suggestion says what the numbers say, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from models.candidates import SOURCES
from models.features import FEATURES
from models.moment import Moment
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender
from service.decision.because import PLACE, because, kind_of
from tests.contract.test_sources import N_ITEMS, TODAY, checkerboard, history_of


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
    sources = tuple(kind.fit(checkerboard(), TODAY, N_ITEMS, seed=1) for kind in SOURCES)
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
        ({"score_similar": 0.2}, "like_minded", "Customers with similar orders buy this"),
        ({}, "popular", "Many customers have bought this lately"),
    ],
)
def test_reasons(values: dict[str, float], code: str, text: str, recommender: Recommender) -> None:
    row = a_row(**values)
    reason = because(kind_of(row, MOMENT), row, 6, MOMENT, recommender, {})
    assert (reason.code, reason.text) == (code, text)


def test_a_complement_names_the_item_that_it_goes_with(recommender: Recommender) -> None:
    row = a_row(score_together=0.4)
    names = {0: "Lamp", 2: "Table", 4: "Chair"}
    assert (
        because("complement", row, 6, MOMENT, recommender, names).text
        == "Often bought together with Chair"
    )
    assert because("complement", row, 6, MOMENT, recommender, {}).code == "goes_with"


def test_kinds_are_told_apart() -> None:
    returned = Moment(history_of(0), TODAY, "return", np.array([8], dtype=np.int32))
    same = a_row(same_category_as_contact=1, score_together=0.3)
    assert kind_of(a_row(own_orders=1), returned) == "repeat"
    assert kind_of(same, returned) == "substitute"
    assert kind_of(same, MOMENT) == "complement"
    assert kind_of(a_row(), MOMENT) == "discover"
