"""Predicted beside bought, and how much of the distance is chance."""

from __future__ import annotations

import numpy as np
import pytest

from training.tenths import tenths


def test_tenths_go_from_the_least_to_the_most_likely() -> None:
    """Twenty items, two to a tenth; bought are the two likeliest and one of the next two."""
    chance = np.arange(20.0)[::-1] / 20
    told = tenths(chance, chance > 0.84)
    assert told["predicted"] == pytest.approx(0.475)
    assert told["realised"] == 0.15
    assert [tenth["predicted"] for tenth in told["deciles"]][::9] == [0.025, 0.925]
    assert [tenth["realised"] for tenth in told["deciles"]] == [0] * 8 + [0.5, 1]


def test_a_tenth_is_near_within_a_tenth_of_what_was_predicted() -> None:
    """A hundred items each at 10%, 20% ... 100%: bought are as many, a third fewer of the even."""
    chance = np.repeat(np.arange(1, 11) / 10, 100)
    place = np.tile(np.arange(100), 10) / 100
    even = np.repeat(np.arange(1, 11) % 2 == 0, 100)
    assert tenths(chance, place < chance)["near"] == 10
    assert tenths(chance, place < np.where(even, chance * 2 / 3, chance))["near"] == 5


@pytest.mark.parametrize(("moments", "chance"), [(50, 0.02), (300, 0.1), (1_000, 0.3)])
def test_perfect_chances_are_near_as_often_as_is_told(moments: int, chance: float) -> None:
    """Drawn a thousand times; the normal approximation may be half a tenth off."""
    rng = np.random.default_rng(5)
    chances = chance * rng.uniform(0.5, 1.5, moments * 10)
    draws = [tenths(chances, rng.random(len(chances)) < chances) for _ in range(1_000)]
    near = np.mean([draw["near"] for draw in draws])
    assert draws[0]["near_at_best"] == pytest.approx(near, abs=0.5)


def test_chances_that_are_certain_leave_nothing_to_chance() -> None:
    chance = np.repeat([0.0, 1.0], 50)
    told = tenths(chance, chance == 1)
    assert told["near"] == told["near_at_best"] == 10


def test_fewer_than_ten_items_make_fewer_tenths() -> None:
    assert len(tenths(np.array([0.1, 0.2]), np.array([False, True]))["deciles"]) == 2
