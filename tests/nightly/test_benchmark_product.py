"""Encore itself on a benchmark's rounds: learned from before, or from other customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.features import FEATURES
from tests.nightly.benchmark_world import TODAY, a_question, a_round, a_task
from tests.one_tree import split_at
from training.benchmark import product
from training.benchmark.product import product as encore
from training.table import Table
from training.weigh import judged


def test_the_first_month_of_which_nothing_is_known_is_answered_from_the_customers_own_orders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Customers whom a later round knows are no strangers, whatever the first round knows."""
    monkeypatch.delattr(product, "_by_customer")
    first = a_round([], [a_question([[1], [1, 2], [1]], target=[1], customer=0)])
    later = a_round([[[1], [2]], [[3], [4]]], [a_question([[4], [3]], target=[3], customer=1)])
    task = replace(a_task(later.questions, [[[1], [2]], [[3], [4]]]), rounds=(first, later))

    of_the_first, of_the_later = encore(task, 1)

    assert of_the_first[0] == 1
    assert set(of_the_later[:2].tolist()) == {3, 4}


def test_strangers_are_answered_by_what_was_learned_from_other_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everybody who ordered an even item orders the next odd one then, and never the even again."""
    monkeypatch.setattr(product, "FEWEST_LABELS", 1)
    known = [[[even], [even + 1]] for even in (0, 2, 4, 6) for _ in range(60)]
    asked = [a_question([[even]], target=[even + 1], customer=1000) for even in (0, 2, 4, 6)]

    answers = encore(a_task(asked, known), 1)

    assert [int(answer[0]) for answer in answers] == [1, 3, 5, 7]


def test_where_there_is_little_to_learn_from_the_customers_own_orders_are_counted() -> None:
    """Bought three times long ago comes before bought twice of late."""
    orders = [[1], [1], [1], [2], [2]]
    first = a_round([orders], [a_question(orders, target=[1], customer=0)])
    task = replace(a_task(first.questions, [orders]), rounds=(first,))
    assert encore(task, 1)[0][:2].tolist() == [1, 2]


def test_trees_answer_as_far_as_moments_bear_them_out_that_they_knew_nothing_of() -> None:
    """Without such moments, or with none in which anything was bought, orders are counted."""
    trees = split_at("price_ratio", 1.0)
    features = np.zeros((2, len(FEATURES)), dtype=np.float32)
    moments, ones = np.zeros(2, dtype=np.int32), np.ones(2, dtype=np.float32)
    table = Table(features, np.array([True, False]), moments, moments, ones)
    unbought = replace(table, labels=np.zeros(2, dtype=bool))
    assert product._weighed(trees, [judged(trees, table)]) is not None
    assert product._weighed(trees, [judged(trees, unbought)]) is None
    assert product._weighed(trees, []) is None
    assert product._weighed(None, [judged(trees, table)]) is None


def test_a_months_trees_are_judged_on_what_came_after_them_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those grown by the first of a month, on the moments from then on; six months at most."""
    seen: list[list[float]] = []

    def told(trees: object, apart: list[tuple[object, object]]) -> None:
        seen.append([day for day, _ in apart])

    days = [19_967.0, 19_997.0, 20_028.0, 20_058.0]
    monkeypatch.setattr(product, "_months", lambda part: days[: days.index(part.day) + 1])
    monkeypatch.setattr(product, "learn", lambda *given: None)
    monkeypatch.setattr(product, "labelled_table", lambda learned, examples: None)
    monkeypatch.setattr(product, "_trees", lambda tables, seed: len(tables) or None)
    monkeypatch.setattr(product, "judged", lambda trees, table: (days[trees], table))
    monkeypatch.setattr(product, "_weighed", told)
    first = a_round([[[1]] * 6], [a_question([[1]], target=[1], customer=0)])
    rounds = tuple(replace(first, day=day) for day in days)
    task = replace(a_task(first.questions, [[[1]] * 6]), rounds=rounds)

    assert len(list(product._by_month(task, 1))) == 4

    assert seen == [[], [], days[1:2], days[1:3]]


def test_months_begin_after_the_first_orders_and_end_with_the_rounds_own() -> None:
    """Day 19,950 is in August 2024; the round is of November."""
    part = replace(a_round([[[1]] * 6], []), day=20_028.0)
    assert part.known.days[0] == TODAY - 50
    assert product._months(part) == [19_967.0, 19_997.0, 20_028.0]
    assert product._months(replace(a_round([], []), day=20_028.0)) == [20_028.0]
