"""Orders of eight hundred lines, items that never sold or sold once: what sources make of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.candidates.following import Following
from models.candidates.neighbours import Neighbours
from models.candidates.together import Together
from models.moment import Moment
from models.past import Past
from models.purchases import Purchases
from tests.contract.test_sources import N_ITEMS, TODAY, checkerboard, history_of
from tests.scores import added_up

N = 1000
LARGE = range(N - 800, N)
NEVER_SOLD, SOLD_ONCE = N_ITEMS, N_ITEMS + 1


def a_past(purchases: Purchases) -> Past:
    """A catalogue of which the checkerboard sells the first few."""
    prices, sorts = np.full(N, 5.0, dtype=np.float32), np.zeros(N, dtype=np.int32)
    return Past(purchases, TODAY, prices, sorts, np.ones(N, dtype=bool))


def more(past: Purchases, customer: int, days: list[float], items: list[range]) -> Purchases:
    """Further orders of one customer, an order a day."""
    sizes = [len(order) for order in items]
    orders = np.repeat(np.arange(len(days)) + past.orders.max() + 1, sizes)
    customers = np.full(sum(sizes), customer)
    ones = np.ones(sum(sizes), dtype=np.float32)
    added = (customers, orders, np.concatenate(items), np.repeat(days, sizes), ones, ones)
    whole = replace(past, **{
        name: np.concatenate([getattr(past, name), column]).astype(getattr(past, name).dtype)
        for name, column in zip(past.__slots__, added, strict=True)
    })  # fmt: skip
    order = whole.days.argsort(kind="stable")
    return Purchases(*(getattr(whole, name)[order] for name in whole.__slots__))


@pytest.mark.parametrize("kind", [Together, Following])
def test_orders_of_eight_hundred_lines_say_nothing_of_what_goes_with_what(
    kind: type[Source],
) -> None:
    """Twice the same wholesaler, twice another: every pair of items met more than once."""
    known = checkerboard()
    for wholesaler in (100, 101):
        known = more(known, wholesaler, [310.0, 350.0], [LARGE, LARGE])
    with_them, without = kind.fit(a_past(known), 1), kind.fit(a_past(checkerboard()), 1)
    for name, learned in without.arrays().items():
        np.testing.assert_array_equal(with_them.arrays()[name], learned)


def test_a_history_of_one_order_of_eight_hundred_lines_brings_no_more_candidates_than_any() -> None:
    known = more(checkerboard(), 100, [310.0, 350.0], [range(N), range(N)])
    sources = [kind.fit(a_past(known), seed=1) for kind in SOURCES]
    moment = Moment(history_of(*LARGE), TODAY, "return", np.array(LARGE, dtype=np.int32))
    candidates = gather(sources, moment)
    assert 0 < len(candidates.items) <= sum(source.limit for source in sources)


@pytest.fixture(scope="module")
def rare() -> Past:
    """One item never sold, one sold once, together with item 0."""
    return a_past(more(checkerboard(), 0, [399.0], [range(SOLD_ONCE, SOLD_ONCE + 1)]))


@pytest.mark.parametrize("kind", SOURCES, ids=lambda kind: kind.name)
def test_what_never_sold_is_proposed_to_nobody_and_harms_nobody(
    kind: type[Source], rare: Past
) -> None:
    source = kind.fit(rare, seed=1)
    for about in (NEVER_SOLD, SOLD_ONCE, 0):
        for history in (history_of(0, 2), history_of(SOLD_ONCE)):
            moment = Moment(history, TODAY, "return", np.array([about], dtype=np.int32))
            assert NEVER_SOLD not in added_up(source.score(moment)).items
    owner = added_up(source.score(Moment(history_of(NEVER_SOLD), TODAY)))
    assert len(owner.items) == len(owner.scores)


@pytest.mark.parametrize("kind", [Together, Following, Neighbours])
def test_what_sold_once_goes_with_nothing_yet(kind: type[Source], rare: Past) -> None:
    source = kind.fit(rare, seed=1)
    assert SOLD_ONCE not in added_up(source.score(Moment(history_of(*range(N_ITEMS)), TODAY))).items
    assert not len(added_up(source.score(Moment(history_of(SOLD_ONCE), TODAY))).items)
