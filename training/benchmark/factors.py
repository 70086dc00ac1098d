"""Matrix factorisation by the `implicit` library: ALS and BPR.

Whoever is asked about is folded in: the customer's factors are found from the history, given the
items' factors, so that a customer unseen at training and an order of yesterday count at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.purchases import Floats
from training.benchmark.baselines import Scorer
from training.benchmark.order_lines import OrderLines
from training.benchmark.task import Round


@dataclass(frozen=True)
class Als:
    """Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008.

    Attributes:
        factors: length of a vector.
        confidence: of one order with the item (alpha).
    """

    factors: int
    confidence: float

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        from implicit.cpu.als import AlternatingLeastSquares

        if not len(lines):
            return no_scores
        # The library runs its own threads; BLAS threads underneath would slow it down tenfold.
        with threadpool_limits(limits=1, user_api="blas"):
            model = AlternatingLeastSquares(
                factors=self.factors, alpha=self.confidence, random_state=seed
            )
            model.fit(as_matrix(lines), show_progress=False)

        def score(asked: OrderLines) -> Floats:
            with threadpool_limits(limits=1, user_api="blas"):
                own = model.recalculate_user(np.arange(len(asked)), as_matrix(asked))
            return np.asarray(own @ model.item_factors.T)

        return score


@dataclass(frozen=True)
class Bpr:
    """Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009.

    The library cannot fold anybody in, so its own step is taken here with the items' factors held:
    in each step a bought item against one that is not, drawn as it draws them.
    """

    factors: int
    rate: float
    regularization: float = 0.01
    epochs: int = 100
    steps: int = 500

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        if not len(lines):
            return no_scores
        # More threads would write over each other's steps, and no run would repeat another.
        with threadpool_limits(limits=1, user_api="blas"):
            model = BayesianPersonalizedRanking(
                factors=self.factors,
                learning_rate=self.rate,
                regularization=self.regularization,
                iterations=self.epochs,
                num_threads=1,
                random_state=seed,
            )
            model.fit(as_matrix(lines), show_progress=False)
        items, sold = np.asarray(model.item_factors), lines.items
        return lambda asked: self.fold_in(asked, items, sold, seed) @ items.T

    def fold_in(
        self, asked: OrderLines, items: Floats, sold: NDArray[np.int64], seed: int
    ) -> Floats:
        """Factors of the asked, float32[rows, factors + 1]; the last is 1, for the items' bias."""
        rng, bought = np.random.default_rng(seed), as_matrix(asked)
        sizes, n = np.diff(bought.indptr), len(asked)
        has = np.zeros((n, asked.n_items), dtype=bool)
        has[np.repeat(np.arange(n), sizes), bought.indices] = True
        own = np.zeros((n, items.shape[1]), dtype=np.float32)
        own[:, -1] = 1.0
        for _ in range(self.steps):
            liked = bought.indices[bought.indptr[:-1] + rng.integers(0, sizes)]
            other = sold[rng.integers(0, len(sold), n)]
            apart = items[liked] - items[other]
            pull = 1 / (1 + np.exp(np.einsum("qf,qf->q", own, apart)))
            step = self.rate * (pull[:, None] * apart - self.regularization * own)
            step[has[np.arange(n), other], :] = 0.0
            own[:, :-1] += step[:, :-1]
        return own


def as_matrix(lines: OrderLines) -> sparse.csr_matrix[Any]:
    """Orders per customer and item, in the form that the library asks for: the older class of
    matrices, with 32-bit positions."""
    counts = lines.counts
    places = counts.indices.astype(np.int32), counts.indptr.astype(np.int32)
    return sparse.csr_matrix((counts.data, *places), shape=counts.shape)


def no_scores(asked: OrderLines) -> Floats:
    """When nothing is known of anybody."""
    return np.zeros((len(asked), asked.n_items), dtype=np.float32)
