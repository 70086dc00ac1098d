"""Questions, rounds and tasks made by hand, for the tests of the benchmark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.moment import Moment
from models.purchases import Purchases, history_of
from training.benchmark.order_lines import OrderLines, lines_of_asked, lines_of_known
from training.benchmark.task import Question, Round, Task
from training.load import Contacts, Dataset

N_ITEMS = 10
TODAY = 20_000.0
Baskets = Sequence[Sequence[int]]


def a_question(
    baskets: Baskets, target: Sequence[int], customer: int = 100, moment: Moment | None = None
) -> Question:
    """Baskets oldest first, the newest ten days ago."""
    items, days = _lines(baskets, newest=1)
    ones = np.ones(len(items), dtype=np.float32)
    asked = moment or Moment(history_of(items, days, ones, ones), TODAY)
    return Question(customer, asked, np.array(target, dtype=np.int32))


def a_round(known: Sequence[Baskets], questions: Sequence[Question]) -> Round:
    """The known customers' newest baskets are of today."""
    lines = [_lines(baskets, newest=0) for baskets in known]
    items = np.concatenate([np.empty(0, dtype=np.int32), *(own for own, _ in lines)])
    days = np.concatenate([np.empty(0), *(own for _, own in lines)])
    customers = np.repeat(np.arange(len(lines)), [len(own) for own, _ in lines])
    by_time = np.argsort(days, kind="stable")
    ones = np.ones(len(items), dtype=np.float32)
    orders = np.arange(len(items), dtype=np.int32)
    columns = customers.astype(np.int32)[by_time], orders, items[by_time], days[by_time]
    return Round(Purchases(*columns, ones, ones), TODAY, tuple(questions))


def a_task(questions: Sequence[Question], known: Sequence[Baskets] = ()) -> Task:
    part = a_round(known, questions)
    data = Dataset(
        item_ids=[str(item) for item in range(N_ITEMS)],
        prices=np.ones(N_ITEMS, dtype=np.float32),
        categories=np.full(N_ITEMS, -1, dtype=np.int32),
        sellable=np.ones(N_ITEMS, dtype=bool),
        customers=200,
        purchases=part.known,
        contacts=Contacts(np.empty(0, dtype=np.int32), np.empty(0), [], []),
    )
    return Task("by hand", data, (part,))


def known_lines(known: Sequence[Baskets]) -> OrderLines:
    return lines_of_known(a_round(known, []).known, N_ITEMS)


def asked_lines(*histories: Baskets) -> OrderLines:
    return lines_of_asked([a_question(baskets, [0]) for baskets in histories], N_ITEMS)


def _lines(baskets: Baskets, newest: int) -> tuple[np.ndarray, np.ndarray]:
    ages = np.arange(len(baskets) - 1, -1, -1) + newest
    days = np.repeat(TODAY - 10 * ages, [len(basket) for basket in baskets])
    items = np.array([item for basket in baskets for item in basket], dtype=np.int32)
    return items, days.astype(np.float64)
