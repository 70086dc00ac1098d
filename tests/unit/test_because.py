"""The sentence beside a suggestion says what the numbers say, and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import SOURCES
from models.candidates.base import Candidates, Source
from models.features import FEATURES
from models.moment import Moment
from models.recommender import Ranking, Recommender
from service.decision.because import PLACE, Because, because, kind_of, kinds_at
from tests.contract.test_sources import TODAY, a_past, history_of
from tests.one_tree import split_at


def a_row(**values: float) -> np.ndarray:
    row = np.zeros(len(FEATURES), dtype=np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


@pytest.fixture(scope="module")
def sources() -> tuple[Source, ...]:
    return tuple(kind.fit(a_past(), seed=1) for kind in SOURCES)


def reason_of(
    row: np.ndarray,
    sources: tuple[Source, ...],
    gains: dict[str, float] | None = None,
    names: dict[int, str] | None = None,
) -> Because:
    """For item 6, by trees that look at the features of `gains`."""
    trees = [split_at(*gain) for gain in (gains or {"price_ratio": 1.0}).items()]
    ranker = replace(
        trees[0],
        features=np.concatenate([tree.features for tree in trees]),
        thresholds=np.concatenate([tree.thresholds for tree in trees]),
        values=np.concatenate([tree.values for tree in trees]),
    )
    recommender = Recommender(None, sources, ranker)  # type: ignore[arg-type]
    [reason] = because(row[np.newaxis], [6], MOMENT, recommender, (names or {}).get)
    return reason


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
def test_what_was_bought_before(
    values: dict[str, float], code: str, text: str, sources: tuple[Source, ...]
) -> None:
    row = a_row(**values)
    reason = reason_of(row, sources)
    assert (reason.code, reason.text) == (code, text)
    assert kind_of(row, MOMENT, reason.code) == "repeat"


@pytest.mark.parametrize(
    ("feature", "value", "code", "text"),
    [
        ("score_similar", 0.2, "like_minded", "Customers with similar orders buy this"),
        ("score_neighbours", 0.2, "like_minded", "Customers with similar orders buy this"),
        ("score_popular", 0.2, "popular", "Many customers have bought this lately"),
        ("season", 0.5, "in_season", "Sells better in this month than in most others"),
        (
            "category_share", 0.4, "favourite_sort",
            "40% of what this customer ordered is of this sort",
        ),
        ("score_replace", 0.1, "same_need", "Of the same sort as what this contact is about"),
    ],
)  # fmt: skip
def test_what_the_customer_never_bought(
    feature: str, value: float, code: str, text: str, sources: tuple[Source, ...]
) -> None:
    row = a_row(**{feature: value})
    reason = reason_of(row, sources)
    assert (reason.code, reason.text) == (code, text)
    assert kind_of(row, MOMENT, reason.code) == "discover"


def test_the_main_reason_is_what_the_trees_were_moved_by_most(sources: tuple[Source, ...]) -> None:
    row = a_row(score_popular=1, score_similar=1, own_orders=1)
    gains = {"score_popular": 0.5, "score_similar": 0.8, "own_orders": 0.1}
    assert reason_of(row, sources, gains).code == "like_minded"
    assert reason_of(row, sources, {**gains, "item_recent": 9}).code == "like_minded"
    row[PLACE["item_recent"]] = 3.0
    assert reason_of(row, sources, {**gains, "item_recent": 9}).code == "popular"
    assert reason_of(row, sources, {**gains, "score_similar": -1}).code == "popular"


def test_a_reason_that_is_not_true_of_the_item_is_not_given(sources: tuple[Source, ...]) -> None:
    """The trees may like what is recent; who is not among the best sellers is not called one."""
    row = a_row(score_similar=1, item_recent=3)
    assert reason_of(row, sources, {"item_recent": 9}).code == "like_minded"


def test_a_complement_names_the_item_that_it_goes_with(sources: tuple[Source, ...]) -> None:
    row = a_row(score_together=1)
    reason = reason_of(row, sources, names={0: "Lamp", 2: "Table", 4: "Chair"})
    assert reason.text == "Others bought it together with Chair"
    assert kind_of(row, MOMENT, reason.code) == "complement"
    assert reason_of(row, sources).text == "Others bought it together with the last order"


def test_what_comes_next_names_the_item_that_it_comes_after(sources: tuple[Source, ...]) -> None:
    names = {0: "Lamp", 2: "Table", 4: "Chair"}
    reason = reason_of(a_row(score_following=1), sources, names=names)
    assert reason.code == "ordered_next"
    assert reason.text.removeprefix("Others ordered it next after ") in names.values()


def test_kinds_are_told_apart() -> None:
    returned = Moment(history_of(0), TODAY, "return", np.array([8], dtype=np.int32))
    same = a_row(same_category_as_contact=1)
    together, popular = Because("goes_with", ""), Because("popular", "")
    assert kind_of(a_row(own_orders=1), returned, popular.code) == "repeat"
    assert kind_of(same, returned, together.code) == "substitute"
    assert kind_of(same, MOMENT, together.code) == "complement"
    assert kind_of(a_row(), MOMENT, popular.code) == "discover"


def test_a_kind_is_the_same_before_and_after_its_reason_is_told(
    sources: tuple[Source, ...],
) -> None:
    rows = [
        a_row(own_orders=1, score_together=1),
        a_row(score_together=1),
        a_row(score_together=1, score_popular=1),
        a_row(score_popular=1),
    ]
    ranker = split_at("score_popular", 5.0)
    recommender = Recommender(None, sources, ranker)  # type: ignore[arg-type]
    table, items = np.array(rows), np.arange(4, dtype=np.int32)
    told = because(table, items.tolist(), MOMENT, recommender, lambda _: None)
    ranking = Ranking(Candidates(items, np.zeros((len(SOURCES), 4))), items, table, items)
    places = [3, 1, 2, 0]
    kinds = kinds_at(ranking, MOMENT, recommender, places)
    assert kinds == [kind_of(rows[place], MOMENT, told[place].code) for place in places]
    assert set(kinds) == {"repeat", "complement", "discover"}
