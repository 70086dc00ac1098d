"""What a customer's orders of the last months brought, after all that came back."""

from __future__ import annotations

import msgspec

from service.decision.situation import Situation


class NetMargin(msgspec.Struct, frozen=True):
    """`margin` in the ledger's currency; `returned` counts pieces."""

    margin: float
    orders: int
    returned: int


def net_margin(situation: Situation) -> NetMargin | None:
    """Of the policy's window until the contact; None of whom it is no habit to send back.

    margin = paid - cost of what was kept - pieces that came back x what each costs to take back;
    where the cost of an item is not known, the policy's margin rate stands in.
    """
    policy, limit = situation.policy, situation.policy.gates.returners
    begins = situation.moment - limit.within
    sales = [
        sale for sale in situation.profile.dealings.sales if begins < sale.at <= situation.moment
    ]
    if sum(sale.returned > 0 for sale in sales) < limit.often:
        return None
    margin = sum(
        sale.paid
        - sale.cost
        - sale.unpriced * (1 - policy.margin_rate)
        - sale.returned * limit.cost
        for sale in sales
    )
    return NetMargin(margin, len(sales), sum(sale.returned for sale in sales))
