"""What a customer who sends something back may choose from: a part of the answer, and no offer.

The shop pays back and exchanges; Encore says in which order to name the ways. Money back is always
among them, also where nothing may be offered.
"""

from __future__ import annotations

from typing import Any, Final

from models.domain import Interaction
from models.fit import FITS
from models.moment import GIVING_BACK
from service.decision.verdict import Verdict

REFUND: Final = {"remedy": "refund"}
CREDIT: Final = {"remedy": "credit"}


def remedies_of(contact: Interaction, verdict: Verdict) -> list[dict[str, Any]]:
    """An exchange for what fits comes first; else money back does. None in public."""
    if contact.topic not in GIVING_BACK or contact.public:
        return []
    fitting = [
        one.chosen.item.id
        for one in verdict.shown
        if one.kind == "substitute" and one.chosen.fit and one.chosen.fit.verdict == FITS
    ]
    exchange = {"remedy": "exchange", "item_ids": fitting}
    return [exchange, REFUND, CREDIT] if fitting else [REFUND, exchange, CREDIT]
