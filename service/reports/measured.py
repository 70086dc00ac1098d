"""From an estimate to what is printed: totals to the cent, ratios to four digits, their intervals.

Called by `service/reports/experiment.py` for sales and for margin.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from scipy.special import stdtrit

from service.reports.effect import Customers, Measured
from service.reports.statistics import sequence
from service.reports.statistics.complier import per_asked
from service.reports.statistics.estimate import Estimate, Floats, degrees_of_freedom
from service.reports.statistics.fieller import fieller
from service.reports.statistics.ratios import per_contact

CENT: Final = Decimal("0.01")
DIGITS: Final = Decimal("0.0001")


def measured(
    customers: Customers,
    amounts: Floats,
    found: Estimate,
    luck: Estimate,
    service_cost: Decimal,
    alpha: float,
) -> Measured:
    """One kind of money, with an interval for one look (Student's t) and one for every look.

    Args:
        amounts: of each customer (n,).
        found: their difference per contact.
        luck: the difference before anybody was asked, for CUPED.
        service_cost: of the whole period.
        alpha: 1 less the confidence.
    """
    once = float(stdtrit(degrees_of_freedom(found, customers.treated), 1 - alpha / 2))
    always = sequence.width(len(amounts), alpha)
    contacts = float(customers.contacts.sum())
    total = cents(found.value * contacts)
    asked, asked_interval = per_asked(customers.treated, customers.asked, amounts, luck, once)
    plain = Measured(
        total=total,
        total_low=cents((found.value - once * found.error) * contacts),
        total_high=cents((found.value + once * found.error) * contacts),
        always_low=cents((found.value - always * found.error) * contacts),
        always_high=cents((found.value + always * found.error) * contacts),
        ratio=None,
        low=None,
        high=None,
        unbounded=False,
        always_ratio_low=None,
        always_ratio_high=None,
        per_asked=None if asked is None else cents(asked),
        per_asked_low=_cents_or_none(asked_interval.low),
        per_asked_high=_cents_or_none(asked_interval.high),
    )
    if service_cost <= 0:
        return plain
    spent = _spent_per_contact(customers, service_cost)
    interval, lasting = (fieller(found, spent, width) for width in (once, always))
    return replace(
        plain,
        ratio=_digits(total / service_cost),
        low=_digits_or_none(interval.low),
        high=_digits_or_none(interval.high),
        unbounded=interval.unbounded,
        always_ratio_low=_digits_or_none(lasting.low),
        always_ratio_high=_digits_or_none(lasting.high),
    )


def _spent_per_contact(customers: Customers, service_cost: Decimal) -> Estimate:
    """The whole service cost by eligible contact; it varies as the eligible contacts' own does."""
    contacts = customers.contacts.astype(np.float64)
    own = float(customers.cost.sum())
    if own <= 0:
        return Estimate(float(service_cost) / float(contacts.sum()), np.zeros(len(contacts)))
    spent, scale = per_contact(customers.cost, contacts), float(service_cost) / own
    return Estimate(spent.value * scale, spent.influence * scale)


def cents(amount: float) -> Decimal:
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def _cents_or_none(amount: float | None) -> Decimal | None:
    return None if amount is None else cents(amount)


def _digits(ratio: Decimal) -> Decimal:
    return ratio.quantize(DIGITS, ROUND_HALF_UP)


def _digits_or_none(ratio: float | None) -> Decimal | None:
    return None if ratio is None else _digits(Decimal(ratio))
