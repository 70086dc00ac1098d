"""What every report beside the recovery report is: rows of one kind, and what must be known first.

One file beside this makes each of them; `insight_tables.py` writes them all as JSON and CSV.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Generic, TypeVar

from service.errors import InvalidFields
from service.ledger.holdout import Holdout
from service.reports.costs import Costs
from service.reports.query import RecoveryQuery
from service.reports.statements import Statement

Row = TypeVar("Row")
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for, and what it goes by."""

    query: RecoveryQuery
    costs: Costs
    now: datetime
    margin_rate: Decimal

    def __post_init__(self) -> None:
        """
        Raises:
            InvalidFields: the whole period lies in the future.
        """
        if self.query.start > self.now:
            hint = f"from is in the future: use {self.now:%Y-%m-%d} or earlier."
            raise InvalidFields((("/from", hint),))


@dataclass(frozen=True, slots=True)
class Insight(Generic[Row]):
    """A report. Money is `Decimal` in the currency of the costs, shares are floats from 0 to 1."""

    name: str
    """As in its address."""
    asked: Asked
    contacts: int
    """In the period."""
    statements: tuple[Statement, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    """None where rows cannot be added up."""

    @property
    def made_at(self) -> datetime:
        return self.asked.now


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something was the case."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """A number with its 95% interval for one look, and from how many it is."""

    value: float
    low: float
    high: float
    n: int


def cents(amount: float | Decimal) -> Decimal:
    """To the cent, half up.

    >>> str(cents(1.005)), str(cents(Decimal("1.005")))
    ('1.00', '1.01')
    """
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def planned_share(holdouts: list[Holdout]) -> float:
    """The share of customers who may be asked; call only where `about_holdout` says nothing."""
    return 1 - holdouts[0].share


def said(statements: Iterable[Statement | None]) -> tuple[Statement, ...]:
    return tuple(statement for statement in statements if statement is not None)
