"""The benchmark's figures, with arithmetic that can be followed by hand."""

from __future__ import annotations

import json
from math import log2
from typing import Any

import numpy as np
import pytest

from models.moment import Moment
from models.purchases import Ints, history_of
from tests.nightly.benchmark_world import a_question, a_task
from training.benchmark.metrics import MEASURES, PARTS, Bootstrap, measure
from training.benchmark.report import measured, table


def figure(values: Any, part: str, name: str) -> float:
    return float(values[PARTS.index(part), MEASURES.index(name)])


def test_the_measures_of_one_answer_by_hand() -> None:
    """Two of four wanted items come, at the second and the fifth place; one of them is a repeat."""
    question = a_question([[0, 1]], target=[1, 2, 3, 4])
    values = measure(question, np.array([9, 1, 8, 7, 2, 6], dtype=np.int32))
    assert figure(values, "all", "recall@3") == 1 / 4
    assert figure(values, "all", "recall@5") == 2 / 4
    assert figure(values, "all", "phr@3") == 1
    ideal_of_3 = 1 + 1 / log2(3) + 1 / log2(4)  # four are wanted, three have room
    assert figure(values, "all", "ndcg@3") == pytest.approx((1 / log2(3)) / ideal_of_3)
    ideal_of_4 = ideal_of_3 + 1 / log2(5)
    found = 1 / log2(3) + 1 / log2(6)
    assert figure(values, "all", "ndcg@10") == pytest.approx(found / ideal_of_4)
    assert figure(values, "repeat", "recall@3") == 1  # wanted: item 1
    assert figure(values, "repeat", "ndcg@3") == pytest.approx(1 / log2(3))
    assert figure(values, "explore", "recall@5") == pytest.approx(1 / 3)  # wanted: 2, 3, 4
    assert figure(values, "explore", "phr@3") == 0


def test_a_part_without_a_target_counts_in_no_mean() -> None:
    values = measure(a_question([[0, 1]], target=[0]), np.array([0], dtype=np.int32))
    assert figure(values, "repeat", "ndcg@20") == 1
    assert np.isnan(values[PARTS.index("explore")]).all()


def test_the_bootstrap_draws_customers_with_all_their_questions() -> None:
    """Customer 0 asks twice and always gets 1, customer 1 once and gets 0: the mean is 2/3, and
    whoever draws one customer twice sees 0 or 1."""
    questions = [a_question([[0]], [1], customer=customer) for customer in (0, 0, 1)]
    values = np.array([[1.0], [1.0], [0.0]])
    (interval,) = Bootstrap(questions, seed=3).intervals(values)
    assert interval.mean == pytest.approx(2 / 3)
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_an_interval_is_narrow_where_there_is_much() -> None:
    questions = [a_question([[0]], [1], customer=customer) for customer in range(400)]
    values = np.arange(400)[:, None] % 2.0
    (interval,) = Bootstrap(questions, seed=1).intervals(values)
    assert interval.mean == 0.5
    # 1.96 standard errors of a share of one half among 400
    assert interval.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.01)
    assert interval.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.01)


def test_the_difference_is_paired_and_against_the_best_baseline() -> None:
    """The product is right wherever the better baseline is, and ten times more of forty.

    The standard error of such a share is the root of .25 * .75 / 40, .068.
    """
    task = a_task([a_question([[0]], [1], customer=customer) for customer in range(40)])
    right, wrong = np.array([1], dtype=np.int32), np.array([2], dtype=np.int32)

    def right_in(n: int) -> list[Ints]:
        return [right if place < n else wrong for place in range(40)]

    answers = {"Ours": right_in(30), "weak": right_in(2), "strong": right_in(20)}
    results = measured(task, answers, "Ours", seed=1)
    found = results["difference"]["all"]["recall@10"]
    assert found["baseline"] == "strong"
    assert found["mean"] == 10 / 40
    assert found["low"] == pytest.approx(0.25 - 1.96 * 0.068, abs=0.03)
    assert found["high"] == pytest.approx(0.25 + 1.96 * 0.068, abs=0.03)
    assert results["difference"]["repeat"]["recall@10"]["mean"] is None  # nothing was bought before
    json.dumps(results, allow_nan=False)
    shown = table(results, "Ours")
    assert "recall@10: Ours minus strong +0.2500" in shown
    assert "40 questions of 40 customers" in shown


def test_without_the_product_there_is_no_difference() -> None:
    task = a_task([a_question([[0]], [1])])
    results = measured(task, {"weak": [np.array([1], dtype=np.int32)]}, "Ours", seed=1)
    assert results["difference"] == {}
    assert "minus" not in table(results, "Ours")


def test_what_was_had_before_is_what_the_history_holds() -> None:
    ones = np.ones(1, dtype=np.float32)
    history = history_of(np.array([5], dtype=np.int32), np.array([1.0]), ones, ones)
    moment = Moment(history, 9.0, "return", np.array([7], dtype=np.int32))
    question = a_question([[0]], [5, 7], moment=moment)
    values = measure(question, np.array([5], dtype=np.int32))
    assert figure(values, "repeat", "recall@3") == 1
    assert figure(values, "explore", "recall@3") == 0
