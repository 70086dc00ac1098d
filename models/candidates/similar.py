"""What customers with like tastes buy: implicit-feedback matrix factorisation.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, fitted
by the `implicit` library. Each item keeps its nearest items among the factors, so that a request
needs neither the factors nor a customer that was there at training.
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.neighbourhood import NEIGHBOURS, SEEDS, Neighbourhood
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

FACTORS: Final = 32
ITERATIONS: Final = 12
REGULARIZATION: Final = 0.05
CONFIDENCE: Final = 4.0
FADE: Final = 0.95
BLOCK: Final = 8_000_000
"""Similarities held in memory at once."""


class Similar(Neighbourhood):
    """Neighbours by the cosine of their factors."""

    name: ClassVar[str] = "similar"
    limit: ClassVar[int] = 10

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        factors = _factors(past, seed)
        lengths = np.linalg.norm(factors, axis=1, keepdims=True)
        return cls(*_nearest(factors / np.maximum(lengths, 1e-9), past.sellable))

    @staticmethod
    def seeds(moment: Moment) -> tuple[Ints, Floats]:
        return moment.history.lately(SEEDS, FADE)


def _factors(past: Past, seed: int) -> Floats:
    """float32[n items, FACTORS]; zeros for what nobody bought."""
    # Imported here: only the training has the library (and its need of libgomp) in memory.
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    lines = past.lines
    if not len(lines):
        return np.zeros((past.n_items, FACTORS), dtype=np.float32)
    fading = np.power(FADE, lines.lags).astype(np.float32)
    shape = (lines.n_customers, past.n_items)
    matrix = sparse.csr_matrix((fading, (lines.customers, lines.items)), shape=shape)
    matrix.sum_duplicates()
    matrix.data = np.float32(1.0) + np.float32(CONFIDENCE) * np.log1p(matrix.data)
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
    factors[np.bincount(lines.items, minlength=past.n_items) == 0] = 0.0
    return factors


def _nearest(directions: Floats, sellable: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """As in `Neighbourhood`, by inner product of unit vectors, float32[n, FACTORS]."""
    n = len(directions)
    neighbours = np.full((n, NEIGHBOURS), -1, dtype=np.int32)
    weights = np.zeros((n, NEIGHBOURS), dtype=np.float32)
    sold = directions.any(axis=1)
    rows, others = np.flatnonzero(sold), np.flatnonzero(sold & sellable)
    k = min(NEIGHBOURS, len(others))
    for some in np.array_split(rows, max(1, len(rows) * len(others) // BLOCK)) if k else ():
        alike = directions[some] @ directions[others].T
        alike[some[:, None] == others] = -1.0
        best = np.argpartition(alike, len(others) - k, axis=1)[:, len(others) - k :]
        close = np.take_along_axis(alike, best, axis=1)
        order = np.lexsort((best, -close), axis=1)
        best = np.take_along_axis(best, order, axis=1)
        close = np.take_along_axis(close, order, axis=1)
        neighbours[some, :k] = np.where(close > 0, others[best], -1)
        weights[some, :k] = np.maximum(close, 0.0)
    return neighbours, weights
