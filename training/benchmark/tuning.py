"""Parameters chosen on what is known before anything reported is asked with them.

At the first round, the newest order of some known customers is hidden and asked for; the others
are learned from. Where too few customers are known for that, the choice is made later, on the
questions of earlier rounds that the time since has answered; those rounds are answered with the
first setting of the grid, and stay so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.moment import Moment
from models.past import lines_of
from models.purchases import Ints, Purchases
from training.benchmark.baselines import Baseline, answer
from training.benchmark.metrics import MEASURES, PARTS, measure_all
from training.benchmark.task import Method, Question, Round, Task

ORDERS = 3
"""That a customer has whose newest is asked for."""
ENOUGH = 400
"""Questions that a choice needs; at most a third of the customers is asked about."""
ASKED = 600
JUDGED_BY = [MEASURES.index(name) for name in ("recall@10", "ndcg@10")]


def tuned(name: str, grid: Sequence[Baseline]) -> Method:
    """The method that chooses among the grid and answers with what it chose."""

    def method(task: Task, seed: int) -> list[Ints]:
        n_items = len(task.data.item_ids)
        setting, answers = grid[0], list[Ints]()
        chosen = len(grid) == 1
        for place, part in enumerate(tqdm(task.rounds, desc=name, unit="round", disable=None)):
            if not chosen:
                earlier = task.rounds[:place]
                rehearsal = (
                    answered_by_then(earlier, part.known) if earlier else hide_newest(part, seed)
                )
                if sum(len(past.questions) for past in rehearsal) >= ENOUGH:
                    setting, chosen = choose(name, grid, rehearsal, n_items, seed), True
            answers += answer(setting, part, n_items, seed)
        return answers

    return method


def choose(
    name: str, grid: Sequence[Baseline], rehearsal: Sequence[Round], n_items: int, seed: int
) -> Baseline:
    """The best by Recall@10 and NDCG@10 together; of equals the first."""
    scores = []
    for setting in tqdm(grid, desc=f"{name}: choosing", unit="setting", disable=None):
        measured = [
            measure_all(part.questions, answer(setting, part, n_items, seed)) for part in rehearsal
        ]
        scores.append(np.concatenate(measured)[:, PARTS.index("all"), JUDGED_BY].mean())
    chosen = grid[int(np.argmax(scores))]
    tqdm.write(f"{name}: {chosen}", file=sys.stderr)
    return chosen


def answered_by_then(earlier: Sequence[Round], known: Purchases) -> list[Round]:
    """The earlier rounds with those of their questions whose next order is known by now."""
    last_orders = np.full(known.customers.max(initial=-1) + 1, -np.inf)
    named = known.customers >= 0
    np.maximum.at(last_orders, known.customers[named], known.days[named])

    def is_answered(question: Question) -> bool:
        there = question.customer < len(last_orders)
        return there and last_orders[question.customer] > question.moment.day

    answered = [
        replace(part, questions=tuple(filter(is_answered, part.questions))) for part in earlier
    ]
    return [part for part in answered if part.questions]


def hide_newest(part: Round, seed: int) -> list[Round]:
    """A rehearsal with some of the customers who have several orders."""
    lines = lines_of(part.known)
    several = np.unique(lines.customers[lines.lags >= ORDERS - 1])
    drawn = np.random.default_rng(seed).permutation(several)
    return [rehearsal(part, np.sort(drawn[: min(ASKED, len(drawn) // 3)]))]


def rehearsal(part: Round, customers: Ints) -> Round:
    """A round that asks for the newest known order of these customers, and knows the others."""
    asked = _keep(part.known, np.isin(part.known.customers, customers))
    questions = []
    for customer, history in asked.histories().items():
        newest = history.orders == history.orders[-1]
        day = float(history.days[newest][0])
        before = history.until(np.nextafter(day, 0))
        if len(before):
            questions.append(Question(customer, Moment(before, day), history.items[newest]))
    others = _keep(part.known, ~np.isin(part.known.customers, customers))
    return Round(others, part.day, tuple(questions))


def _keep(known: Purchases, which: NDArray[np.bool_]) -> Purchases:
    columns = ("customers", "orders", "items", "days", "quantities", "prices")
    return Purchases(**{column: getattr(known, column)[which] for column in columns})
