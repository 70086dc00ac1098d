"""Codes of items are found as in a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.ids import Ids

CODES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)


@given(codes=st.lists(CODES, unique=True), asked=st.lists(CODES))
def test_every_code_is_found_at_its_position_and_no_other(
    codes: list[str], asked: list[str]
) -> None:
    ids, places = Ids.of(codes), {code: place for place, code in enumerate(codes)}
    assert list(ids) == codes
    assert [ids[place] for place in range(len(codes))] == codes
    assert ids.find(codes).tolist() == list(range(len(codes)))
    assert ids.find(asked).tolist() == [places.get(code, -1) for code in asked]
    assert not codes or ids.are_in_order()


def test_what_utf8_cannot_say_is_no_item() -> None:
    assert Ids.of(["a", "?"]).find(["\ud800", "a"]).tolist() == [-1, 0]


def test_a_wrong_order_is_noticed() -> None:
    ids = Ids.of(["b", "a", "c"])
    assert ids.are_in_order()
    wrong = ([0, 1, 2], [1, 0], [1, 0, 3], [1, -3, 2], [1, 1, 2])
    assert not any(Ids(ids.codes, np.array(order)).are_in_order() for order in wrong)
    assert not Ids(ids.codes, ids.order.astype(np.int32)).are_in_order()
    assert not Ids.of(["a", "a"]).are_in_order()
