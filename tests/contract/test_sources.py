"""One contract for every candidate source, on a small shop whose answer is obvious."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.moment import Moment
from models.past import Past
from models.purchases import History, Purchases, no_history
from tests.scores import added_up, best

N_ITEMS = 20
TODAY = 400.0


def checkerboard() -> Purchases:
    """Even customers order even items, odd customers odd ones, five orders of four items each."""
    rows = [
        (customer, customer * 10 + order, item, 300.0 + 15 * order + customer * 0.01)
        for customer in range(40)
        for order in range(5)
        for item in ((customer + 2 * (order + step)) % N_ITEMS for step in range(4))
    ]
    rows.sort(key=lambda row: row[3])
    customers, orders, items, days = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows), dtype=np.float32)
    return Purchases(
        customers.astype(np.int32),
        orders.astype(np.int32),
        items.astype(np.int32),
        days.astype(np.float64),
        ones,
        ones,
    )


def a_past(purchases: Purchases | None = None) -> Past:
    """All items are of one of two sorts, even or odd, and cost the same."""
    sorts = np.arange(N_ITEMS, dtype=np.int32) % 2
    known = checkerboard() if purchases is None else purchases
    prices, all_of_them = np.full(N_ITEMS, 5.0, dtype=np.float32), np.ones(N_ITEMS, dtype=bool)
    return Past(known, TODAY, prices, sorts, all_of_them)


def a_return(*items: int) -> Moment:
    """The customer bought 0, 2 and 4 and sends some items back."""
    return Moment(history_of(0, 2, 4), TODAY, "return", np.array(items, dtype=np.int32))


def history_of(*items: int) -> History:
    n = len(items)
    return History(
        np.array(items, dtype=np.int32),
        np.zeros(n, dtype=np.int32),
        np.full(n, TODAY - 10),
        np.ones(n, dtype=np.float32),
        np.ones(n, dtype=np.float32),
    )


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type[Source]:
    return request.param


@pytest.fixture
def source(kind: type[Source]) -> Source:
    return kind.fit(a_past(), seed=1)


def test_scored_are_items_of_the_catalogue_each_once_in_its_order(source: Source) -> None:
    scored = added_up(source.score(a_return(2)))
    assert len(scored.items) > 0
    assert (np.diff(scored.items) > 0).all()
    assert scored.items.min() >= 0
    assert scored.items.max() < N_ITEMS
    assert (scored.scores > 0).all()


def test_a_customer_without_orders_is_no_error(source: Source) -> None:
    scored = added_up(source.score(Moment(no_history(), TODAY)))
    assert len(scored.items) == len(scored.scores)


def test_popular_is_never_empty() -> None:
    popular = next(kind for kind in SOURCES if kind.name == "popular")
    source = popular.fit(a_past(), seed=1)
    assert len(added_up(source.score(Moment(no_history(), TODAY))).items) > 0


def test_a_source_learned_from_nothing_proposes_nothing_new(kind: type[Source]) -> None:
    """The first day of a shop: only what the customer bought can be said."""
    source = kind.fit(a_past(checkerboard().before(0.0)), seed=1)
    proposed = added_up(source.score(Moment(history_of(3), TODAY))).items.tolist()
    assert proposed in ([], [3])


def test_arrays_rebuild_the_same_source(source: Source, kind: type[Source]) -> None:
    again = kind.from_arrays(dict(source.arrays()))
    then, now = added_up(again.score(a_return(2))), added_up(source.score(a_return(2)))
    np.testing.assert_array_equal(then.items, now.items)
    np.testing.assert_array_equal(then.scores, now.scores)


def test_arrays_fit_their_own_catalogue_and_no_smaller_one(source: Source) -> None:
    assert source.fits(N_ITEMS)
    if source.arrays():
        assert not source.fits(3)


def test_fitting_twice_with_one_seed_gives_the_same(kind: type[Source]) -> None:
    first, second = (added_up(kind.fit(a_past(), seed=7).score(a_return(4))) for _ in range(2))
    np.testing.assert_array_equal(first.items, second.items)
    np.testing.assert_allclose(first.scores, second.scores, rtol=1e-4)


@pytest.mark.parametrize(
    "name", ["repeat", "together", "following", "neighbours", "similar", "replace"]
)
def test_personal_sources_stay_on_the_colour_of_the_customer(name: str) -> None:
    kind = next(kind for kind in SOURCES if kind.name == name)
    source = kind.fit(a_past(), seed=1)
    top = best(added_up(source.score(a_return(4))), 3)
    assert len(top) == 3
    assert (top % 2 == 0).all()


def test_together_looks_at_the_items_of_the_contact_too() -> None:
    together = next(kind for kind in SOURCES if kind.name == "together")
    source = together.fit(a_past(), seed=1)
    moment = Moment(no_history(), TODAY, "return", np.array([6], dtype=np.int32))
    assert {4, 8} <= set(added_up(source.score(moment)).items.tolist())


def test_replace_has_nothing_to_say_of_a_contact_that_gives_nothing_back() -> None:
    source = next(kind for kind in SOURCES if kind.name == "replace")
    asked = Moment(history_of(0), TODAY, "product_question", np.array([2], dtype=np.int32))
    assert not len(added_up(source.fit(a_past(), seed=1).score(asked)).items)


def test_following_knows_the_order_of_orders() -> None:
    """Customers go from item 0 to item 1 and never back."""
    rows = [
        (customer, 2 * customer + turn, turn, 100.0 + turn)
        for customer in range(9)
        for turn in (0, 1)
    ]
    rows.sort(key=lambda row: row[3])
    customers, orders, items, days = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows), dtype=np.float32)
    bought = Purchases(
        customers.astype(np.int32), orders.astype(np.int32), items.astype(np.int32),
        days.astype(np.float64), ones, ones,
    )  # fmt: skip
    following = next(kind for kind in SOURCES if kind.name == "following")
    source = following.fit(a_past(bought), seed=1)
    assert added_up(source.score(Moment(history_of(0), TODAY))).items.tolist() == [1]
    assert added_up(source.score(Moment(history_of(1), TODAY))).items.tolist() == []


def test_gathering_keeps_what_every_source_says_of_each_candidate() -> None:
    sources = [kind.fit(a_past(), seed=1) for kind in SOURCES]
    candidates = gather(sources, a_return(2))
    assert (np.diff(candidates.items) > 0).all()
    for row, source in zip(candidates.scores, sources, strict=True):
        scored = added_up(source.score(a_return(2)))
        assert set(best(scored, source.limit).tolist()) <= set(candidates.items.tolist())
        said = dict(zip(scored.items.tolist(), scored.scores.tolist(), strict=True))
        expected = [said.get(item, 0.0) for item in candidates.items.tolist()]
        np.testing.assert_allclose(row, expected, rtol=1e-6)


def test_what_is_no_longer_sold_takes_nobodys_place(kind: type[Source]) -> None:
    """It still teaches, but neither best sellers nor neighbours are lost to it."""
    past = a_past()
    gone = replace(past, sellable=np.arange(N_ITEMS) % 4 != 0)
    scored = added_up(kind.fit(gone, seed=1).score(a_return(4)))
    assert len(scored.items) > 0
    assert (scored.items % 4 != 0).all()
