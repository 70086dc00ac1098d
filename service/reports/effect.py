"""What the report says of the effect of asking, and which customers it is told from.

Filled by `service/reports/experiment.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

GAIN: Final = "gain"
LOSS: Final = "loss"
NOT_ENOUGH_DATA: Final = "not_enough_data"
ARMS_DO_NOT_MATCH: Final = "arms_do_not_match"
METHOD: Final = "fieller"


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers with an eligible contact in the period, one row each; the unit of randomisation.

    All arrays have length n and the same order. Money is in the ledger's currency.
    """

    treated: NDArray[np.bool_]
    """The arm, by the customer's hash: True for customers whom we may ask."""
    contacts: NDArray[np.int64]
    """Eligible contacts in the period, at least 1."""
    asked: NDArray[np.bool_]
    """At least one ask was really made."""
    sales: NDArray[np.float64]
    """Net sales after the first eligible contact, within the window."""
    margin: NDArray[np.float64]
    """Of these sales, after cost of goods, refunds and the cost of asking."""
    cost: NDArray[np.float64]
    """Service cost of the eligible contacts."""
    before: NDArray[np.float64]
    """Net sales in the days before the first eligible contact: the covariate of CUPED."""
    entered: NDArray[np.int64]
    """Day of the first eligible contact, since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of money (sales, or margin) that asking brought; below zero it was lost.

    Totals are the intent-to-treat difference per contact times the contacts of both arms: what
    the period brings when nobody is held out. Ratios are totals per service cost.
    """

    total: Decimal
    total_low: Decimal
    total_high: Decimal
    """The interval for one look, at the confidence asked for."""
    always_low: Decimal
    always_high: Decimal
    """The total's interval that stays right however often one looks; verdicts go by it."""
    ratio: Decimal | None
    """None: nothing was spent."""
    low: Decimal | None
    high: Decimal | None
    """The ratio's interval for one look (Fieller); None where it has no end, or no ratio is."""
    unbounded: bool
    """The ratio's interval has no end on one side or both: the cost is not known well enough."""
    always_ratio_low: Decimal | None
    always_ratio_high: Decimal | None
    """The ratio's interval that stays right however often one looks; None as above."""
    per_asked: Decimal | None
    """Per customer who was really asked (complier effect); None if nobody was."""
    per_asked_low: Decimal | None
    per_asked_high: Decimal | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What asking did, or why that cannot be said."""

    verdict: str
    """gain, loss, not_enough_data or arms_do_not_match; by the margin's always-valid interval."""
    confidence: float
    method: str
    treated: int
    holdout: int
    """Customers by arm."""
    contacts: int
    """Eligible contacts of both arms."""
    compliance: float | None
    """Share of the treated customers who were really asked."""
    sample_ratio_p: float | None
    """Chance of arms so unequal, or more, if the split is as planned; None if an arm is empty."""
    sales: Measured | None
    margin: Measured | None
    """None where the data cannot carry a number that is to be trusted; `notes` say why."""
    p_value: float | None
    """Of no effect on the margin, valid at every look."""
    detectable: Decimal | None
    """The smallest total of margin that one look at so many customers notices 4 times out of 5."""
    needed: int | None
    """About so many more customers, at least, before a verdict can be expected. None beside a
    verdict, or where more customers would not help."""
    notes: tuple[str, ...]
    """What a reader must know beside the numbers, in whole sentences."""
