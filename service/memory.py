"""Redis: hot profiles, claims on running requests, sent answers, and the spool.

Everything here can be rebuilt from the ledger, except the spool: decisions that were taken while
PostgreSQL was away. A client's defaults would wait for minutes, so every call has its own short
timeout, no retries, and a breaker: after a failure Redis is left alone for a second.

    encore:{customer}:profile        the customer's version, a space, and the packed profile
    encore:{customer}:contact:<id>   "running" while it is decided; then digest and answer, a while
    encore:{customer}:spool          hash of suggestion id to packed record
    encore:spool                     set of the customers who have one
    encore:waits:<id>                the customer of a suggestion in the spool
    encore:spool:refused             hash of what the ledger would not take

What a request needs is one round trip when it begins and one when it ends, on connections that
are kept apart from those of everything else: see `_at_once`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.errors import MemoryAway
from service.profile import Profile, pack, unpack
from service.record import DecisionRecord, Kept, pack_record, unpack_record

TIMEOUT_SECONDS: Final = 0.1
REST_SECONDS: Final = 1.0
FRESH_SECONDS: Final = 1.0
"""So long a spare connection is taken for a good one; afterwards it is looked at first."""
PROFILE_SECONDS: Final = 24 * 3600
CLAIM_MILLISECONDS: Final = 1500
"""Longer than a request takes, short enough that a killed worker's claim is soon forgotten."""
ANSWER_SECONDS: Final = 900
"""How long a retry of the desktop is answered without asking the ledger."""
RUNNING: Final = b"running"
DIGEST_BYTES: Final = 32
WAITING: Final = "encore:spool"
REFUSED: Final = "encore:spool:refused"

# Returns a value of `Kept`. The profile is replaced only if it still has the version that the
# decision was based on.
SPOOL_SCRIPT: Final = """
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 2 end
local known = redis.call('GET', KEYS[1])
if known and string.match(known, '^%d+') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[5])
return 1
"""
# Forgets what the ledger has; returns how many of the customer's decisions still wait.
DRAINED_SCRIPT: Final = """
if #ARGV > 0 then redis.call('HDEL', KEYS[2], unpack(ARGV)) end
redis.call('DEL', KEYS[1])
return redis.call('HLEN', KEYS[2])
"""

T = TypeVar("T")


def _profile_key(customer_id: str) -> str:
    return f"encore:{{{customer_id}}}:profile"


def _spool_key(customer_id: str) -> str:
    return f"encore:{{{customer_id}}}:spool"


def _contact_key(customer_id: str, suggestion_id: str) -> str:
    return f"encore:{{{customer_id}}}:contact:{suggestion_id}"


def _waits_key(suggestion_id: str) -> str:
    return f"encore:waits:{suggestion_id}"


def _versioned(profile: Profile) -> bytes:
    return b"%d %b" % (profile.version, pack(profile))


@dataclass(frozen=True, slots=True)
class Claim:
    """What Redis knows when a request begins.

    Attributes:
        granted: nobody else is deciding about this contact.
        sent: (body digest, answer), when the contact was decided a short while ago.
        waiting: how many of the customer's decisions are in the spool.
    """

    granted: bool
    sent: tuple[bytes, bytes] | None
    profile: Profile | None
    waiting: int


