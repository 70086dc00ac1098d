"""The nearest customers against hand arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import alike
from models.candidates.alike import Alike
from models.moment import Moment
from models.past import Past
from models.purchases import Purchases, history_of
from tests.scores import added_up

N = 6
TODAY = 100.0
# of each customer, the orders, oldest first
SHOP = [
    [[0, 1], [4]],
    [[0, 2], [5]],
    [[3], [0], [2]],
    [[1]],
]


def a_past(shop: list[list[list[int]]] = SHOP) -> Past:
    """The newest order of everybody is ten days old, the one before it twenty, and so on."""
    rows = [
        (TODAY - 10 * (len(orders) - place), customer, item)
        for customer, orders in enumerate(shop)
        for place, order in enumerate(orders)
        for item in order
    ]
    rows.sort()
    days, customers, items = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows), dtype=np.float32)
    bought = Purchases(
        customers.astype(np.int32), np.arange(len(rows), dtype=np.int32), items.astype(np.int32),
        days, ones, ones,
    )  # fmt: skip
    nowhere = np.full(N, -1, dtype=np.int32)
    return Past(bought, TODAY, np.ones(N, dtype=np.float32), nowhere, np.ones(N, dtype=bool))


def a_moment(*items: int) -> Moment:
    """One order ten days ago."""
    ones = np.ones(len(items), dtype=np.float32)
    days = np.full(len(items), TODAY - 10)
    return Moment(history_of(np.array(items, dtype=np.int32), days, ones, ones), TODAY)


def said(source: Alike, *items: int) -> dict[int, float]:
    scored = added_up(source.score(a_moment(*items)))
    return dict(zip(scored.items.tolist(), scored.scores.tolist(), strict=True))


def test_scores_are_shares_by_the_square_of_the_cosine() -> None:
    """Asked with item 0: the buyers of 0 are three, of 1 two, of 2 two, of 3 one; four customers
    and one more make the rarities log 5/4, log 5/3, log 5/3 and log 5/2."""
    zero, one, two, three = np.log([5 / 4, 5 / 3, 5 / 3, 5 / 2])
    squares = np.array([
        zero**2 / (zero**2 + one**2),
        zero**2 / (zero**2 + two**2),
        zero**2 / (zero**2 + (0.9 * three) ** 2),
    ])  # fmt: skip
    expected = squares / squares.sum()
    found = said(Alike.fit(a_past(), seed=1), 0)
    assert found == {
        4: pytest.approx(expected[0], rel=1e-5),
        5: pytest.approx(expected[1], rel=1e-5),
        2: pytest.approx(expected[2], rel=1e-5),
    }


def test_whoever_shares_more_is_heard_more() -> None:
    found = said(Alike.fit(a_past(), seed=1), 0, 1)
    assert found[4] > 2 * found[5]


def test_newest_orders_are_what_is_foretold_and_not_what_is_compared() -> None:
    """Only one customer had item 3, and nobody had item 5 before a newest order."""
    source = Alike.fit(a_past(), seed=1)
    assert said(source, 3) == {2: pytest.approx(1.0)}
    assert said(source, 5) == {}


def test_one_order_says_nothing_of_what_comes_next() -> None:
    assert said(Alike.fit(a_past([[[0]], [[0, 1]]]), seed=1), 0) == {}


def test_only_the_nearest_are_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "NEAREST", 1)
    assert said(Alike.fit(a_past(), seed=1), 0, 1) == {4: pytest.approx(1.0)}


def test_only_those_who_ordered_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    past = a_past()
    days = past.purchases.days + (past.purchases.customers == 1)
    order = np.argsort(days, kind="stable")
    bought = past.purchases
    later = Purchases(
        bought.customers[order], bought.orders[order], bought.items[order], days[order],
        bought.quantities[order], bought.prices[order],
    )  # fmt: skip
    monkeypatch.setattr(alike, "CUSTOMERS", 1)
    assert said(Alike.fit(replace(past, purchases=later), seed=1), 0) == {5: pytest.approx(1.0)}


def test_an_item_that_all_had_asks_only_those_to_whom_it_matters_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the three, the first two had one item beside it; the third had a rarer one."""
    monkeypatch.setattr(alike, "LIKELY", 2)
    assert set(said(Alike.fit(a_past(), seed=1), 0)) == {4, 5}


@pytest.mark.parametrize("field", ["owner_bounds", "owners", "newest_bounds", "newest"])
def test_arrays_that_do_not_belong_together_fit_nothing(field: str) -> None:
    source = Alike.fit(a_past(), seed=1)
    array = getattr(source, field)
    assert source.fits(N)
    assert not replace(source, **{field: array[:-1]}).fits(N)
    assert not replace(source, **{field: np.full_like(array, 1000)}).fits(N)
