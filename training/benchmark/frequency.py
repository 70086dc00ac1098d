"""Counting: what everybody buys, and what this customer has bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.purchases import Floats
from training.benchmark.baselines import Scorer
from training.benchmark.order_lines import OrderLines
from training.benchmark.task import Round

TIE = 1e-3
"""Too little to matter beside an order, enough to be seen beside equal numbers of them."""


@dataclass(frozen=True)
class Popular:
    """The items in most orders of the last days before the round, the same for everybody."""

    days: float

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        known = part.known
        late = known.days >= part.day - self.days
        items, _ = np.unique(np.stack([known.items[late], known.orders[late]]), axis=1)
        sales = np.bincount(items, minlength=lines.n_items).astype(np.float32)
        return lambda asked: np.tile(sales, (len(asked), 1))


@dataclass(frozen=True)
class Personal:
    """The customer's own items by the number of orders that have them, newer orders counting more.

    Attributes:
        decay: what an order counts beside the one after it; 1 is plain frequency (P-TopFreq).
        newest_first: of the customer's items with equal numbers the one bought last; otherwise the
            one that everybody buys most (GP-TopFreq; Li et al., TOIS 2023). Both fill up with what
            everybody buys.
    """

    decay: float = 1.0
    newest_first: bool = False

    def learn(self, part: Round, lines: OrderLines, seed: int) -> Scorer:
        def score(asked: OrderLines) -> Floats:
            weights = self.decay ** asked.back.astype(np.float64)
            if self.newest_first:
                weights += TIE * 0.5 ** np.minimum(asked.back, 8)
            return asked.weighted(weights).toarray()

        return score
