"""Every baseline against a computation by hand, or against the library's own answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning

from models.moment import Moment
from tests.nightly.benchmark_world import (
    N_ITEMS,
    TODAY,
    Baskets,
    a_question,
    a_round,
    a_task,
    asked_lines,
    known_lines,
)
from training.benchmark.baselines import Baseline, answer
from training.benchmark.factors import Als, Bpr, as_matrix
from training.benchmark.frequency import Personal, Popular
from training.benchmark.methods import BASELINES
from training.benchmark.neighbours import ItemNeighbours
from training.benchmark.tifu_knn import TifuKnn
from training.benchmark.tuning import answered_by_then, choose, hide_newest, tuned
from training.benchmark.up_cf import UserPopularity

NOBODY: list[Baskets] = []
CROWD: list[Baskets] = [[[0, 1], [1, 2], [2, 3]], [[0], [0, 4], [4, 5]], [[1], [1, 3], [3, 6, 7]]]
EVERY = [
    Popular(30.0), Personal(), Personal(newest_first=True), Personal(0.9),
    TifuKnn(2, 0.9, 0.7, 2, 0.5), UserPopularity(2, 0.5, 2),
    Als(4, 1.0), Bpr(4, 0.05, steps=20), ItemNeighbours("bm25", 5), ItemNeighbours("cosine", 5),
]  # fmt: skip


def best_of(baseline: Baseline, known: list[Baskets], asked: Baskets, n: int) -> list[int]:
    part = a_round(known, [a_question(asked, [0])])
    return answer(baseline, part, N_ITEMS, seed=1)[0].tolist()[:n]


def test_lines_count_back_from_the_newest_order() -> None:
    lines = known_lines([[[0, 1], [2]], [[3]]])
    assert lines.customers.tolist() == [0, 1]
    assert lines.orders.tolist() == [2, 1]
    assert sorted(zip(lines.rows, lines.items, lines.back, strict=True)) == [
        (0, 0, 1), (0, 1, 1), (0, 2, 0), (1, 3, 0)
    ]  # fmt: skip
    asked = asked_lines([[0, 1], [2]])
    assert asked.back.tolist() == [1, 1, 0]


def test_popular_looks_at_the_last_days_only() -> None:
    old = [[[5], [5], [5], [5], [5], [0]]]  # item 5 was bought 10, 20, … 50 days ago
    new: list[Baskets] = [[[1], [1]], [[1]], [[1]]]
    assert best_of(Popular(5.0), old + new, [[9]], 2) == [1, 0]
    assert best_of(Popular(1000.0), old + new, [[9]], 2) == [5, 1]


def test_personal_frequency_is_completed_by_what_everybody_buys() -> None:
    asked = [[7, 8], [7], [9]]
    crowd: list[Baskets] = [[[1, 8]], [[1]]]
    assert best_of(Personal(), crowd, asked, 4) == [7, 8, 9, 1]  # 8 is bought by others too
    assert best_of(Personal(newest_first=True), crowd, asked, 3) == [7, 9, 8]  # 9 was bought last
    assert best_of(Personal(decay=0.4), crowd, asked, 3) == [9, 7, 8]  # 1, .4 + .16, .16


def test_the_vector_of_tifu_knn_by_hand() -> None:
    """Three orders in groups of two: the newest two are one group, the oldest is its own."""
    vector = TifuKnn(2, 0.5, 0.1, 1, 1.0).vectors(asked_lines([[0, 1], [1], [2]])).toarray()[0]
    newest = {2: 1 / 2, 1: 0.5 / 2}  # mean of two orders, the older of them at half
    oldest = {0: 1.0, 1: 1.0}
    assert vector[0] == pytest.approx(0.1 * oldest[0] / 2)  # mean of two groups
    assert vector[1] == pytest.approx((newest[1] + 0.1 * oldest[1]) / 2)
    assert vector[2] == pytest.approx(newest[2] / 2)


def test_the_prediction_of_tifu_knn_by_hand() -> None:
    """One order each, so that vectors are the orders. The nearest two share item 0."""
    known = [[[0, 1]], [[0, 2]], [[5, 6, 7]]]
    score = TifuKnn(1, 0.9, 0.9, 2, 0.75).learn(a_round(known, []), known_lines(known), 1)
    scores = score(asked_lines([[0]]))[0]
    assert scores[:4] == pytest.approx([0.75 * 1 + 0.25 * 1, 0.25 / 2, 0.25 / 2, 0])
    assert scores[5:].tolist() == [0] * 5


def test_up_cf_by_hand() -> None:
    """Asked has {0, 1}. Customer 0 has {0, 2} in two orders, customer 1 has {1, 3, 4} in one."""
    known = [[[0], [0, 2]], [[1, 3, 4]]]
    score = UserPopularity(1, 0.5, 2).learn(a_round(known, []), known_lines(known), 1)
    scores = score(asked_lines([[0], [1]]))[0]
    first, second = (1 / (2 * 2) ** 0.5) ** 2, (1 / (2 * 3) ** 0.5) ** 2
    # Own popularity looks at the newest order only: item 1. So does that of customer 0: 0 and 2.
    assert scores[:5] == pytest.approx([first, 1 + second, first, second, second])
    wider = UserPopularity(5, 0.5, 2).learn(a_round(known, []), known_lines(known), 1)
    assert wider(asked_lines([[0], [1]]))[0][:3] == pytest.approx(
        [0.5 + first, 0.5 + second, first / 2]
    )
    lean = UserPopularity(1, 1.0, 1).learn(a_round(known, []), known_lines(known), 1)
    assert lean(asked_lines([[0], [1]]))[0][4] == pytest.approx(1 / 2)  # over asked's two alone


@pytest.mark.parametrize("baseline", [TifuKnn(1, 1, 1, 1, 0.5), UserPopularity(9, 0.5, 1)])
def test_nobody_is_his_own_neighbour(baseline: Baseline) -> None:
    """Customer 0 is known with an order that the question must not see."""
    known: list[Baskets] = [[[0], [9]], [[0, 3]]]
    score = baseline.learn(a_round(known, []), known_lines(known), 1)
    question = a_question([[0]], [9], customer=0)
    part = a_round(known, [question])
    assert answer(baseline, part, N_ITEMS, 1)[0].tolist()[:2] == [0, 3]
    assert score(asked_lines([[0]]))[0][9] > 0  # to another it is a neighbour


def test_item_neighbours_answer_as_the_library_does() -> None:
    lines, asked = known_lines(CROWD), asked_lines([[0], [1, 3]])
    ours = ItemNeighbours("cosine", 5).learn(a_round(CROWD, []), lines, 1)(asked)[0]
    library = CosineRecommender(K=5)
    matrix = as_matrix(lines)
    with pytest.warns(ParameterWarning):
        library.fit(matrix, show_progress=False)
    ids, scores = library.recommend(0, as_matrix(asked), N=4, filter_already_liked_items=False)
    assert ours[ids] == pytest.approx(scores)
    assert sorted(ours)[-4:] == pytest.approx(sorted(scores))


def test_bpr_folds_a_stranger_in_beside_those_who_bought_the_same() -> None:
    crowd: list[Baskets] = [[[0, 1, 2]]] * 20 + [[[5, 6, 7]]] * 20
    assert set(best_of(Bpr(8, 0.05), crowd, [[0, 1]], 3)) == {0, 1, 2}
    assert set(best_of(Als(8, 1.0), crowd, [[5, 6]], 3)) == {5, 6, 7}


@pytest.mark.parametrize("baseline", EVERY, ids=str)
def test_answers_are_whole_repeatable_and_there_when_nothing_is_known(baseline: Baseline) -> None:
    asked = [[0, 1], [1]]
    first = best_of(baseline, CROWD, asked, N_ITEMS)
    assert sorted(first) == list(range(N_ITEMS))
    assert best_of(baseline, CROWD, asked, N_ITEMS) == first
    assert sorted(best_of(baseline, NOBODY, asked, N_ITEMS)) == list(range(N_ITEMS))


def test_a_rehearsal_hides_the_newest_order_and_learns_from_others() -> None:
    many: list[Baskets] = [[[0], [1], [2, 3]]] * 60 + [[[4], [5]]] * 5
    (rehearsal,) = hide_newest(a_round(many, []), seed=1)
    assert len(rehearsal.questions) == 20
    asked = {question.customer for question in rehearsal.questions}
    assert asked.isdisjoint(rehearsal.known.customers.tolist())
    assert max(asked) < 60  # two orders are too few to hide one
    question = rehearsal.questions[0]
    assert question.target.tolist() == [2, 3]
    assert question.moment.history.items.tolist() == [0, 1]
    assert question.moment.day == TODAY


def test_earlier_questions_rehearse_once_their_next_order_is_known() -> None:
    known = a_round([[[0]], [[1], []]], []).known  # customer 0 ordered today, 1 ten days ago
    asked = [a_question([[5]], [0], customer=customer) for customer in (0, 1, 2)]
    days = [TODAY - 1, TODAY - 1, TODAY - 50]
    questions = [
        replace(question, moment=replace(question.moment, day=day))
        for question, day in zip(asked, days, strict=True)
    ]
    unanswered = a_round(CROWD, questions[1:])
    (rehearsal,) = answered_by_then([a_round(CROWD, questions), unanswered], known)
    assert rehearsal.questions == (questions[0],)


def test_the_better_setting_is_chosen_and_of_equals_the_first() -> None:
    """What comes next is what came last, not what came most often."""
    questions = [a_question([[1], [1], [1], [2]], [2], customer=n) for n in range(3)]
    rehearsal = [a_round(CROWD, questions[:2]), a_round(CROWD, questions[2:])]
    grid = [Personal(1.0), Personal(0.3), Personal(0.2)]
    assert choose("by hand", grid, rehearsal, N_ITEMS, 1) == Personal(0.3)


def test_a_method_chooses_once_enough_is_known_and_keeps_what_it_answered() -> None:
    """Items 1 to 3 were bought in turn, 1 twice; 3 comes next. By frequency 1 leads."""
    many = [a_question([[1], [1], [2], [3]], [3], customer=n % 3) for n in range(400)]
    first, second = a_round(CROWD, many), a_round(CROWD, many[:1])
    early = [replace(question.moment, day=TODAY - 5) for question in many]
    asked = [replace(q, moment=moment) for q, moment in zip(many, early, strict=True)]
    task = replace(a_task(asked), rounds=(replace(first, questions=tuple(asked)), second))
    answers = tuned("by hand", [Personal(1.0), Personal(0.3)])(task, 1)
    assert {int(own[0]) for own in answers[:-1]} == {1}
    assert answers[-1][0] == 3


@pytest.mark.parametrize("name", ["TIFU-KNN", "UP-CF@r", "BM25 item neighbours"])
def test_every_entry_answers_every_question_of_every_round(name: str) -> None:
    task = a_task([a_question([[0], [1]], [2]), a_question([[3]], [3], customer=101)], CROWD)
    answers = BASELINES[name](task, 1)
    assert [len(own) for own in answers] == [N_ITEMS, N_ITEMS]
    assert all(len(set(own.tolist())) == N_ITEMS for own in answers)
    assert isinstance(task.questions[0].moment, Moment)
