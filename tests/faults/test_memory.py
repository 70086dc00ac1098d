"""The connections to Redis that requests use: kept, looked at after a rest, and never shared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from service import memory
from service.errors import MemoryAway
from service.memory import Memory

Stores = tuple[str, str]


@pytest.fixture
def kept(clean_stores: Stores) -> Iterator[Memory]:
    with closing(Memory(clean_stores[1])) as made:
        yield made


@pytest.fixture
def client(clean_stores: Stores) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(clean_stores[1]) as made:
        yield made


def test_a_contact_is_claimed_once(kept: Memory, client: redis.Redis) -> None:
    assert kept.claim("sug_1", "lea").granted
    assert not kept.claim("sug_1", "lea").granted
    assert 0 < client.pttl("encore:{lea}:contact:sug_1") <= memory.CLAIM_MILLISECONDS


def test_a_profile_of_another_type_is_none(kept: Memory, client: redis.Redis) -> None:
    client.hset("encore:{lea}:profile", "version", 1)
    claim = kept.claim("sug_1", "lea")
    assert (claim.granted, claim.profile) == (True, None)


def test_a_connection_that_was_closed_during_a_rest_is_replaced(
    kept: Memory, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.claim("sug_1", "lea")
    monkeypatch.setattr(memory, "FRESH_SECONDS", 0.0)
    client.client_kill_filter(_type="normal", skipme=True)
    assert kept.claim("sug_2", "lea").granted


def test_a_connection_that_breaks_is_away_once(kept: Memory, client: redis.Redis) -> None:
    kept.claim("sug_1", "lea")
    client.client_kill_filter(_type="normal", skipme=True)
    with pytest.raises(MemoryAway):
        kept.claim("sug_2", "lea")
    assert kept.away
    time.sleep(memory.REST_SECONDS)
    assert kept.claim("sug_2", "lea").granted


def test_a_late_answer_is_not_taken_for_the_next(kept: Memory, client: redis.Redis) -> None:
    kept.claim("sug_1", "lea")
    client.client_pause(timeout=int(memory.TIMEOUT_SECONDS * 1500), all=True)
    with pytest.raises(MemoryAway):
        kept.claim("sug_1", "lea")
    time.sleep(memory.REST_SECONDS)
    assert kept.claim("sug_2", "lea").granted
