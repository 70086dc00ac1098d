"""Redis: the customers' hot profiles, claims on running requests, and the spool.

Everything here can be rebuilt from the ledger, except the spool: decisions that were taken while
PostgreSQL was away. A client's defaults would wait for minutes, so every call has its own short
timeout, no retries, and a breaker: after a failure Redis is left alone for a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.errors import MemoryAway
from service.profile import Profile, pack, unpack

TIMEOUT_SECONDS: Final = 0.05
REST_SECONDS: Final = 1.0
PROFILE_SECONDS: Final = 24 * 3600
CLAIM_MILLISECONDS: Final = 1000
"""Longer than any request takes, short enough that a killed worker's claim is soon forgotten."""
SPOOL: Final = "encore:spool"

# The profile is replaced only if it is still the one that the decision was based on.
CHANGED, SPOOLED, WAITING = 0, 1, 2
"""The profile is another by now; the decision is kept; the contact has a waiting decision."""
SPOOL_SCRIPT: Final = """
local known = redis.call('GET', KEYS[1])
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 1 then return 2 end
if known and known ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
return 1
"""

T = TypeVar("T")


def _profile_key(customer_id: str) -> str:
    return f"encore:profile:{customer_id}"


def _claim_key(suggestion_id: str) -> str:
    return f"encore:claim:{suggestion_id}"


class Memory:
    """One per worker; safe for its threads. Every method may raise `MemoryAway`."""

    def __init__(self, url: str) -> None:
        self._rests_until = 0.0
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._spool_script = self._redis.register_script(SPOOL_SCRIPT)

    def claim(self, suggestion_id: str, customer_id: str) -> tuple[bool, Profile | None]:
        """Begin a request: (nobody else is at it, the customer's profile if it is known here)."""

        def work() -> list[Any]:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.set(_claim_key(suggestion_id), b"1", nx=True, px=CLAIM_MILLISECONDS)
            pipeline.get(_profile_key(customer_id))
            return pipeline.execute()

        claimed, packed = self._guarded(work)
        return bool(claimed), _profile(packed)

    def finish(self, suggestion_id: str, profile: Profile | None) -> None:
        """End a request, with the profile as the ledger now has it (None: leave what is there)."""

        def work() -> None:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.delete(_claim_key(suggestion_id))
            if profile is not None:
                key = _profile_key(profile.customer.id)
                pipeline.set(key, pack(profile), ex=PROFILE_SECONDS)
            pipeline.execute()

        self._guarded(work)

    def profile(self, customer_id: str) -> Profile | None:
        key = _profile_key(customer_id)
        return _profile(self._guarded(lambda: cast("bytes | None", self._redis.get(key))))

    def forget(self, customer_ids: Iterable[str]) -> None:
        """Drop profiles that the ledger has overtaken."""
        keys = [_profile_key(customer_id) for customer_id in customer_ids]
        if keys:
            self._guarded(lambda: self._redis.unlink(*keys))

    def spool(self, before: Profile, after: Profile, suggestion_id: str, packed: bytes) -> int:
        """Keep a decision until the ledger returns: one of `CHANGED`, `SPOOLED`, `WAITING`."""
        arguments: list[bytes | int | str] = [
            pack(before), pack(after), PROFILE_SECONDS, suggestion_id, packed
        ]  # fmt: skip
        keys = [_profile_key(before.customer.id), SPOOL]
        return int(self._guarded(lambda: self._spool_script(keys=keys, args=arguments)))

    def spooled(self, suggestion_id: str) -> bytes | None:
        """A decision that waits for the ledger."""
        return self._guarded(lambda: cast("bytes | None", self._redis.hget(SPOOL, suggestion_id)))

    def spool_length(self) -> int:
        return int(self._guarded(lambda: self._redis.hlen(SPOOL)))

    def spool_batch(self) -> dict[str, bytes]:
        """Some of the waiting decisions, by suggestion id."""
        _, found = self._guarded(lambda: self._redis.hscan(SPOOL, count=100))
        batch = cast("dict[bytes, bytes]", found)
        return {key.decode(): value for key, value in batch.items()}

    def unspool(self, suggestion_id: str) -> None:
        """Forget a decision that the ledger has."""
        self._guarded(lambda: self._redis.hdel(SPOOL, suggestion_id))

    @property
    def away(self) -> bool:
        """Whether the last attempt failed a moment ago."""
        return time.monotonic() < self._rests_until

    def close(self) -> None:
        self._redis.close()

    def _guarded(self, work: Callable[[], T]) -> T:
        if self.away:
            raise MemoryAway("The memory cannot be reached.")
        try:
            return work()
        except (redis.RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise MemoryAway("The memory cannot be reached.") from error


def _profile(packed: bytes | None) -> Profile | None:
    return unpack(packed) if packed is not None else None
