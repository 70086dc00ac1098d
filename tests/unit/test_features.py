"""The feature function against hand arithmetic, and that it never looks ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import SOURCES
from models.candidates.base import Candidates
from models.catalogue import Catalogue, describe, month_of
from models.features import FEATURES, LONG_AGO, NEVER, features
from models.moment import Moment
from models.past import Past
from models.purchases import HISTORY_LINES, History, Purchases, no_history

N = 5


def a_catalogue() -> Catalogue:
    empty = np.empty(0)
    nothing = Purchases(
        empty.astype(np.int32),
        empty.astype(np.int32),
        empty.astype(np.int32),
        empty,
        empty.astype(np.float32),
        empty.astype(np.float32),
    )
    prices = np.array([1, 2, 4, 8, 16], dtype=np.float32)
    categories = np.array([0, 0, 1, 1, -1], dtype=np.int32)
    return describe(Past(nothing, 100.0, prices, categories, np.ones(N, dtype=bool)), list("abcde"))


def a_history() -> History:
    """Item 0 on days 10, 30 and 50; item 1 with it on day 50, three pieces."""
    return History(
        items=np.array([0, 0, 0, 1], dtype=np.int32),
        orders=np.array([0, 1, 2, 2], dtype=np.int32),
        days=np.array([10.0, 30.0, 50.0, 50.0]),
        quantities=np.array([1, 1, 2, 3], dtype=np.float32),
        prices=np.array([1, 1, 1, 2], dtype=np.float32),
    )


def table_of(moment: Moment) -> dict[str, list[float]]:
    candidates = Candidates(
        np.arange(N, dtype=np.int32), np.zeros((len(SOURCES), N), dtype=np.float32)
    )
    table = features(moment, candidates, a_catalogue())
    assert table.shape == (N, len(FEATURES))
    assert np.isfinite(table).all()
    return {name: table[:, place].tolist() for place, name in enumerate(FEATURES)}


def test_counts_and_rhythm_are_those_of_the_customer() -> None:
    columns = table_of(Moment(a_history(), 65.0))
    assert columns["own_orders"] == [3, 1, 0, 0, 0]
    assert columns["days_since_item"] == [15, 15, NEVER, NEVER, NEVER]
    assert columns["own_gap"] == [20, 0, -1, -1, -1]
    assert columns["orders_since_item"] == [1, 1, LONG_AGO, LONG_AGO, LONG_AGO]
    assert columns["orders_since_earlier"][:2] == [2, LONG_AGO]
    assert columns["orders_since_first"][:2] == [3, 1]
    assert columns["own_fast"][:2] == pytest.approx([1 + 0.6 + 0.36, 1])
    assert columns["own_rate"][:2] == pytest.approx([2.3 / 3.5, 0.3 / 1.5])
    assert columns["customer_repeats"] == pytest.approx([2.4 / 5] * N)  # 2 of 3 later lines
    assert columns["last_order_size"] == [2] * N
    assert columns["last_quantity"] == [2, 3, 0, 0, 0]
    assert columns["own_share"][:2] == pytest.approx([1, 1 / 3])
    assert columns["customer_orders"] == [3] * N
    assert columns["days_since_order"] == [15] * N
    assert columns["order_gap"] == [20] * N


def test_due_is_one_when_the_usual_gap_has_passed() -> None:
    """20 days between own purchases, blended with the catalogue's 60: (20*2 + 2*60) / 4 = 40."""
    assert table_of(Moment(a_history(), 90.0))["due"][0] == pytest.approx(1.0)


def test_a_stranger_has_numbers_too() -> None:
    columns = table_of(Moment(no_history(), 65.0))
    assert columns["own_orders"] == [0] * N
    assert columns["days_since_order"] == [NEVER] * N


def test_the_contact_marks_its_items_and_their_category() -> None:
    contact = Moment(a_history(), 65.0, "return", np.array([2], dtype=np.int32))
    columns = table_of(contact)
    assert columns["gives_back"] == [1] * N
    assert columns["in_contact"] == [0, 0, 1, 0, 0]
    assert columns["same_category_as_contact"] == [0, 0, 1, 1, 0]


def test_an_unknown_category_is_nobodys_favourite() -> None:
    history = replace(a_history(), items=np.array([4, 4, 4, 1], dtype=np.int32))
    columns = table_of(Moment(history, 65.0))
    assert columns["category_share"] == pytest.approx([0.25, 0.25, 0, 0, 0])


def test_history_ends_at_the_moment_and_holds_the_newest_lines() -> None:
    assert len(a_history().until(30.0)) == 2
    n = HISTORY_LINES + 5
    long = History(
        np.zeros(n, dtype=np.int32),
        np.arange(n, dtype=np.int32),
        np.arange(n, dtype=np.float64),
        np.ones(n, dtype=np.float32),
        np.ones(n, dtype=np.float32),
    )
    assert len(long.until(1e9)) == HISTORY_LINES
    assert long.until(1e9).days[0] == 5


def test_months_start_at_january() -> None:
    assert month_of(0.0) == 0
    assert month_of(364.9) == 11
    assert month_of(19_782.0) == 1  # 2024-02-29


def test_purchases_fall_apart_into_histories() -> None:
    """Anonymous lines belong to nobody, and an item twice in an order is one line."""
    purchases = Purchases(
        customers=np.array([1, 1, 0, -1, 1], dtype=np.int32),
        orders=np.array([5, 5, 6, 7, 8], dtype=np.int32),
        items=np.array([3, 3, 2, 1, 4], dtype=np.int32),
        days=np.array([1.0, 1.0, 2.0, 3.0, 4.0]),
        quantities=np.array([1, 2, 1, 1, 1], dtype=np.float32),
        prices=np.ones(5, dtype=np.float32),
    )
    histories = purchases.histories()
    assert sorted(histories) == [0, 1]
    assert histories.get(-1) is None
    assert histories.get(2) is None
    assert histories[1].items.tolist() == [3, 4]
    assert histories[1].orders.tolist() == [0, 1]
    assert histories[1].quantities.tolist() == [3, 1]
    assert purchases.before(3.0).days.tolist() == [1.0, 1.0, 2.0]
