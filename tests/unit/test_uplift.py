"""What asking adds: measured where the holdout is precise enough, and shrunk."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from service.decision.value.uplift import ASSUMED, HOLDOUT, Arm, Cell, assumed, uplift_of
from service.decision.worth import worth_of_asking
from tests.unit.test_worth import PRICING, a_prospect, an_ask, an_item

SHARE = 0.4


def a_cell(treated: int, ordered: int, held: int, ordered_held: int, chance: float = 0.1) -> Cell:
    return Cell(Arm(treated, ordered), Arm(held, ordered_held), chance * (treated + held))


def test_without_a_holdout_the_policy_is_believed() -> None:
    known = uplift_of({}, SHARE)
    assert (known.source, known.share("repeat", "return")) == (ASSUMED, SHARE)


def test_a_small_holdout_decides_nothing() -> None:
    """400 customers each: 2.8 errors are more than four orders in a hundred."""
    cells = {("repeat", "return"): a_cell(400, 140, 400, 100)}
    assert uplift_of(cells, SHARE) == assumed(SHARE)


def test_a_large_one_measures_and_is_shrunk_a_little() -> None:
    """30% and 34%: four orders more in a hundred where ten were expected, less its own doubt."""
    cell = a_cell(40_000, 13_600, 40_000, 12_000)
    share, error = cell.share
    assert share == pytest.approx(0.4)
    known = uplift_of({("repeat", "return"): cell}, SHARE)
    assert known.source == HOLDOUT
    assert known.overall == pytest.approx(0.4 * (1 - (error / 0.4) ** 2))
    assert 0.39 < known.overall < 0.4


def test_an_effect_within_its_error_is_none() -> None:
    cell = a_cell(40_000, 12_050, 40_000, 12_000)
    assert cell.share[0] < cell.share[1]
    assert uplift_of({("repeat", "return"): cell}, SHARE).overall == 0


def test_a_sort_that_nobody_saw_is_like_all_others() -> None:
    known = uplift_of({("repeat", "return"): a_cell(40_000, 13_600, 40_000, 12_000)}, SHARE)
    assert known.share("discover", "billing") == known.share(None, "return") == known.overall


def test_a_few_customers_move_a_sort_less_than_many() -> None:
    """Both sorts show asking to be harmful; the one with few customers stays near the others."""
    usual = {("repeat", topic): a_cell(30_000, 10_200, 30_000, 9_000) for topic in "abcd"}
    many, few = a_cell(10_000, 2_600, 10_000, 3_000), a_cell(50, 13, 50, 15)
    known = uplift_of({**usual, ("repeat", "many"): many, ("repeat", "few"): few}, SHARE)
    assert many.share[0] == pytest.approx(few.share[0])
    assert known.share("repeat", "many") < -0.3
    assert abs(known.share("repeat", "few") - known.overall) < 0.1


def test_sleeping_dogs_are_left_to_lie() -> None:
    """Planted: in three of twelve sorts of contact asking loses orders. Of their customers fewer
    than two in a hundred would be asked; of the others, nearly all."""
    kinds = ("repeat", "complement", "discover")
    sorts = [
        (kind, topic) for kind in kinds for topic in ("return", "billing", "delivery", "price")
    ]
    dogs = {("repeat", "billing"), ("discover", "return"), ("complement", "price")}
    asked = {True: 0, False: 0}
    customers = {True: 0, False: 0}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        cells = {}
        for sort in sorts:
            added = -0.06 if sort in dogs else 0.05
            treated, held = 18_000, 2_000
            cells[sort] = a_cell(
                treated, rng.binomial(treated, 0.25 + added), held, rng.binomial(held, 0.25)
            )
        known = uplift_of(cells, SHARE)
        assert known.source == HOLDOUT
        for sort in sorts:
            prospect = a_prospect(
                an_item("40.00", "20.00"), uplift=known.share(*sort) * 0.1, uplift_from=HOLDOUT
            )
            is_worth_it = worth_of_asking(prospect, PRICING, an_ask()).total > Decimal(0)
            asked[sort in dogs] += is_worth_it * treated
            customers[sort in dogs] += treated
    assert asked[True] / customers[True] < 0.02
    assert asked[False] / customers[False] > 0.98
