"""A profile's purchases: the same history for serving as for training."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.ids import Ids
from models.purchases import history_of
from service.profile import SECONDS_A_DAY, bought_of, history_in

CATALOGUE = {"candle": 0, "lamp": 1, "rug": 2}
LINES = st.lists(
    st.tuples(
        st.integers(0, 5 * SECONDS_A_DAY).map(float),
        st.sampled_from([*CATALOGUE, "unknown"]),
        st.integers(1, 9),
        st.integers(1, 900).map(lambda pence: pence / 4),
    ),
    max_size=30,
)


@given(lines=LINES)
def test_serving_sees_the_history_that_training_sees(
    lines: list[tuple[float, str, int, float]],
) -> None:
    """Orders of one day are one, an item is in it once, with its pieces and its highest price."""
    known = sorted(line for line in lines if line[1] in CATALOGUE)
    taught = history_of(
        np.array([CATALOGUE[item] for _, item, _, _ in known], dtype=np.int32),
        np.array([placed for placed, _, _, _ in known]) / SECONDS_A_DAY,
        np.array([quantity for _, _, quantity, _ in known], dtype=np.float32),
        np.array([price for _, _, _, price in known], dtype=np.float32),
    )
    served = history_in(bought_of(known, [], []), Ids.of([*CATALOGUE]))

    assert _rows(served) == _rows(taught)


@given(lines=LINES)
def test_items_that_the_catalogue_does_not_know_are_left_out(
    lines: list[tuple[float, str, int, float]],
) -> None:
    history = history_in(bought_of(lines, [], []), Ids.of([*CATALOGUE]))

    days = {(line[0] // SECONDS_A_DAY, line[1]) for line in lines if line[1] in CATALOGUE}
    assert len(history) == len(days)


def _rows(history) -> list[tuple[float, ...]]:
    """Lines by order; within an order any sequence is as good as another."""
    columns = (history.orders, history.items, history.days, history.quantities, history.prices)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))
