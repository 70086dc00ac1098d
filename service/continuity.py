"""How the two stores cover for each other, so that a caller on the line always gets an answer.

Redis away: everything is read from the ledger. PostgreSQL away: decisions are kept in the spool.
Both away, or nothing known of the customer: no ask is made, since nobody could account for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from service.dealings import contact_of
from service.errors import LedgerAway, MemoryAway, StillRunning
from service.ledger.decisions import record_decision, stored_decision
from service.ledger.profiles import read_profile
from service.ledger.store import LedgerPool
from service.memory import Memory
from service.profile import Ask, Profile
from service.record import DecisionRecord, Kept
from service.spool import drain_customer

CALL_SECONDS = 1.0
"""What a caller on the line waits for the ledger before the spool takes over."""
Sent = tuple[bytes, bytes]
"""(digest of the request's body, the answer)."""


class NotRecordable(Exception):
    """Neither store can keep a decision, or the customer's caps are not known."""


@dataclass(slots=True)
class Continuity:
    """The stores during one request; `degraded` collects what had to be done without."""

    pool: LedgerPool
    memory: Memory
    suggestion_id: str
    customer_id: str
    now: datetime
    degraded: list[str] = field(default_factory=list)

    def begin(self) -> Profile | Sent:
        """Claim the contact and read the customer; or the answer, if it was sent just now.

        Raises:
            StillRunning: another request is deciding about this contact at this moment.
            NotRecordable: nothing is known of the customer, not even whether they objected.
        """
        try:
            claim = self.memory.claim(self.suggestion_id, self.customer_id)
        except MemoryAway:
            self._without("memory_away")
            return self._read_ledger()
        if claim.sent:
            return claim.sent
        if not claim.granted:
            raise StillRunning("This interaction is being decided now; ask again in a second.")
        if claim.waiting:
            return self._behind_the_spool(claim.profile)
        return claim.profile or self._read_ledger()

    def peek(self) -> Profile:
        """Read the customer and claim nothing, for a dry run."""
        try:
            return self.memory.profile(self.customer_id) or self._read_ledger()
        except MemoryAway:
            self._without("memory_away")
            return self._read_ledger()

    def keep(self, record: DecisionRecord, profile: Profile) -> Kept:
        """Put the decision where it survives; once it is KEPT it may be answered.

        Raises:
            NotRecordable: neither store took it.
        """
        ask = Ask(self.now, record.interaction.channel) if record.decision == "offer" else None
        contact = contact_of(record.interaction, self.now)
        after = profile.after_decision(record.customer, contact, ask)
        if "ledger_away" in self.degraded:
            kept = self._spool(record, after)
        else:
            try:
                with self.pool.connection(CALL_SECONDS) as connection:
                    kept = record_decision(connection, record, profile)
            except LedgerAway:
                self._without("ledger_away")
                return Kept.LEDGER_LOST
        if kept is Kept.KEPT:
            self._finish(record, after)
        return kept

    def read_latest(self) -> Profile:
        """Read again after a change."""
        return self.peek() if "ledger_away" in self.degraded else self._read_ledger()

    def stored(self) -> Sent | None:
        """The decision about this contact, wherever it is kept."""
        found = None
        try:
            with self.pool.connection(CALL_SECONDS) as connection:
                found = stored_decision(connection, self.suggestion_id)
        except LedgerAway:
            self._without("ledger_away")
        try:
            waiting = None if found else self.memory.spooled(self.suggestion_id)
        except MemoryAway:
            return None
        return (waiting.body_digest, waiting.answer) if waiting else found

    def _behind_the_spool(self, profile: Profile | None) -> Profile:
        """Decisions about this customer wait: they go first, or their asks would not count."""
        try:
            with self.pool.connection(CALL_SECONDS) as connection:
                drain_customer(connection, self.memory, self.customer_id)
            return self._read_ledger()
        except (LedgerAway, MemoryAway) as error:
            self._without("ledger_away")
            if profile is None:
                raise NotRecordable from error
            return profile

    def _read_ledger(self) -> Profile:
        try:
            with self.pool.connection(CALL_SECONDS) as connection:
                return read_profile(connection, self.customer_id, self.now)
        except LedgerAway as error:
            self._without("ledger_away")
            raise NotRecordable from error

    def _spool(self, record: DecisionRecord, after: Profile) -> Kept:
        try:
            return self.memory.spool(record, after)
        except MemoryAway as error:
            raise NotRecordable from error

    def _finish(self, record: DecisionRecord, after: Profile) -> None:
        try:
            self.memory.finish(record, after)
        except MemoryAway:
            self._without("memory_away")

    def _without(self, what: str) -> None:
        if what not in self.degraded:
            self.degraded.append(what)
