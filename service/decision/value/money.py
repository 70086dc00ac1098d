"""Whole cents, in which every amount of a decision is told."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

CENT: Final = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Rounded half to even, as banks do."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)
