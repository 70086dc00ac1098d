"""What asking brought, measured against the holdout: the incremental part of the recovery report.

Called by `service/reports/recovery.py`, which fetches the customers and prints the effect. The
methods are one file each in `service/reports/statistics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from math import sqrt

import numpy as np

from service.reports.doubts import obstacle, remarks, unequal
from service.reports.effect import (
    ARMS_DO_NOT_MATCH,
    GAIN,
    LOSS,
    METHOD,
    NOT_ENOUGH_DATA,
    Customers,
    Effect,
    Measured,
)
from service.reports.measured import cents, measured
from service.reports.statistics import many, power, sample_ratio, sequence
from service.reports.statistics.cuped import adjusted
from service.reports.statistics.enough import shortages
from service.reports.statistics.estimate import Estimate
from service.reports.statistics.ratios import difference_per_contact

__all__ = ["Customers", "Effect", "Measured", "judge_groups", "measure"]


def measure(
    customers: Customers, planned_share: float, service_cost: Decimal, confidence: float = 0.95
) -> Effect:
    """What asking brought in a period, with honest uncertainty.

    Args:
        customers: one row per customer with an eligible contact.
        planned_share: the share of customers who may be asked, as planned: 1 less the policy's
            holdout share.
        service_cost: of the whole period, contacts that were not eligible included.
        confidence: of both kinds of interval.

    Returns:
        The effect. Bad or little data never raises; it makes `sales` and `margin` None or the
        verdict `not_enough_data`, and `notes` say why. The caller decides whether the period is
        still maturing.

    Raises:
        ValueError: arrays of different lengths, a share outside of [0, 1] or a confidence outside
            of (0, 1).
    """
    _check(customers, planned_share, confidence)
    effect = _unmeasured(customers, planned_share, confidence)
    if reason := obstacle(customers):
        return replace(effect, notes=(reason,))
    if effect.sample_ratio_p is not None and effect.sample_ratio_p < sample_ratio.REFUSED_BELOW:
        reason = unequal(effect.treated, effect.holdout, planned_share)
        return replace(effect, verdict=ARMS_DO_NOT_MATCH, notes=(reason,))

    n, alpha = len(customers.treated), 1 - confidence
    contacts = customers.contacts.astype(np.float64)
    # what the treated bought more before anybody was asked is chance alone
    luck = difference_per_contact(customers.treated, customers.before, np.ones(n))
    sales, margin = (
        adjusted(difference_per_contact(customers.treated, amounts, contacts), luck)
        for amounts in (customers.sales, customers.margin)
    )
    effect = replace(
        effect,
        detectable=_detectable(customers, margin),
        needed=power.more_customers(margin.value, margin.error, n, alpha),
        notes=tuple(remarks(customers, service_cost)),
    )
    if lacking := list(shortages(customers.treated, customers.sales, (sales, margin))):
        return replace(
            effect,
            needed=max(effect.needed or 0, *(shortage.needed for shortage in lacking)),
            notes=(*(shortage.note for shortage in lacking), *effect.notes),
        )
    effect = replace(
        effect,
        sales=measured(customers, customers.sales, sales, luck, service_cost, alpha),
        margin=measured(customers, customers.margin, margin, luck, service_cost, alpha),
        p_value=sequence.p_value(margin.value, margin.error, n, alpha),
    )
    if abs(margin.value) > sequence.width(n, alpha) * margin.error:
        return replace(effect, verdict=GAIN if margin.value > 0 else LOSS, needed=None)
    return effect


def judge_groups(effects: Sequence[Effect], rate: float = 0.05) -> list[Effect]:
    """The effects of many groups, without the verdicts that chance brings among so many.

    A gain or loss stays only if it is a discovery at this false discovery rate.
    """
    kept = many.discoveries([effect.p_value for effect in effects], rate)
    return [
        effect
        if stays or effect.verdict not in (GAIN, LOSS)
        else replace(
            effect,
            verdict=NOT_ENOUGH_DATA,
            notes=(*effect.notes, f"Among {len(effects)} groups one may look like this by chance."),
        )
        for effect, stays in zip(effects, kept, strict=True)
    ]


def _check(customers: Customers, planned_share: float, confidence: float) -> None:
    lengths = {field.name: len(getattr(customers, field.name)) for field in fields(customers)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Customers need arrays of one length, not {lengths}.")
    if not 0 <= planned_share <= 1:
        raise ValueError(f"planned_share is {planned_share}: use a share from 0 to 1.")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: use one between 0 and 1, such as 0.95.")


def _unmeasured(customers: Customers, planned_share: float, confidence: float) -> Effect:
    """What is known before anything is compared."""
    treated, holdout = int(customers.treated.sum()), int((~customers.treated).sum())
    return Effect(
        verdict=NOT_ENOUGH_DATA,
        confidence=confidence,
        method=METHOD,
        treated=treated,
        holdout=holdout,
        contacts=int(customers.contacts.sum()),
        compliance=float(customers.asked[customers.treated].mean()) if treated else None,
        sample_ratio_p=(
            sample_ratio.p_value(treated, holdout, planned_share) if treated and holdout else None
        ),
        sales=None,
        margin=None,
        p_value=None,
        detectable=None,
        needed=None,
        notes=(),
    )


def _detectable(customers: Customers, margin: Estimate) -> Decimal:
    arms = int(customers.treated.sum()), int((~customers.treated).sum())
    sd = margin.error / sqrt(sum(1 / n for n in arms))
    return cents(power.detectable(sd, *arms) * float(customers.contacts.sum()))
