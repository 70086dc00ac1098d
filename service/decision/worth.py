"""What is it worth to ask for this item? Every term in money; together they add up to the cent.

    worth = expected margin - cost of asking

Where a term of the full sum (uplift, returns, lifetime value, queue, annoyance, goodwill) joins,
it joins as one more entry of `terms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from models.domain import Item

CENT: Final = Decimal("0.01")


class Worth(msgspec.Struct, frozen=True, gc=False):
    """`terms` in the ledger's currency, rounded to the cent one by one; `total` is their sum.

    `margin_from` is `unit_cost` where the item's own cost is known, else `margin_rate`.
    """

    total: Decimal
    terms: Mapping[str, Decimal]
    margin_from: str


def rough_worth(item: Item, probability: float, margin_rate: float, cost_of_asking: float) -> float:
    """The same in binary floating point and unrounded: good enough to put items in order."""
    price = float(item.price)
    margin = price * margin_rate if item.unit_cost is None else price - float(item.unit_cost)
    return probability * margin - cost_of_asking


def worth_of_asking(
    item: Item, probability: float, margin_rate: float, cost_of_asking: Decimal
) -> Worth:
    """Expected contribution of one ask.

    Args:
        item: with its price and, where known, its unit cost.
        probability: calibrated chance that the item is in the next order.
        margin_rate: share of the price that is margin where the cost is unknown.
        cost_of_asking: wage for the seconds that it takes, in the ledger's currency.
    """
    if item.unit_cost is not None:
        margin, margin_from = item.price - item.unit_cost, "unit_cost"
    else:
        margin, margin_from = item.price * Decimal(str(margin_rate)), "margin_rate"
    chance = Decimal(str(round(probability, 6)))
    expected, asking = cents(chance * margin), -cents(cost_of_asking)
    terms = {"expected_margin": expected, "asking": asking}
    return Worth(expected + asking, terms, margin_from)


def cents(amount: Decimal) -> Decimal:
    """Rounded half to even, as banks do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)
