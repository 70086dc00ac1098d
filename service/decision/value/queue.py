"""The price of the queue at the moment of a request."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from models.domain import Queue
from models.queueing import price_per_second
from service.decision.policy_file.worth import QueueRules

FRESH, STALE, MISSING = "fresh", "stale", "missing"
NEUTRAL: Final = Decimal(0)
"""Nobody waits, as far as we know: the wage alone is counted."""


class QueuePrice(msgspec.Struct, frozen=True):
    """`state` is `fresh`, or says why the price is neutral; in the ledger's currency."""

    state: str
    per_second: Decimal

    @property
    def busy(self) -> bool:
        """Whether somebody pays for this ask by waiting."""
        return self.per_second > 0


def queue_price(queue: Queue | None, rules: QueueRules, now: datetime) -> QueuePrice:
    """Of `queue` as the request gave it; a clock that runs ahead as much as one that is late."""
    if queue is None:
        return QueuePrice(MISSING, NEUTRAL)
    if abs(now - queue.as_of) > rules.fresh:
        return QueuePrice(STALE, NEUTRAL)
    price = price_per_second(
        queue.busy + queue.waiting, max(queue.agents, 1), rules.per_caller_minute,
        rules.spare_agents,
    )  # fmt: skip
    return QueuePrice(FRESH, price)
