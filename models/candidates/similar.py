"""What customers with like tastes buy: implicit-feedback matrix factorisation.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, fitted
by the `implicit` library. Each item keeps its nearest items among the factors, so that a request
needs neither the factors nor a customer that was there at training. In a large catalogue they are
looked up in a graph (Malkov and Yashunin, "Hierarchical Navigable Small World graphs", TPAMI 2020).
Both searches are those of the `faiss` library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.candidates.neighbourhood import NEIGHBOURS, SEEDS, Neighbourhood, best_of_rows
from models.moment import Moment
from models.past import Past
from models.purchases import Floats, Ints

if TYPE_CHECKING:
    import faiss

FACTORS: Final = 32
ITERATIONS: Final = 12
REGULARIZATION: Final = 0.05
CONFIDENCE: Final = 4.0
FADE: Final = 0.95
MOST_EXACT: Final = 400_000**2
"""Pairs up to which comparing them all takes no longer than building a graph and asking it."""
LINKS: Final = 24
BUILD_BREADTH: Final = 80
SEARCH_BREADTH: Final = 256
"""M, efConstruction and efSearch of the graph: these find 96% of the nearest."""
BLOCK: Final = 16_384
"""Items asked about at once."""


class Similar(Neighbourhood):
    """Neighbours by the cosine of their factors."""

    name: ClassVar[str] = "similar"
    limit: ClassVar[int] = 10

    @classmethod
    def fit(cls, past: Past, seed: int) -> Self:
        factors = _factors(past, seed)
        lengths = np.linalg.norm(factors, axis=1, keepdims=True)
        directions = factors / np.maximum(lengths, 1e-9)
        return cls(*_nearest(directions, past.sellable, past.asked))

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


def _nearest(
    directions: Floats, sellable: NDArray[np.bool_], asked: NDArray[np.bool_] | None = None
) -> tuple[Ints, Floats]:
    """As in `Neighbourhood`, by inner product of unit vectors, float32[n, FACTORS]."""
    n = len(directions)
    neighbours = np.full((n, NEIGHBOURS), -1, dtype=np.int32)
    weights = np.zeros((n, NEIGHBOURS), dtype=np.float32)
    sold = directions.any(axis=1)
    rows = np.flatnonzero(sold if asked is None else sold & asked)
    others = np.flatnonzero(sold & sellable)
    if not len(others):
        return neighbours, weights
    index = _index(directions[others], len(rows))
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        alike, places = index.search(directions[some], min(NEIGHBOURS + 1, len(others)))
        found = others[places]
        alike[(places < 0) | (found == some[:, None])] = 0.0
        neighbours[some], weights[some] = best_of_rows(found, alike)
    return neighbours, weights


def _index(directions: Floats, questions: int) -> faiss.Index:
    """Finds the nearest by inner product: exactly, or in a large catalogue nearly always."""
    # Imported here, as above.
    import faiss

    if len(directions) * questions <= MOST_EXACT:
        exact = faiss.IndexFlatIP(FACTORS)
        exact.add(directions)
        return exact
    graph = faiss.IndexHNSWFlat(FACTORS, LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = BUILD_BREADTH, SEARCH_BREADTH
    graph.add(directions)
    return graph
