"""How often items come back: counted once it is known, and shrunk where little is."""

from __future__ import annotations

import numpy as np
import pytest

from models.past import Past
from models.purchases import Purchases
from models.returns import PRIOR_LINES, return_rates

TODAY = 1000.0


def a_past(items: list[int], days: list[float], categories: list[int]) -> Past:
    n, kinds = len(items), len(categories)
    nobody, ones = np.full(n, -1, dtype=np.int32), np.ones(n, dtype=np.float32)
    bought = Purchases(
        nobody, np.arange(n, dtype=np.int32), np.array(items, dtype=np.int32), np.array(days),
        ones, ones,
    )  # fmt: skip
    sorts = np.array(categories, dtype=np.int32)
    return Past(bought, TODAY, np.ones(kinds, dtype=np.float32), sorts, np.ones(kinds, dtype=bool))


def test_where_nobody_tells_of_refunds_nothing_is_made_up() -> None:
    assert return_rates(a_past([0, 1], [1.0, 2.0], [0, 0]), None).tolist() == [0, 0]


def test_many_lines_speak_for_themselves_and_few_lean_on_their_category() -> None:
    """Items 0 and 1 are of one category: half of 2,000 lines came back, and none of one line."""
    past = a_past([0] * 2000 + [1] + [2] * 2000, [1.0] * 4001, [0, 0, -1])
    returned = np.zeros(4001, dtype=bool)
    returned[:1000] = True
    own, few, other = return_rates(past, returned).tolist()
    category = (1000 + 50 * 1000 / 4001) / (2001 + 50)
    assert own == pytest.approx((1000 + PRIOR_LINES * category) / (2000 + PRIOR_LINES))
    assert few == pytest.approx(PRIOR_LINES * category / (1 + PRIOR_LINES))
    assert 0 < other < 0.01


def test_what_was_sold_within_the_month_may_still_come_back() -> None:
    past = a_past([0] * 200, [1.0] * 100 + [TODAY - 29] * 100, [0])
    returned = np.array([True] * 50 + [False] * 150)
    assert return_rates(past, returned)[0] == pytest.approx(0.5)
