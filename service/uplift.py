"""A worker's copy of what the holdout has shown; measured by the housekeeper, not by requests."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from psycopg import Connection

from service.decision.policy_file.worth import Pricing
from service.decision.value.uplift import assumed, uplift_of
from service.ledger.uplift import read_cells

EVERY_SECONDS: Final = 600.0
"""The figures are of half a year: they change by the day."""
REST: Final = 100.0
"""A ledger that takes long to look is asked less often: at most a hundredth of the time."""


class MeasuredUplift:
    """`latest` is replaced as a whole; while the ledger is away it stays what it was."""

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing
        self._due = 0.0
        self.latest = assumed(pricing.incremental_share)

    def refresh(self, connection: Connection) -> None:
        """Measure anew if it is time to."""
        began = time.monotonic()
        if began < self._due:
            return
        self._due = began + EVERY_SECONDS  # even if it fails
        self.measure(connection, datetime.now(UTC))
        ended = time.monotonic()
        self._due = ended + max(EVERY_SECONDS, REST * (ended - began))

    def measure(self, connection: Connection, now: datetime) -> None:
        rules = self._pricing.uplift
        cells = read_cells(connection, now, rules.history, rules.window)
        self.latest = uplift_of(cells, self._pricing.incremental_share)
