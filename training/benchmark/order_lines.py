"""Order lines of many customers as columns, counted back from each one's newest order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.past import lines_of
from models.purchases import Floats, Purchases, bounds_of_runs
from training.benchmark.task import Question

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class OrderLines:
    """Orders of one day are one, an item is in an order once.

    Attributes:
        customers: position of each row's customer, int64[rows].
        orders: how many each row has, int64[rows].
        rows: of each line, int64[n].
        back: orders that came after the line's, 0 for the newest, int64[n].
        items: positions, int64[n].
        n_items: in the catalogue.
    """

    customers: Longs
    orders: Longs
    rows: Longs
    back: Longs
    items: Longs
    n_items: int

    def __len__(self) -> int:
        return len(self.customers)

    def weighted(self, weights: NDArray[np.floating]) -> sparse.csr_array[np.float32]:
        """Weights of the lines, float[n], added up per row and item, [rows, n_items]."""
        heavy = weights != 0
        matrix = sparse.csr_array(
            (weights[heavy].astype(np.float32), (self.rows[heavy], self.items[heavy])),
            shape=(len(self), self.n_items),
        )
        matrix.sum_duplicates()
        return matrix

    @property
    def counts(self) -> sparse.csr_array[np.float32]:
        """How many orders of each row have the item, [rows, n_items]."""
        return self.weighted(np.ones(len(self.items), dtype=np.float32))

    @property
    def popularity(self) -> Floats:
        """How many orders have the item, float32[n_items]."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.float32)


def lines_of_known(known: Purchases, n_items: int) -> OrderLines:
    """A row per known customer who ordered; sales to nobody known are left out."""
    lines = lines_of(known)
    bounds = bounds_of_runs(lines.customers)
    oldest = lines.lags[bounds[:-1]].astype(np.int64)
    return OrderLines(
        customers=lines.customers[bounds[:-1]].astype(np.int64),
        orders=oldest + 1,
        rows=np.repeat(np.arange(len(oldest)), np.diff(bounds)),
        back=lines.lags.astype(np.int64),
        items=lines.items.astype(np.int64),
        n_items=n_items,
    )


def lines_of_asked(questions: Sequence[Question], n_items: int) -> OrderLines:
    """A row per question: the customer's history."""
    histories = [question.moment.history for question in questions]
    sizes = [len(history) for history in histories]
    newest = np.array([history.orders[-1] for history in histories], dtype=np.int64)
    first = np.array([history.orders[0] for history in histories], dtype=np.int64)
    rows = np.repeat(np.arange(len(histories)), sizes)
    ordinals = np.concatenate([history.orders for history in histories]).astype(np.int64)
    items = np.concatenate([history.items for history in histories]).astype(np.int64)
    customers = np.array([question.customer for question in questions], dtype=np.int64)
    return OrderLines(customers, newest - first + 1, rows, newest[rows] - ordinals, items, n_items)
