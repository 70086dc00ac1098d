"""Whatever a customer bought, in whatever sequence its lines come: sources and features hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.catalogue import Catalogue, describe
from models.domain import TOPICS
from models.features import FEATURES, features
from models.moment import Moment
from models.past import Past
from models.purchases import History, history_of
from tests.contract.test_sources import N_ITEMS, TODAY, a_past
from tests.scores import added_up

N_NEVER_SOLD = 40
"""Beside those that the checkerboard sells: a history may have more items than sources look at."""
N = N_ITEMS + N_NEVER_SOLD
SELLABLE = np.arange(N) % 7 != 3
LINES = st.lists(
    st.tuples(
        st.integers(0, N - 1),
        st.one_of(st.floats(0, TODAY), st.sampled_from([0.0, 17.0, 17.5, TODAY - 1, TODAY])),
        st.integers(1, 1_000_000),
        st.one_of(st.just(0.0), st.floats(0, 1e10, width=32)),
    ),
    max_size=120,
)
CONTACT = st.lists(st.integers(0, N - 1), max_size=5)
EVERYTHING_AT_ONCE = [(item, TODAY - 9, 1, 2.5) for item in range(N)]


@cache
def learned() -> tuple[Catalogue, list[Source]]:
    """Of the checkerboard, in which not all may be sold and most never were."""
    sorts = np.arange(N, dtype=np.int32) % 3 - 1
    past = Past(a_past().purchases, TODAY, np.full(N, 5.0, dtype=np.float32), sorts, SELLABLE)
    return describe(past, [str(item) for item in range(N)]), [kind.fit(past, 1) for kind in SOURCES]


def a_history(lines: list[tuple[int, float, int, float]]) -> History:
    items, days, quantities, prices = zip(*lines, strict=True) if lines else ((),) * 4
    return history_of(
        np.array(items, dtype=np.int32),
        np.array(days, dtype=np.float64),
        np.array(quantities, dtype=np.float32),
        np.array(prices, dtype=np.float32),
    )


def a_moment(history: History, topic: str | None, contact: list[int]) -> Moment:
    return Moment(history, TODAY, topic, np.array(contact, dtype=np.int32))


@given(lines=LINES, topic=st.sampled_from([None, *TOPICS]), contact=CONTACT)
@settings(deadline=None)
def test_candidates_are_sellable_each_once_and_their_features_are_numbers(
    lines: list[tuple[int, float, int, float]], topic: str | None, contact: list[int]
) -> None:
    catalogue, sources = learned()
    moment = a_moment(a_history(lines), topic, contact)
    for source in sources:
        scored = added_up(source.score(moment))
        assert (np.diff(scored.items) > 0).all()
        assert SELLABLE[scored.items].all()
        assert np.isfinite(scored.scores).all()
        assert (scored.scores > 0).all()
    candidates = gather(sources, moment)
    assert (np.diff(candidates.items) > 0).all()
    assert SELLABLE[candidates.items].all()
    assert len(candidates.items) > 0  # something always sells
    table = features(moment, candidates, catalogue)
    assert table.shape == (len(candidates.items), len(FEATURES))
    assert np.isfinite(table).all()


@given(lines=LINES, contact=CONTACT, seed=st.integers(0, 999))
@example(lines=EVERYTHING_AT_ONCE, contact=[], seed=1)
@settings(deadline=None)
def test_lines_of_one_day_may_come_in_any_sequence(
    lines: list[tuple[int, float, int, float]], contact: list[int], seed: int
) -> None:
    """The ledger has them by time of day and item, the training by position in its catalogue."""
    catalogue, sources = learned()
    history = a_history(lines)
    chance = np.random.default_rng(seed).random(len(history))
    order = np.lexsort((chance, history.orders))
    shuffled = replace(
        history,
        items=history.items[order],
        quantities=history.quantities[order],
        prices=history.prices[order],
    )
    moments = [a_moment(one, "return", contact) for one in (history, shuffled)]
    one, other = (gather(sources, moment) for moment in moments)
    np.testing.assert_array_equal(one.items, other.items)
    np.testing.assert_allclose(one.scores, other.scores, rtol=1e-5)
    tables = [features(moment, one, catalogue) for moment in moments]
    np.testing.assert_allclose(*tables, rtol=1e-4, atol=1e-6)


def test_the_items_of_the_newest_orders_are_looked_at_first() -> None:
    """Two on day 1, fifty on day 2, two on day 3: of the fifty so many as there is room for."""
    days = [(50, 1.0), (51, 1.0), *((item, 2.0) for item in range(50)), (52, 3.0), (53, 3.0)]
    items, strengths = a_history([(item, day, 1, 1.0) for item, day in days]).lately(40, 0.5)
    assert len(set(items.tolist())) == 40
    assert {52, 53} <= set(items.tolist()) <= set(range(54)) - {50, 51}
    assert sorted(strengths.tolist()) == [0.5] * 38 + [1.0] * 2