class Memory:
    """One per worker; safe for its threads. Methods raise `MemoryAway` unless they say not."""

    def __init__(self, url: str) -> None:
        self._rests_until = 0.0
        self._owed: set[str] = set()
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._spare = deque[tuple[float, redis.Connection]]()
        self._spool_script = self._redis.register_script(SPOOL_SCRIPT)
        self._drained_script = self._redis.register_script(DRAINED_SCRIPT)

    def claim(self, suggestion_id: str, customer_id: str) -> Claim:
        """Begin a request, in one round trip."""
        contact, profile = _contact_key(customer_id, suggestion_id), _profile_key(customer_id)
        # MGET, unlike GET, takes a key of another type (of an older release, say) for no profile.
        # It comes before HLEN: what is drained in between has left a profile that is overtaken.
        known, (packed,), waiting = self._at_once(
            ("SET", contact, RUNNING, "NX", "GET", "PX", CLAIM_MILLISECONDS),
            ("MGET", profile),
            ("HLEN", _spool_key(customer_id)),
        )
        sent = None
        if known is not None and known != RUNNING:
            sent = known[:DIGEST_BYTES], known[DIGEST_BYTES:]
        return Claim(known is None, sent, self._profile(customer_id, packed), waiting)

    def profile(self, customer_id: str) -> Profile | None:
        key = _profile_key(customer_id)
        packed = self._guarded(lambda: cast("bytes | None", self._redis.get(key)))
        return self._profile(customer_id, packed)

    def finish(self, record: DecisionRecord, profile: Profile) -> None:
        """End a request: the answer for retries, and the profile as the ledger now has it."""
        customer_id = profile.customer.id
        contact = _contact_key(customer_id, record.suggestion_id)
        sent = record.body_digest + record.answer
        self._at_once(
            ("SET", contact, sent, "EX", ANSWER_SECONDS),
            ("SET", _profile_key(customer_id), _versioned(profile), "EX", PROFILE_SECONDS),
        )

    def forget(self, customer_ids: Iterable[str]) -> None:
        """Drop profiles that the ledger has overtaken; while Redis is away they are owed.

        Never raises: `settle` makes good, and until then this worker trusts none of them.
        """
        ids = set(customer_ids)
        try:
            if ids:
                keys = [_profile_key(customer_id) for customer_id in ids]
                self._guarded(lambda: self._redis.unlink(*keys))
        except MemoryAway:
            self._owed |= ids

    def settle(self) -> None:
        """Drop the profiles that could not be dropped when it was due."""
        if self._owed and not self.away:
            owed, self._owed = self._owed, set()
            self.forget(owed)

    def spool(self, record: DecisionRecord, after: Profile) -> Kept:
        """Keep a decision until the ledger returns, with the profile as it is afterwards."""
        customer_id = record.customer.id
        keys = [_profile_key(customer_id), _spool_key(customer_id)]
        arguments: list[bytes | int | str] = [
            record.suggestion_id, record.expected_version, _versioned(after), PROFILE_SECONDS,
            pack_record(record),
        ]  # fmt: skip

        def work() -> Kept:
            # Before, so that a crash loses nothing; after, since a drain may have ended between.
            self._redis.sadd(WAITING, customer_id)
            self._redis.set(_waits_key(record.suggestion_id), customer_id)
            kept = Kept(int(cast("int", self._spool_script(keys=keys, args=arguments))))
            self._redis.sadd(WAITING, customer_id)
            return kept

        return self._guarded(work)

    def spooled(self, suggestion_id: str) -> DecisionRecord | None:
        """A decision that waits for the ledger."""
        key = _waits_key(suggestion_id)
        customer = self._guarded(lambda: cast("bytes | None", self._redis.get(key)))
        if customer is None:
            return None
        spool = _spool_key(customer.decode())
        packed = self._guarded(lambda: cast("bytes | None", self._redis.hget(spool, suggestion_id)))
        return unpack_record(packed) if packed else None

    def spooled_of(self, customer_id: str) -> dict[str, bytes]:
        """The packed decisions of a customer that wait, by suggestion id."""
        found = self._guarded(lambda: self._redis.hgetall(_spool_key(customer_id)))
        return {key.decode(): value for key, value in cast("dict[bytes, bytes]", found).items()}

    def drained(self, customer_id: str, suggestion_ids: list[str]) -> None:
        """The ledger has these decisions of a customer; the profile is read from it again."""
        keys = [_profile_key(customer_id), _spool_key(customer_id)]

        def work() -> None:
            left = self._drained_script(keys=keys, args=suggestion_ids)
            if suggestion_ids:
                self._redis.unlink(*map(_waits_key, suggestion_ids))
            if not left:
                self._redis.srem(WAITING, customer_id)

        self._guarded(work)

    def refuse(self, customer_id: str, suggestion_id: str, packed: bytes) -> None:
        """Put aside a decision that the ledger will never take, for somebody to look at."""

        def work() -> None:
            self._redis.hset(REFUSED, suggestion_id, packed)

        self._guarded(work)
        self.drained(customer_id, [suggestion_id])

    def waiting_customers(self, limit: int = 100) -> list[str]:
        """Some of the customers whose decisions wait for the ledger."""
        found = self._guarded(lambda: self._redis.srandmember(WAITING, limit))
        return [customer.decode() for customer in cast("list[bytes]", found)]

    def spool_length(self) -> int:
        """How many customers have decisions that wait."""
        return self._guarded(lambda: self._redis.scard(WAITING))

    @property
    def away(self) -> bool:
        """Whether the last attempt failed a moment ago."""
        return time.monotonic() < self._rests_until

    def close(self) -> None:
        self._redis.close()

    def _profile(self, customer_id: str, packed: bytes | None) -> Profile | None:
        if packed is None or customer_id in self._owed:
            return None
        return unpack(packed.partition(b" ")[2])

    def _at_once(self, *commands: tuple[bytes | int | str, ...]) -> list[Any]:
        """The answers to commands that go out together.

        The client's own pipeline takes twice the processor time (47 us against 25 for two SETs).
        """
        packed = b"".join(hiredis.pack_command(command) for command in commands)  # type: ignore[arg-type]

        def work() -> list[Any]:
            connection = self._take()
            try:
                connection.send_packed_command([packed], check_health=False)  # type: ignore[no-untyped-call]
                answers = [connection.read_response() for _ in commands]
            except BaseException:
                self._drop(connection)
                raise
            self._spare.append((time.monotonic(), connection))
            return answers

        return self._guarded(work)

    def _take(self) -> redis.Connection:
        with suppress(IndexError):
            used, connection = self._spare.pop()
            if time.monotonic() - used < FRESH_SECONDS:
                return connection
            self._redis.connection_pool.release(connection)
        return self._redis.connection_pool.get_connection()

    def _drop(self, connection: redis.Connection) -> None:
        """Its answers may still be on their way, and the spare ones may have gone with it."""
        connection.disconnect()  # type: ignore[no-untyped-call]
        self._redis.connection_pool.release(connection)
        with suppress(IndexError):
            while True:
                self._redis.connection_pool.release(self._spare.pop()[1])

    def _guarded(self, work: Callable[[], T]) -> T:
        if self.away:
            raise MemoryAway("The memory cannot be reached.")
        try:
            return work()
        except (redis.RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise MemoryAway("The memory cannot be reached.") from error
