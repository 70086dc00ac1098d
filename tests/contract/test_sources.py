"""One contract for every candidate source, on a small shop whose answer is obvious."""

from __future__ import annotations

import numpy as np
import pytest

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.moment import Moment
from models.purchases import History, Purchases, no_history

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
    return kind.fit(checkerboard(), TODAY, N_ITEMS, seed=1)


def test_proposals_are_items_of_the_catalogue_each_once_best_first(source: Source) -> None:
    proposals = source.propose(Moment(history_of(0, 2, 4), TODAY))
    assert len(proposals.items) == len(set(proposals.items.tolist())) > 0
    assert proposals.items.min() >= 0
    assert proposals.items.max() < N_ITEMS
    assert (proposals.scores > 0).all()
    assert (np.diff(proposals.scores) <= 0).all()


def test_a_customer_without_orders_is_no_error(source: Source) -> None:
    proposals = source.propose(Moment(no_history(), TODAY))
    assert len(proposals.items) == len(proposals.scores)


def test_popular_is_never_empty() -> None:
    popular = next(kind for kind in SOURCES if kind.name == "popular")
    source = popular.fit(checkerboard(), TODAY, N_ITEMS, seed=1)
    assert len(source.propose(Moment(no_history(), TODAY)).items) > 0


def test_a_source_learned_from_nothing_proposes_nothing_new(kind: type[Source]) -> None:
    """The first day of a shop: only what the customer bought can be said."""
    source = kind.fit(checkerboard().before(0.0), TODAY, N_ITEMS, seed=1)
    proposed = source.propose(Moment(history_of(3), TODAY)).items.tolist()
    assert proposed in ([], [3])


def test_arrays_rebuild_the_same_source(source: Source, kind: type[Source]) -> None:
    again = kind.from_arrays(dict(source.arrays()))
    moment = Moment(history_of(1, 3), TODAY)
    np.testing.assert_array_equal(again.propose(moment).items, source.propose(moment).items)
    np.testing.assert_array_equal(again.propose(moment).scores, source.propose(moment).scores)


def test_arrays_fit_their_own_catalogue_and_no_smaller_one(source: Source) -> None:
    assert source.fits(N_ITEMS)
    if source.arrays():
        assert not source.fits(3)


def test_fitting_twice_with_one_seed_gives_the_same(kind: type[Source]) -> None:
    moment = Moment(history_of(0, 4), TODAY)
    first, second = (
        kind.fit(checkerboard(), TODAY, N_ITEMS, seed=7).propose(moment) for _ in range(2)
    )
    np.testing.assert_array_equal(first.items, second.items)
    np.testing.assert_allclose(first.scores, second.scores, rtol=1e-4)


@pytest.mark.parametrize("name", ["repeat", "together", "similar"])
def test_personal_sources_stay_on_the_colour_of_the_customer(name: str) -> None:
    kind = next(kind for kind in SOURCES if kind.name == name)
    source = kind.fit(checkerboard(), TODAY, N_ITEMS, seed=1)
    top = source.propose(Moment(history_of(0, 2, 4), TODAY)).items[:3]
    assert (top % 2 == 0).all()


def test_together_looks_at_the_items_of_the_contact_too() -> None:
    together = next(kind for kind in SOURCES if kind.name == "together")
    source = together.fit(checkerboard(), TODAY, N_ITEMS, seed=1)
    moment = Moment(no_history(), TODAY, "return", np.array([6], dtype=np.int32))
    assert {4, 8} <= set(source.propose(moment).items.tolist())


def test_gathering_keeps_every_proposal_with_its_source_and_score() -> None:
    sources = [kind.fit(checkerboard(), TODAY, N_ITEMS, seed=1) for kind in SOURCES]
    moment = Moment(history_of(0, 2, 4), TODAY)
    candidates = gather(sources, moment)
    assert (np.diff(candidates.items) > 0).all()
    for row, source in zip(candidates.scores, sources, strict=True):
        proposals = source.propose(moment)
        assert np.count_nonzero(row) == len(proposals.items)
        places = np.searchsorted(candidates.items, proposals.items)
        np.testing.assert_array_equal(row[places], proposals.scores)
