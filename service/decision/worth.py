"""What is it worth to ask for this item? Every term in money; together they add up to the cent.

    worth = uplift x (margin x (1 - return rate) - return rate x cost of a return)
            + change in lifetime value - seconds x wage - seconds x price of the queue
            - annoyance - goodwill

Doing nothing is worth 0. Pure; what an ask costs is `asking.py`, what it adds is `uplift.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from models.domain import Item
from service.decision.policy_file.worth import Pricing
from service.decision.value.asking import Asking
from service.decision.value.money import cents

NOTHING: Final = Decimal(0)
ROUNDED_OFF: Final = 0.02
"""By so much at most the terms' rounding moves their sum: half a cent for each of three."""


class Prospect(msgspec.Struct, frozen=True, gc=False):
    """An item as it would be asked for.

    Attributes:
        uplift: orders that one ask adds, at most six decimals; below 0 where asking drives away.
        uplift_from: `holdout` or `probability_times_incremental_share`.
        margin: of all pieces, in the ledger's currency; `margin_from` is `unit_cost` where the
            item's own cost is known, else `margin_rate`.
        pieces: that an order would have; `pieces_from` is `last_order` or `one`.
        return_rate: chance that it comes back, at most four decimals.
        lifetime: what such an order adds to the customer's value beside its margin.
    """

    item: Item
    uplift: float
    uplift_from: str
    margin: Decimal
    margin_from: str
    pieces: int
    pieces_from: str
    return_rate: float
    lifetime: Decimal


class Worth(msgspec.Struct, frozen=True, gc=False):
    """`terms` in the ledger's currency, rounded to the cent one by one; `total` is their sum."""

    total: Decimal
    terms: Mapping[str, Decimal]
    prospect: Prospect


def prospect_of(
    item: Item,
    uplift: float,
    uplift_from: str,
    last_quantity: float,
    return_rate: float,
    lifetime: Decimal,
    margin_rate: float,
    pricing: Pricing,
) -> Prospect:
    """Puts together what is known of one item.

    Args:
        last_quantity: pieces in the customer's last order of it; 0 where there is none. Who buys
            by the dozen is asked for a dozen, up to the policy's limit and what is in stock.
        margin_rate: share of the price that is margin where the item's cost is unknown.
    """
    pieces = min(int(last_quantity), pricing.most_pieces) if last_quantity else 0
    if pieces and item.stock is not None:
        pieces = min(pieces, item.stock)
    if item.unit_cost is not None:
        margin, margin_from = item.price - item.unit_cost, "unit_cost"
    else:
        margin, margin_from = item.price * Decimal(str(margin_rate)), "margin_rate"
    known = pieces > 0
    # `round` to decimals goes by way of a text, and takes four times as long as to whole numbers
    return Prospect(
        item, round(uplift * 1e6) / 1e6, uplift_from, margin * pieces if known else margin,
        margin_from, pieces if known else 1, "last_order" if known else "one",
        round(return_rate * 1e4) / 1e4, lifetime,
    )  # fmt: skip


def rough_worth(prospect: Prospect, pricing: Pricing, cost_of_asking: float) -> float:
    """The same in binary floating point and unrounded, within `ROUNDED_OFF` of the exact sum: good
    enough to put items in order."""
    margin, back = float(prospect.margin), prospect.pieces * float(pricing.return_cost)
    an_order = margin - prospect.return_rate * (margin + back) + float(prospect.lifetime)
    return prospect.uplift * an_order - cost_of_asking


def worth_of_asking(prospect: Prospect, pricing: Pricing, asking: Asking) -> Worth:
    """Expected contribution of one ask; the terms are named as in the answer's `terms`."""
    uplift, returned = Decimal(str(prospect.uplift)), Decimal(str(prospect.return_rate))
    back = prospect.margin + prospect.pieces * pricing.return_cost
    terms = {
        "expected_margin": cents(uplift * prospect.margin),
        "returns": -cents(uplift * returned * back),
        "lifetime_value": cents(uplift * prospect.lifetime) if prospect.lifetime else NOTHING,
        **asking.terms,
    }
    return Worth(sum(terms.values(), NOTHING), terms, prospect)
