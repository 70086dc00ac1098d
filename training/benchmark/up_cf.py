"""UP-CF@r: what the customer and customers like him keep buying of late.

Faggioli, Polato and Aiolli, "Recency Aware Collaborative Filtering for Next Basket
Recommendation", UMAP 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.purchases import Floats
from training.benchmark.baselines import Scorer, own_places
from training.benchmark.order_lines import OrderLines
from training.benchmark.task import Round


@dataclass(frozen=True)
class UserPopularity:
    """The paper's three parameters.

    Attributes:
        recency: newest orders that a popularity looks at (r).
        asymmetry: of the cosine (alpha): 1 divides by the asking customer's items alone.
        locality: power of the similarity (q); higher listens to fewer, nearer customers.
    """

    recency: int
    asymmetry: float
    locality: float

    def popularity(self, lines: OrderLines) -> sparse.csr_array[np.float32]:
        """Share of each customer's `recency` newest orders that have the item, [rows, items]."""
        seen = np.minimum(self.recency, lines.orders)[lines.rows]
        return lines.weighted(np.where(lines.back < self.recency, 1.0, 0.0) / seen)

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        bought, popularity = owned(lines), self.popularity(lines)
        lengths = np.diff(bought.indptr) ** (1 - self.asymmetry)

        def score(asked: OrderLines) -> Floats:
            """The customer is one of those who are summed over, with similarity 1."""
            own = owned(asked)
            common = (own @ bought.T).toarray()
            common[own_places(asked, lines)] = 0.0
            common /= np.diff(own.indptr)[:, None] ** self.asymmetry * lengths[None]
            others = sparse.csr_array((common**self.locality).astype(np.float32))
            return np.asarray((self.popularity(asked) + others @ popularity).toarray())

        return score


def owned(lines: OrderLines) -> sparse.csr_array[np.float32]:
    """1 where the customer has bought the item, [rows, items]."""
    bought = lines.counts
    bought.data[:] = 1.0
    return bought
