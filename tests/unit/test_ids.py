"""Codes of items are found as in a dictionary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ids import Ids

CODES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)


@settings(deadline=None)  # the first call compiles
@given(codes=st.lists(CODES, unique=True), asked=st.lists(CODES))
def test_every_code_is_found_at_its_position_and_no_other(
    codes: list[str], asked: list[str]
) -> None:
    ids, places = Ids.of(codes), {code: place for place, code in enumerate(codes)}
    assert list(ids) == codes
    assert [ids[place] for place in range(len(codes))] == codes
    assert ids.find(codes).tolist() == list(range(len(codes)))
    assert ids.find(asked).tolist() == [places.get(code, -1) for code in asked]
    assert ids.are_unique()


def test_what_utf8_cannot_say_is_no_item() -> None:
    assert Ids.of(["a", "?"]).find(["\ud800", "a"]).tolist() == [-1, 0]


def test_a_code_that_is_longer_or_shorter_is_another() -> None:
    ids = Ids.of(["ab", "abc"])
    assert ids.find(["a", "ab", "abc", "abcd", ""]).tolist() == [-1, 0, 1, -1, -1]


def test_half_a_million_codes_are_found() -> None:
    ids = Ids.of([f"I-{number:06d}" for number in range(500_000)])
    asked = [0, 499_999, 250_000, 77_777]
    assert ids.find(ids[place] for place in asked).tolist() == asked
    assert ids.find(["I-500000"]).tolist() == [-1]


def test_what_holds_no_codes_or_one_twice_is_noticed() -> None:
    assert not Ids.of(["a", "a"]).are_unique()
    for wrong in (np.zeros(3), np.array([[b"a"]]), np.array(["a"])):
        with pytest.raises(TypeError, match="codes are bytes"):
            Ids(wrong)
