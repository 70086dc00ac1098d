"""Turns what came in another currency into the ledger's, at the rate of its day.

Called where orders and contacts are fed, by the API and by the importers. What cannot be converted
is refused with the rate that is missing; nothing is ever added up across currencies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from models.domain import Converted, Interaction, Money, Order
from service.errors import MixedCurrencies
from service.ledger.rates import OLDEST, Rate

RateOf = Callable[[str, date], Rate | None]
"""The rate of a currency on a day, if it is known; see `ledger.rates.rate_of`."""
CENT: Final = Decimal("0.01")
FINE: Final = Decimal("0.0001")
"""Prices of lines have four decimals, in every currency."""


def order_in(order: Order, ledger: str, rate_of: RateOf) -> Order:
    """The order in the ledger's currency; refunds too go by the day the order was placed.

    So an order that came back as a whole is worth nothing, however the rate has moved since.

    Raises:
        MixedCurrencies: it is in another currency, whose rate of that day is not known.
    """
    if order.currency == ledger:
        return order
    found = _rate(order.currency, order.placed_at, ledger, rate_of, "/currency")

    def turned(amount: Decimal) -> Decimal:
        return (amount * found.rate).quantize(FINE, ROUND_HALF_UP)

    lines = sum((line.quantity * line.unit_price for line in order.lines), Decimal(0))
    return replace(
        order,
        currency=ledger,
        lines=tuple(
            replace(
                line,
                unit_price=turned(line.unit_price),
                unit_cost=None if line.unit_cost is None else turned(line.unit_cost),
            )
            for line in order.lines
        ),
        refunds=tuple(replace(one, amount=turned(one.amount)) for one in order.refunds),
        discount=None if order.discount is None else turned(order.discount),
        converted=Converted(order.currency, lines - (order.discount or 0), found.rate, found.day),
    )


def interaction_in(
    contact: Interaction, ledger: str, rate_of: RateOf, now: datetime
) -> Interaction:
    """The contact with its cost, goodwill and efforts in the ledger's currency.

    Raises:
        MixedCurrencies: as `order_in`; the day is that of `resolved_at`, else today.
    """
    at = contact.resolved_at or now

    def turned(money: Money, pointer: str) -> Money:
        if money.currency == ledger:
            return money
        found = _rate(money.currency, at, ledger, rate_of, pointer)
        return Money((money.amount * found.rate).quantize(CENT, ROUND_HALF_UP), ledger)

    changes: dict[str, object] = {}
    for name in ("cost", "goodwill"):
        if (money := getattr(contact, name)) is not None:
            changes[name] = turned(money, f"/{name}/currency")
    if contact.efforts:
        changes["efforts"] = tuple(
            replace(effort, cost=turned(effort.cost, f"/efforts/{place}/cost/currency"))
            for place, effort in enumerate(contact.efforts)
        )
    return replace(contact, **changes) if changes else contact  # type: ignore[arg-type]


def _rate(currency: str, at: datetime, ledger: str, rate_of: RateOf, pointer: str) -> Rate:
    day = at.astimezone(UTC).date()
    found = rate_of(currency, day)
    if found is None:
        raise MixedCurrencies(
            f"This ledger keeps {ledger} alone, and no rate of {currency} is known for {day} or "
            f"the {OLDEST.days} days before: bring rates in (python -m service import rates), "
            "or convert the amounts first.",
            pointer=pointer,
        )
    return found
