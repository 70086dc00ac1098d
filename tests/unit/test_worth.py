"""What it is worth to ask: every term, what the levers cost, and when nothing is asked at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.domain import Item
from service.decision.policy import load_policy
from service.decision.policy_file.worth import Pricing
from service.decision.value.asking import Asking
from service.decision.value.queue import MISSING, QueuePrice
from service.decision.worth import Prospect, prospect_of, rough_worth, worth_of_asking

PRICING = load_policy().pricing
NO_QUEUE = QueuePrice(MISSING, Decimal(0))
CENT = Decimal("0.01")


def an_item(price: str = "12.75", cost: str | None = "6.75", stock: int | None = None) -> Item:
    unit_cost = None if cost is None else Decimal(cost)
    return Item("22423", "Cakestand", Decimal(price), "GBP", unit_cost=unit_cost, stock=stock)


def a_prospect(item: Item | None = None, **changes: Any) -> Prospect:
    """One piece, one order in four added, that never comes back."""
    usual: dict[str, Any] = {
        "uplift": 0.25,
        "uplift_from": "holdout",
        "last_quantity": 0.0,
        "return_rate": 0.0,
        "lifetime": Decimal(0),
        "margin_rate": 0.4,
        "pricing": PRICING,
    }
    return prospect_of(item or an_item(), **(usual | changes))


def an_ask(**terms: str) -> Asking:
    usual = {"asking": "-0.17", "queue": "0.00", "annoyance": "0.00", "goodwill": "0.00"}
    amounts = {name: Decimal(amount) for name, amount in (usual | terms).items()}
    return Asking(30, False, NO_QUEUE, amounts)


def test_the_whole_sum_by_hand() -> None:
    """A quarter of an order more, of two pieces at a margin of 6.00; one in ten comes back."""
    prospect = a_prospect(last_quantity=2.0, return_rate=0.1, lifetime=Decimal("4.00"))
    asking = an_ask(asking="-0.30", queue="-0.45", annoyance="-0.05", goodwill="-0.10")
    worth = worth_of_asking(prospect, replace(PRICING, return_cost=Decimal("6.00")), asking)
    assert worth.terms == {
        "expected_margin": Decimal("3.00"),  # 1/4 x 12.00
        "returns": Decimal("-0.60"),  # 1/4 x 1/10 x (12.00 + 2 x 6.00)
        "lifetime_value": Decimal("1.00"),  # 1/4 x 4.00
        "asking": Decimal("-0.30"),
        "queue": Decimal("-0.45"),
        "annoyance": Decimal("-0.05"),
        "goodwill": Decimal("-0.10"),
    }
    assert worth.total == Decimal("2.50")


def test_the_sum_is_the_formula_of_the_design() -> None:
    """u x [margin x (1 - p) - p x cost] is the first two terms, margin lost and parcel apart."""
    prospect = a_prospect(return_rate=0.2, uplift=0.5)
    worth = worth_of_asking(prospect, replace(PRICING, return_cost=Decimal("5.00")), an_ask())
    formula = 0.5 * (6.00 * (1 - 0.2) - 0.2 * 5.00)
    assert float(worth.terms["expected_margin"] + worth.terms["returns"]) == pytest.approx(formula)


@pytest.mark.parametrize(
    ("last", "stock", "expected"),
    [(0, None, (1, "one")), (12, None, (12, "last_order")), (500, None, (24, "last_order")),
     (12, 5, (5, "last_order")), (0, 5, (1, "one"))],
)  # fmt: skip
def test_a_wholesaler_is_expected_to_order_as_usual_within_reason(
    last: float, stock: int | None, expected: tuple[int, str]
) -> None:
    prospect = a_prospect(an_item(stock=stock), last_quantity=last)
    assert (prospect.pieces, prospect.pieces_from) == expected
    assert prospect.margin == expected[0] * Decimal("6.00")


def test_without_a_cost_the_margin_rate_stands_in_and_says_so() -> None:
    prospect = a_prospect(an_item("10.00", cost=None))
    assert (prospect.margin, prospect.margin_from) == (Decimal("4.00"), "margin_rate")
    assert a_prospect().margin_from == "unit_cost"


AMOUNTS = st.decimals("-99", "0", places=2)
PROSPECTS = st.builds(
    lambda price, cost, stock, **known: a_prospect(
        Item("a", "A", price, "GBP", unit_cost=cost, stock=stock), **known
    ),
    price=st.decimals("0", "9999.99", places=2),
    cost=st.none() | st.decimals("0", "9999.99", places=2),
    stock=st.none() | st.integers(1, 500),
    uplift=st.floats(-1, 1),
    last_quantity=st.integers(0, 1000).map(float),
    return_rate=st.floats(0, 1),
    lifetime=st.decimals("-50", "50", places=2),
)


def pricing_of(return_cost: Decimal) -> Pricing:
    return replace(PRICING, return_cost=return_cost)


@settings(max_examples=300)
@given(PROSPECTS, st.decimals("0", "99", places=2), AMOUNTS, AMOUNTS)
@example(a_prospect(uplift=0.0), Decimal(0), Decimal(0), Decimal(0))
def test_terms_add_up_and_the_rough_sum_agrees(
    prospect: Prospect, return_cost: Decimal, asking: Decimal, queue: Decimal
) -> None:
    """Exactly; the quick one differs by no more than half a cent for each of three terms."""
    pricing = pricing_of(return_cost)
    ask = an_ask(asking=str(asking), queue=str(queue))
    worth = worth_of_asking(prospect, pricing, ask)
    assert sum(worth.terms.values()) == worth.total
    assert all(term == term.quantize(CENT) for term in worth.terms.values())
    rough = rough_worth(prospect, pricing, ask.cost)
    assert float(worth.total) == pytest.approx(rough, abs=0.0151)


def test_the_terms_of_ten_thousand_random_asks_add_up_to_the_cent() -> None:
    rng = np.random.default_rng(7)
    for price, cost, chance, back, asking in rng.random((10_000, 5)):
        prospect = a_prospect(
            an_item(f"{999 * price:.2f}", f"{700 * cost:.2f}"),
            uplift=chance - 0.2, last_quantity=float(int(40 * cost)), return_rate=back / 2,
        )  # fmt: skip
        worth = worth_of_asking(prospect, PRICING, an_ask(asking=f"{-asking:.2f}"))
        assert sum(worth.terms.values()) == worth.total == worth.total.quantize(CENT)


@given(PROSPECTS)
def test_what_adds_no_order_is_never_worth_asking(prospect: Prospect) -> None:
    """Doing nothing costs nothing; an ask that adds nothing costs its seconds."""
    idle = a_prospect(prospect.item, uplift=0.0)
    assert worth_of_asking(idle, PRICING, an_ask()).total == Decimal("-0.17")
    assert worth_of_asking(idle, PRICING, an_ask(asking="0.00")).total == 0
