"""Items like those that the customer has bought, by the `implicit` library."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.purchases import Floats
from training.benchmark.baselines import Scorer
from training.benchmark.factors import as_matrix, no_scores
from training.benchmark.order_lines import OrderLines
from training.benchmark.task import Round


@dataclass(frozen=True)
class ItemNeighbours:
    """Nearest neighbours between items by the customers they share.

    Attributes:
        weighting: of the customers; by BM25, or the plain cosine.
        neighbours: that an item keeps (K), itself among them.
    """

    weighting: Literal["bm25", "cosine"]
    neighbours: int

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
        from implicit.utils import ParameterWarning

        if not len(lines):
            return no_scores
        kind = BM25Recommender if self.weighting == "bm25" else CosineRecommender
        model = kind(K=self.neighbours)
        with warnings.catch_warnings():  # the library scolds itself for the form of its own matrix
            warnings.simplefilter("ignore", ParameterWarning)
            model.fit(as_matrix(lines), show_progress=False)
        similarities = model.similarity

        def score(asked: OrderLines) -> Floats:
            """What the library's `recommend` adds up, for all items."""
            return np.asarray((as_matrix(asked) @ similarities).toarray(), dtype=np.float32)

        return score
