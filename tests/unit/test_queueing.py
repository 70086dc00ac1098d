"""The price of the queue."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from models.queueing import price_per_second

PITCH = 90
"""Seconds."""


def test_ten_agents_are_free_until_fewer_than_two_are_idle() -> None:
    assert [PITCH * price_per_second(n, 10) for n in (1, 8, 9, 10, 13)] == [
        0, 0, Decimal("0.60"), Decimal("1.20"), Decimal("3.00"),
    ]  # fmt: skip


def test_in_a_team_four_times_as_large_each_caller_costs_half() -> None:
    assert PITCH * price_per_second(41, 40) == Decimal("0.90")


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_one_caller_more_never_makes_it_cheaper(callers: int, agents: int) -> None:
    assert 0 <= price_per_second(callers, agents) <= price_per_second(callers + 1, agents)
