"""How the two stores cover for each other, so that a caller on the line always gets an answer.

Redis away: everything is read from the ledger. PostgreSQL away: decisions are kept in the spool.
Both away, or nothing known of the customer: no ask is made, since nobody could account for it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime

from service.decision.record import DecisionRecord
from service.errors import LedgerAway, MemoryAway, StillRunning
from service.ledger.decisions import Decided, Stale, record_decision, stored_decision
from service.ledger.profiles import read_profile
from service.memory import CHANGED, WAITING
from service.parts import Parts
from service.profile import Ask, Profile
from service.spool import drain, pack_record, unpack_record


class NotRecordable(Exception):
    """Neither store can keep a decision, or the customer's caps are not known."""


class LedgerLost(Exception):
    """The ledger went away while the decision was being kept; the next try uses the spool."""


@dataclass(slots=True)
class Continuity:
    """The stores during one request; `degraded` collects what had to be done without."""

    parts: Parts
    suggestion_id: str
    customer_id: str
    now: datetime
    degraded: list[str] = field(default_factory=list)
    _claimed: bool = False

    def begin(self) -> Profile:
        """Claim the contact and read the customer.

        Raises:
            StillRunning: another request is deciding about this contact at this moment.
            NotRecordable: nothing is known of the customer, not even whether they objected.
        """
        try:
            claimed, profile = self.parts.memory.claim(self.suggestion_id, self.customer_id)
        except MemoryAway:
            self._without("memory_away")
            return self.read_ledger()
        if not claimed:
            raise StillRunning(
                "This interaction is being decided right now; ask again in a second."
            )
        self._claimed = True
        return profile or self.read_ledger()

    def peek(self) -> Profile:
        """Read the customer and claim nothing, for a dry run."""
        try:
            return self.parts.memory.profile(self.customer_id) or self.read_ledger()
        except MemoryAway:
            self._without("memory_away")
            return self.read_ledger()

    def read_ledger(self) -> Profile:
        try:
            with self.parts.pool.connection() as connection:
                return read_profile(connection, self.customer_id, self.now)
        except LedgerAway as error:
            self._without("ledger_away")
            raise NotRecordable from error

    def read_latest(self) -> Profile:
        """Read again after a change: from the ledger, or what the spool's last decision left.

        A ledger that has just returned may lack decisions that still wait: they go in first, or
        their asks would not count.
        """
        if "ledger_away" in self.degraded:
            return self.peek()
        with (
            contextlib.suppress(LedgerAway, MemoryAway),
            self.parts.pool.connection() as connection,
        ):
            drain(connection, self.parts.memory)
        return self.read_ledger()

    def keep(self, record: DecisionRecord, profile: Profile) -> None:
        """Write the decision where it survives; afterwards it may be answered.

        Raises:
            Stale: the customer changed meanwhile; read and decide again.
            LedgerLost: decide again, so that the answer says what it had to do without.
            Decided: the contact has a decision already.
            NotRecordable: neither store took it.
        """
        ask = Ask(self.now, record.interaction.channel) if record.decision == "offer" else None
        after = profile.after_decision(record.customer, ask)
        if "ledger_away" in self.degraded:
            self._spool(record, profile, after)
            return
        try:
            with self.parts.pool.connection() as connection:
                record_decision(connection, record)
        except LedgerAway as error:
            self._without("ledger_away")
            raise LedgerLost from error
        self._finish(after)

    def stored(self) -> tuple[bytes, bytes] | None:
        """(body digest, answer) of the decision about this contact, wherever it is kept."""
        try:
            with self.parts.pool.connection() as connection:
                return stored_decision(connection, self.suggestion_id)
        except LedgerAway:
            return self._spooled()

    def release(self) -> None:
        """Give the claim back if no decision came of it."""
        if self._claimed:
            self._finish(None)

    def _spooled(self) -> tuple[bytes, bytes] | None:
        try:
            packed = self.parts.memory.spooled(self.suggestion_id)
        except MemoryAway:
            return None
        record = unpack_record(packed) if packed else None
        return (record.body_digest, record.answer) if record else None

    def _spool(self, record: DecisionRecord, before: Profile, after: Profile) -> None:
        try:
            packed = pack_record(record)
            done = self.parts.memory.spool(before, after, self.suggestion_id, packed)
        except MemoryAway as error:
            raise NotRecordable from error
        if done == CHANGED:
            raise Stale
        if done == WAITING:
            raise Decided
        self._finish(None)

    def _finish(self, profile: Profile | None) -> None:
        self._claimed = False
        try:
            self.parts.memory.finish(self.suggestion_id, profile)
        except MemoryAway:
            self._without("memory_away")

    def _without(self, what: str) -> None:
        if what not in self.degraded:
            self.degraded.append(what)
