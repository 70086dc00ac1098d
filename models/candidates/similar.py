"""What customers with like tastes buy: implicit-feedback matrix factorisation.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, fitted
by the `implicit` library. The customer's own factors are folded in at each request (their
equation 4), so that a customer unseen at training, or an order of a minute ago, counts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.base import NOTHING, Proposals, best
from models.moment import Moment
from models.purchases import Floats, Purchases

LIMIT = 50
FACTORS = 32
ITERATIONS = 12
REGULARIZATION = 0.05
CONFIDENCE = 4.0
DECAY_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Similar:
    """Item factors.

    Attributes:
        factors: float32[n, FACTORS].
        gram: factors' own product plus the regularisation, float32[FACTORS, FACTORS].
    """

    name: ClassVar[str] = "similar"
    factors: Floats
    gram: Floats

    @classmethod
    def fit(cls, purchases: Purchases, day: float, n_items: int, seed: int) -> Self:
        # Imported here: only the training has the library (and its need of libgomp) in memory.
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        known = purchases.customers >= 0
        if not known.any():
            factors = np.zeros((n_items, FACTORS), dtype=np.float32)
            return cls(factors, np.eye(FACTORS, dtype=np.float32))
        recency = np.exp((purchases.days[known] - day) / DECAY_DAYS)
        matrix = sparse.csr_matrix(
            (recency.astype(np.float32), (purchases.customers[known], purchases.items[known])),
            shape=(int(purchases.customers.max()) + 1, n_items),
        )
        matrix.sum_duplicates()
        matrix.data = _confidence(matrix.data)
        # The library runs its own threads; BLAS threads underneath would slow it down tenfold.
        with threadpool_limits(limits=1, user_api="blas"):
            model = AlternatingLeastSquares(
                factors=FACTORS,
                iterations=ITERATIONS,
                regularization=REGULARIZATION,
                random_state=seed,
            )
            model.fit(matrix, show_progress=False)
        factors = np.asarray(model.item_factors, dtype=np.float32)
        gram = factors.T @ factors + REGULARIZATION * np.eye(FACTORS, dtype=np.float32)
        return cls(factors, gram.astype(np.float32))

    def propose(self, moment: Moment) -> Proposals:
        if not len(moment.history):
            return NOTHING
        return best(self.factors @ self._fold_in(moment), LIMIT)

    def _fold_in(self, moment: Moment) -> Floats:
        """The customer's factors given everybody else's, float32[FACTORS]."""
        history = moment.history
        recency = np.exp((history.days - moment.day) / DECAY_DAYS)
        confidence = _confidence(history.by_item.sums(recency).astype(np.float32))
        own = self.factors[history.by_item.items]
        left = self.gram + (own.T * (confidence - 1.0)) @ own
        return np.asarray(np.linalg.solve(left, confidence @ own), dtype=np.float32)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        return {"factors": self.factors, "gram": self.gram}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        return cls(arrays["factors"], arrays["gram"])

    def fits(self, n_items: int) -> bool:
        return self.factors.shape == (n_items, FACTORS) and self.gram.shape == (FACTORS,) * 2


def _confidence(counts: Floats) -> Floats:
    """How sure a decayed number of purchases makes us of a liking; 1 is no evidence."""
    return np.asarray(1.0 + CONFIDENCE * np.log1p(counts), dtype=np.float32)
