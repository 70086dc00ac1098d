"""Encore itself: the sources, the features and the ranker of the night, on a benchmark's rounds.

The trees learn from moments that lie before the questions, as in the night. Where the questions
are about customers of whom nothing is known but their own history, they learn from other customers
instead: those of one fold ask for their newest order, and the other folds are what is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from tqdm import tqdm

from models.moment import Moment
from models.purchases import Ints
from models.ranker import Ranker
from models.recommender import Recommender
from training.benchmark.task import LENGTH, Question, Round, Task
from training.benchmark.tuning import rehearsal
from training.evaluate import by_popularity, personal_frequency
from training.examples import Example, draw_examples
from training.fit import (
    EXAMPLES_PER_WINDOW,
    Learned,
    fit_trees,
    labelled_table,
    learn,
)
from training.split import Window
from training.table import Table
from training.weigh import Judged, judged, weigh, with_counting

FOLDS = 8
HORIZON_DAYS = 90.0
FEWEST_LABELS = 500
"""Bought candidates without which no trees are grown and the customer's own orders are counted."""
MONTHS = 6
"""So many of the newest say how far trees are to be believed; early ones had little to learn."""


def product(task: Task, seed: int) -> list[Ints]:
    """Per question, the positions of the best `LENGTH` items."""
    asked = {question.customer for question in task.questions}
    strangers = asked.isdisjoint(task.rounds[-1].known.customers.tolist())
    progress = tqdm(total=len(task.questions), desc="Encore", unit="question", disable=None)
    answers = []
    for part, learned, ranker in (_by_customer if strangers else _by_month)(task, seed):
        answers += [_best(learned, ranker, question.moment) for question in part.questions]
        progress.update(len(part.questions))
    progress.close()
    return answers


Lesson = tuple[Round, Learned, Ranker | None]
"""A round and what answers it; without a ranker the customer's own orders are counted."""


def _by_customer(task: Task, seed: int) -> Iterator[Lesson]:
    """Each fold of the known customers is asked what the others' orders say of it."""
    for part in task.rounds:
        customers = np.unique(part.known.customers)
        drawn = np.random.default_rng(seed).permutation(customers[customers >= 0])
        tables = []
        for fold in tqdm(np.array_split(drawn, FOLDS), desc="folds", unit="fold", disable=None):
            asked = rehearsal(part, np.sort(fold))
            if asked.questions:
                learned = learn(task.data, asked.known, part.day, seed)
                tables.append(labelled_table(learned, _examples(asked.questions)))
        half = len(tables) // 2
        trees = _trees(tables[:half], seed)
        apart = [judged(trees, table) for table in tables[half:]] if trees else []
        ranker = _weighed(_trees(tables, seed), apart)
        yield part, learn(task.data, part.known, part.day, seed), ranker


def _by_month(task: Task, seed: int) -> Iterator[Lesson]:
    """The moments of every earlier month, with the next orders that are known by now.

    What trees said of a month that they knew nothing of is laid beside what has happened since,
    and says how far they are to be believed. Until there is any, orders are counted.
    """
    learned, grown = dict[float, Learned](), dict[float, Ranker]()
    for part in task.rounds:
        months = _months(part)
        for day in (*months[:-1], part.day):
            if day not in learned:
                learned[day] = learn(task.data, part.known.before(day), day, seed)
        histories, tables = part.known.histories(), dict[float, Table]()
        for start, end in pairwise(months):
            window = Window(start, end, HORIZON_DAYS)
            rng = np.random.default_rng((seed, int(start)))
            drawn = draw_examples(histories, task.data.contacts, window, EXAMPLES_PER_WINDOW, rng)
            followed = [example for example in drawn if len(example.target)]
            tables[start] = labelled_table(learned[start], followed)
        later = [judged(grown[day], table) for day, table in tables.items() if day in grown]
        trees = _trees(list(tables.values()), seed)
        if trees is not None:
            grown[part.day] = trees
        yield part, learned[part.day], _weighed(trees, later[-MONTHS:])


def _trees(tables: Sequence[Table], seed: int) -> Ranker | None:
    """None where there is too little to learn from."""
    labels = sum(int(table.labels.sum()) for table in tables)
    return fit_trees(tables, seed) if labels >= FEWEST_LABELS else None


def _weighed(trees: Ranker | None, apart: Sequence[Judged]) -> Ranker | None:
    """Beside counting; none where nothing says how far to believe them."""
    told = [part for part in apart if part.table.labels.any()]
    return with_counting(trees, weigh(told)) if trees is not None and told else None


def _months(part: Round) -> list[float]:
    """The first days of the months after the first orders, up to the round's own."""
    if not len(part.known):
        return [part.day]
    first = np.datetime64(int(part.known.days[0]), "D").astype("datetime64[M]") + 1
    last = np.datetime64(int(part.day), "D").astype("datetime64[M]") + 1
    return np.arange(first, last).astype("datetime64[D]").astype(float).tolist() or [part.day]


def _examples(questions: Sequence[Question]) -> list[Example]:
    return [Example(question.customer, question.moment, question.target) for question in questions]


def _best(learned: Learned, ranker: Ranker | None, moment: Moment) -> Ints:
    catalogue, sources = learned
    if ranker is not None:
        ranking = Recommender(catalogue, sources, ranker).rank(moment)
        return ranking.candidates.items[ranking.order[:LENGTH]]
    return personal_frequency(catalogue, by_popularity(catalogue), moment)[:LENGTH]
