"""TIFU-KNN: a customer's own frequencies, blended with those of the customers most like him.

Hu, He, Gao and Zhang, "Modeling Personalized Item Frequency Information for Next-basket
Recommendation", SIGIR 2020.
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
class TifuKnn:
    """The paper's five parameters.

    Attributes:
        group: orders in a group (m); the oldest group may have fewer.
        within: decay from one order of a group to the one before it (r_b).
        between: decay from one group to the one before it (r_g).
        neighbours: customers looked at (k), the nearest by Euclidean distance.
        own: share of the customer's own vector in the prediction (alpha).
    """

    group: int
    within: float
    between: float
    neighbours: int
    own: float

    def vectors(self, lines: OrderLines) -> sparse.csr_array[np.float32]:
        """Decayed frequencies (their equations 1 and 2), [rows, items].

        The mean over the groups, newest undecayed, of the means over their orders likewise.
        """
        group = lines.back // self.group
        orders = lines.orders[lines.rows]
        size = np.minimum(self.group, orders - group * self.group)
        groups = -(-orders // self.group)
        weights = self.within ** (lines.back % self.group) * self.between**group
        return lines.weighted(weights / (size * groups))

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        known = self.vectors(lines)
        squares = np.asarray(known.multiply(known).sum(axis=1), dtype=np.float32).ravel()

        def score(asked: OrderLines) -> Floats:
            own = self.vectors(asked)
            if not len(lines):
                return own.toarray()
            distances = squares[None] - 2 * (own @ known.T).toarray()  # but for the asked's own
            distances[own_places(asked, lines)] = np.inf
            nearest = _nearest(distances, self.neighbours)
            return np.asarray(self.own * own.toarray() + (1 - self.own) * (nearest @ known))

        return score


def _nearest(distances: Floats, k: int) -> sparse.csr_array[np.float32]:
    """1/k at the k least distances of each row, float32[rows, columns]; never an infinite one."""
    k = min(k, distances.shape[1])
    columns = np.argpartition(distances, k - 1, axis=1)[:, :k]
    rows = np.repeat(np.arange(len(distances)), k)
    columns = columns.ravel()
    there = np.isfinite(distances[rows, columns])
    rows, columns = rows[there], columns[there]
    found = np.bincount(rows, minlength=len(distances))
    shares = (1 / found[rows]).astype(np.float32)
    return sparse.csr_array((shares, (rows, columns)), shape=distances.shape)
