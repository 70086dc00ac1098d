"""Orders and contacts in another currency, by the rate of their day and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.domain import Converted, Effort, Interaction, Money, Order, OrderLine, Refund
from service.errors import MixedCurrencies
from service.exchange import interaction_in, order_in
from service.ledger.rates import Rate

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ORDER = Order(
    "1", "lea", AT, "EUR", (OrderLine("cake", 3, Decimal("10.00"), Decimal("4.00")),),
    refunds=(Refund("cake", 3, Decimal("30.00"), AT),), discount=Decimal("1.00"),
)  # fmt: skip


def rates(currency: str, day: date) -> Rate | None:
    known = {("EUR", date(2026, 11, 20)): Decimal("0.8333")}
    found = known.get((currency, day))
    return Rate(currency, day, found) if found else None


def test_an_order_is_turned_amount_by_amount_and_remembers_what_it_was() -> None:
    order = order_in(ORDER, "GBP", rates)
    assert (order.currency, order.discount) == ("GBP", Decimal("0.8333"))
    [line], [refund] = order.lines, order.refunds
    assert (line.unit_price, line.unit_cost) == (Decimal("8.3330"), Decimal("3.3332"))
    assert refund.amount == Decimal("24.9990")
    assert order.converted == Converted(
        "EUR", Decimal("29.00"), Decimal("0.8333"), date(2026, 11, 20)
    )


def test_an_order_in_the_ledgers_currency_stays_as_it_is() -> None:
    assert order_in(replace(ORDER, currency="GBP"), "GBP", rates).converted is None


def test_without_a_rate_of_the_day_nothing_is_guessed() -> None:
    with pytest.raises(MixedCurrencies) as error:
        order_in(replace(ORDER, currency="USD"), "GBP", rates)
    assert "no rate of USD is known for 2026-11-20" in error.value.detail
    assert error.value.pointer == "/currency"


def test_a_contacts_cost_goodwill_and_efforts_are_turned() -> None:
    contact = Interaction(
        "a", "phone", "return", "resolved", resolved_at=AT, cost=Money(Decimal("6.00"), "GBP"),
        goodwill=Money(Decimal("5.00"), "EUR"),
        efforts=(Effort("same-day shipping", Money(Decimal("3.00"), "EUR")),),
    )  # fmt: skip
    found = interaction_in(contact, "GBP", rates, AT)
    assert found.cost == Money(Decimal("6.00"), "GBP")
    assert found.goodwill == Money(Decimal("4.17"), "GBP")
    assert found.efforts == (Effort("same-day shipping", Money(Decimal("2.50"), "GBP")),)
