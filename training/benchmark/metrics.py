"""How good the answers are: per question, on average, and how sure the average is.

Recall, NDCG with the ideal cut at K, and PHR (any hit), at several K, over all items; once for all
of the target, and apart for what the customer had bought before (`repeat`) and had not (`explore`),
as in Li et al., "A Next Basket Recommendation Reality Check", TOIS 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.purchases import Days, Ints
from training.benchmark.task import Question
from training.evaluate import ndcg, recall

CUTS = (3, 5, 10, 20)
PARTS = ("all", "repeat", "explore")
MEASURES = tuple(f"{measure}@{cut}" for cut in CUTS for measure in ("recall", "ndcg", "phr"))
RESAMPLES = 1000
BLOCK = 100
"""Resamples drawn at once: bounds the memory."""


@dataclass(frozen=True)
class Interval:
    """A mean over the questions and the 95% interval of the bootstrap."""

    mean: float
    low: float
    high: float


def measure(question: Question, answer: Ints) -> Days:
    """All measures of one answer, float64[parts, measures]; NaN where a part has no target."""
    measured = np.full((len(PARTS), len(MEASURES)), np.nan)
    owned = np.isin(question.target, question.moment.history.items)
    parts = question.target, question.target[owned], question.target[~owned]
    for row, target in zip(measured, parts, strict=True):
        if len(target):
            hits = np.zeros(max(CUTS), dtype=bool)  # a short answer misses at the places it lacks
            hits[: len(answer)] = np.isin(answer, target)[: len(hits)]
            row[:] = [
                value
                for cut in CUTS
                for value in (
                    recall(hits[:cut], len(target)),
                    ndcg(hits[:cut], len(target)),
                    float(hits[:cut].any()),
                )
            ]
    return measured


def measure_all(questions: Sequence[Question], answers: Sequence[Ints]) -> Days:
    """float64[questions, parts, measures]."""
    pairs = zip(questions, answers, strict=True)
    return np.stack([measure(question, answer) for question, answer in pairs])


class Bootstrap:
    """Draws customers with replacement, each with all of its questions; the same draws each time.

    A customer's questions resemble each other, so that drawing questions singly would claim too
    narrow an interval.
    """

    def __init__(self, questions: Sequence[Question], seed: int) -> None:
        customers = np.array([question.customer for question in questions])
        drawn, self._groups = np.unique(customers, return_inverse=True)
        self._n = len(drawn)
        self._seed = seed

    def intervals(self, values: Days) -> list[Interval]:
        """Per column of values, float64[questions, columns]; NaN values count in no mean."""
        there = ~np.isnan(values)
        sums = self._per_customer(np.where(there, values, 0.0))
        counts = self._per_customer(there.astype(np.float64))
        means = _ratio(sums.sum(axis=0), counts.sum(axis=0))
        rng, even = np.random.default_rng(self._seed), np.full(self._n, 1 / self._n)
        drawn = []
        for _ in range(0, RESAMPLES, BLOCK):
            times = rng.multinomial(self._n, even, size=BLOCK).astype(np.float64)
            drawn.append(_ratio(times @ sums, times @ counts))
        resampled = np.concatenate(drawn)
        resampled[:, np.isnan(means)] = 0.0  # nothing was measured: the mean stays NaN
        low, high = np.nanquantile(resampled, [0.025, 0.975], axis=0)
        rows = zip(means.tolist(), low.tolist(), high.tolist(), strict=True)
        return [Interval(*row) for row in rows]

    def _per_customer(self, values: Days) -> Days:
        sums = np.zeros((self._n, values.shape[1]))
        np.add.at(sums, self._groups, values)
        return sums


def _ratio(sums: Days, counts: Days) -> NDArray[np.float64]:
    """NaN where nothing was counted."""
    ratio = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=ratio, where=counts > 0)
    return ratio
