"""What a worker has learned from earlier asks; read anew by the housekeeper, never by a request."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from psycopg import Connection

from service.decision.chance.best import warm
from service.decision.chance.learned import Counts, Learned
from service.decision.policy_file.explore import Explore
from service.ledger.asked import read_counts

EVERY_SECONDS: Final = 60.0
WORTH: Final = 100.0
"""A ledger that takes long to count is asked less often: at most a hundredth of the time."""


class AskRecords:
    """`latest` is replaced as a whole; while the ledger is away it stays what it was."""

    def __init__(self, rules: Explore) -> None:
        self._rules = rules
        self._due = 0.0
        self.latest = self._learned(Counts())
        warm()

    def refresh(self, connection: Connection) -> None:
        """Read the counts if it is time to."""
        began = time.monotonic()
        if began < self._due or not self._rules.enabled:
            return
        self.read(connection, datetime.now(UTC))
        ended = time.monotonic()
        self._due = ended + max(EVERY_SECONDS, WORTH * (ended - began))

    def read(self, connection: Connection, now: datetime) -> None:
        """Learn from the asks that the policy's window holds."""
        since, until = now - self._rules.window, now - self._rules.matured
        self.latest = self._learned(read_counts(connection, since, until))

    def _learned(self, counts: Counts) -> Learned:
        return Learned(counts, self._rules.script_asks, self._rules.item_asks)
