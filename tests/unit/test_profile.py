"""A profile: the same history for serving as for training, and what a request adds to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain import Customer, Interaction, Order, OrderLine, Refund
from models.ids import Ids
from models.purchases import history_of
from service.dealings import Contact, Dealings, Refunded, contact_of
from service.profile import (
    NOTHING_BOUGHT,
    SECONDS_A_DAY,
    Ask,
    Profile,
    bought_of,
    history_in,
    pack,
    unknown_profile,
    unpack,
)

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


@settings(deadline=None)  # the first call compiles
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


@settings(deadline=None)  # the first call compiles
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


def test_refunds_of_orders_that_only_the_request_knows_are_known_too() -> None:
    placed = datetime(2026, 10, 2, tzinfo=UTC)
    back = Refund("lamp", 1, Decimal(9), placed + timedelta(days=3))
    line = OrderLine("lamp", 1, Decimal(9))
    order = Order("o-1", "lea", placed, "GBP", (line,), refunds=(back,))
    told = unknown_profile("lea").with_request(Customer("lea"), [order])
    assert told.dealings.refunds == [Refunded(back.refunded_at, "lamp")]
    again = told.with_request(Customer("lea"), [order])
    assert again == told


def test_of_who_objected_nothing_but_the_objection_is_kept_at_hand() -> None:
    placed = datetime(2026, 10, 2, tzinfo=UTC)
    order = Order("o-1", "lea", placed, "GBP", (OrderLine("lamp", 1, Decimal(9)),))
    known = unknown_profile("lea").with_request(Customer("lea", objected=True), [order])
    contact = contact_of(Interaction("c", "phone", "return", "resolved"), placed)
    after = known.after_decision(known.customer, contact, Ask(placed, "phone"))
    assert after == Profile(known.customer, 1, NOTHING_BOUGHT, [], [])


def test_a_contact_that_was_fed_and_is_decided_about_is_one_with_what_both_said() -> None:
    at = datetime(2026, 10, 2, tzinfo=UTC)
    fed = Contact(at, "c", "phone", "return", "unresolved", "upset", "ours", "j")
    known = msgspec.structs.replace(unknown_profile("lea"), dealings=Dealings(contacts=[fed]))
    said = Interaction("c", "phone", "return", "resolved", mood="calm")
    after = known.after_decision(known.customer, contact_of(said, at), None)
    assert after.dealings.contacts == [
        Contact(at, "c", "phone", "return", "resolved", "calm", "ours", "j")
    ]
    assert unpack(pack(after)) == after
