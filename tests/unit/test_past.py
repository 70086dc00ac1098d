"""Everybody's lines in order, and what they say of each item, against hand arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Catalogue, describe
from models.past import Past, lines_of
from models.purchases import Purchases

LAMP, RUG, VASE = 0, 1, 2
TODAY = 100.0


def purchases(*rows: tuple[int, float, int]) -> Purchases:
    """(customer, day, item), each an order of its own."""
    ordered = sorted(enumerate(rows), key=lambda row: row[1][1])
    customers, days, items = zip(*(row for _, row in ordered), strict=True) if rows else [()] * 3
    ones = np.ones(len(rows), dtype=np.float32)
    return Purchases(
        customers=np.array(customers, dtype=np.int32),
        orders=np.array([place for place, _ in ordered], dtype=np.int32),
        items=np.array(items, dtype=np.int32),
        days=np.array(days, dtype=np.float64),
        quantities=ones,
        prices=ones,
    )


def a_catalogue(*rows: tuple[int, float, int]) -> Catalogue:
    past = Past(
        purchases(*rows),
        TODAY,
        prices=np.ones(3, dtype=np.float32),
        categories=np.full(3, -1, dtype=np.int32),
        sellable=np.ones(3, dtype=bool),
    )
    return describe(past, ["lamp", "rug", "vase"])


def test_lines_are_by_customer_and_orders_of_one_day_are_one() -> None:
    """Customer 1 orders twice on day 10 and once on day 30; nobody's lines are left out."""
    lines = lines_of(
        purchases(
            (1, 10.2, RUG), (0, 20.0, LAMP), (1, 10.7, LAMP), (-1, 11.0, VASE), (1, 30.0, RUG)
        )
    )
    assert lines.customers.tolist() == [0, 1, 1, 1]
    assert lines.items.tolist() == [LAMP, LAMP, RUG, RUG]
    assert lines.days.tolist() == [20.0, 10.2, 10.2, 30.0]
    assert lines.orders.tolist() == [0, 1, 1, 2]
    assert lines.lags.tolist() == [0, 1, 1, 0]
    assert lines.n_customers == 2


def test_nobody_known_makes_no_lines() -> None:
    assert len(lines_of(purchases((-1, 1.0, LAMP)))) == 0
    assert lines_of(purchases()).n_customers == 0


ROWS = st.lists(
    st.tuples(st.integers(-1, 4), st.floats(0, 40, width=32), st.integers(0, 2)), max_size=40
)


@given(rows=ROWS)
def test_lines_are_the_histories_one_after_another(rows: list[tuple[int, float, int]]) -> None:
    bought = purchases(*rows)
    lines = lines_of(bought)
    expected = [
        (customer, item, day, int(history.orders[-1] - order))
        for customer, history in bought.histories().items()
        for item, day, order in zip(
            history.items.tolist(), history.days.tolist(), history.orders.tolist(), strict=True
        )
    ]
    found = zip(
        lines.customers.tolist(), lines.items.tolist(), lines.days.tolist(), lines.lags.tolist(),
        strict=True,
    )  # fmt: skip
    assert list(found) == expected


def test_facts_of_an_item_that_comes_back() -> None:
    """Two customers bought the lamp first and then had three and one more orders; it came back
    twice with one of them, 20 and 30 days later, the last time in the newest order."""
    catalogue = a_catalogue(
        (0, 10, LAMP), (0, 30, LAMP), (0, 40, RUG), (0, 60, LAMP), (1, 50, LAMP), (1, 70, RUG)
    )
    overall = 2 / (4 + 1)  # the rug: one order after the first with it, and no repeat
    assert catalogue.fact("sold")[LAMP] == pytest.approx(np.log(5))
    assert catalogue.fact("newest").tolist() == pytest.approx(np.log([2, 2, 1]).tolist())
    assert catalogue.fact("before").tolist() == pytest.approx(np.log([2, 2, 1]).tolist())
    assert catalogue.fact("repeat_rate")[LAMP] == pytest.approx((2 + 10 * overall) / (4 + 10))
    assert catalogue.fact("rebuyers")[LAMP] == pytest.approx((1 + 10 * 1 / 4) / (2 + 10))
    assert catalogue.fact("repeated_last")[LAMP] == pytest.approx((1 + 10 * 1 / 3) / (2 + 10))
    assert catalogue.fact("discovered").tolist() == pytest.approx(np.log([1, 2, 1]).tolist())
    assert catalogue.fact("gap")[LAMP] == pytest.approx((50 + 5 * 25) / (2 + 5))
    assert catalogue.fact("gap")[VASE] == pytest.approx(25)


def test_facts_are_numbers_on_the_first_day_of_a_shop() -> None:
    for rows in ((), ((-1, 99.0, LAMP),), ((0, 99.0, LAMP),)):
        catalogue = a_catalogue(*rows)
        assert np.isfinite(catalogue.facts).all()
        assert np.isfinite(catalogue.seasons).all()


def test_a_trend_is_above_zero_for_what_sells_lately() -> None:
    rising = a_catalogue(
        *((-1, float(day), RUG) for day in range(1, 60)),
        *((-1, float(day), LAMP) for day in range(80, 100)),
    )
    assert rising.fact("trend")[LAMP] > 0 > rising.fact("trend")[RUG]
