"""What every baseline is: parameters that learn from a round and then score all items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from models.purchases import Floats, Ints
from training.benchmark.order_lines import Longs, OrderLines, lines_of_asked, lines_of_known
from training.benchmark.ranking import best_items
from training.benchmark.task import Round

Scorer = Callable[[OrderLines], Floats]
"""A row per question -> scores, float32[rows, items]; what is not above another stays 0."""

QUESTIONS_AT_ONCE = 500
"""Bounds the memory of the dense scores."""


class Baseline(Protocol):
    """One method with one choice of parameters."""

    def learn(self, known: Round, lines: OrderLines, seed: int) -> Scorer:
        """Learn from a round, `lines` being what is known of customers in it."""
        ...


def answer(baseline: Baseline, part: Round, n_items: int, seed: int) -> list[Ints]:
    """Learn from the round and answer its questions."""
    lines = lines_of_known(part.known, n_items)
    score, popularity = baseline.learn(part, lines, seed), lines.popularity
    answers: list[Ints] = []
    for first in range(0, len(part.questions), QUESTIONS_AT_ONCE):
        asked = lines_of_asked(part.questions[first : first + QUESTIONS_AT_ONCE], n_items)
        answers += best_items(score(asked), popularity)
    return answers


def own_places(asked: OrderLines, known: OrderLines) -> tuple[Longs, Longs]:
    """Where asked and known rows are the same customer: nobody is his own neighbour."""
    places = np.searchsorted(known.customers, asked.customers)
    there = np.flatnonzero(places < len(known))
    same = there[known.customers[places[there]] == asked.customers[there]]
    return same, places[same]
