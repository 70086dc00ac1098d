"""The moment of a suggestion: what the customer had bought, what the contact was about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from models.purchases import History, Ints

GIVING_BACK: Final = ("return", "exchange", "damaged", "wrong_item")
"""Topics in which the items of the contact came, or come, back."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One customer, one contact.

    Attributes:
        history: purchases up to `day`.
        day: days since 1970-01-01 UTC, with fractions.
        topic: of the contact; None when there is none (a training moment between contacts).
        contact_items: positions of the items the contact was about, int32[m].
    """

    history: History
    day: float
    topic: str | None = None
    contact_items: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int32))

    @property
    def gives_back(self) -> bool:
        return self.topic in GIVING_BACK
