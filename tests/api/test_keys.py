"""Keys: shown once, kept as digests, dead when revoked, of use while the ledger is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from service import errors, keys
from service.keys import KeyRing
from service.ledger.store import LedgerPool
from service.parts import Parts
from tests.api.client import Client, assert_problem

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def ring(ledger: psycopg.Connection) -> KeyRing:
    return KeyRing()


def test_a_key_has_256_random_bits_and_is_not_in_the_ledger(ledger: psycopg.Connection) -> None:
    text = keys.make_key(ledger, "agent", NOW, label="till 4")
    prefix, key_id, secret = text.split("_", 2)
    assert prefix == "enc"
    assert len(secret) == 43  # 32 bytes in base64url
    row = ledger.execute("SELECT to_jsonb(api_keys)::text FROM api_keys").fetchone()
    assert row is not None
    assert key_id in row[0]
    assert secret not in row[0]
    assert text.encode().hex() not in row[0]


def test_keys_are_listed_without_their_secrets(ledger: psycopg.Connection) -> None:
    text = keys.make_key(ledger, "agent", NOW, label="till 4", expires_at=NOW + timedelta(days=9))
    [listed] = keys.list_keys(ledger)
    assert (listed.role, listed.label, listed.expires_at) == (
        "agent", "till 4", NOW + timedelta(days=9),
    )  # fmt: skip
    assert text.split("_", 2)[2] not in repr(listed)


def test_an_unknown_role_is_refused_and_the_known_ones_are_named(
    ledger: psycopg.Connection,
) -> None:
    with pytest.raises(errors.BadInput, match="agent, ingest, trainer, manager, admin"):
        keys.make_key(ledger, "root", NOW)


def test_a_new_key_works_at_once_although_the_ring_was_read_before(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    ring.refresh(ledger)
    text = keys.make_key(ledger, "agent", NOW)
    assert ring.holder(text, parts.pool, NOW).role == "agent"


def test_a_revoked_key_is_dead_after_the_next_refresh(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    text = keys.make_key(ledger, "agent", NOW)
    ring.holder(text, parts.pool, NOW)
    keys.revoke_key(ledger, text, NOW)
    ring.refresh(ledger)
    with pytest.raises(errors.NoKey):
        ring.holder(text, parts.pool, NOW)
    assert not keys.is_good(ledger, text, "agent", NOW)


def test_two_keys_live_side_by_side_for_rotation(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    old, new = (keys.make_key(ledger, "agent", NOW) for _ in range(2))
    assert ring.holder(old, parts.pool, NOW).id != ring.holder(new, parts.pool, NOW).id
    keys.revoke_key(ledger, old.split("_")[1], NOW)
    ring.refresh(ledger)
    assert ring.holder(new, parts.pool, NOW)


def test_revoking_what_is_not_there_says_so(ledger: psycopg.Connection) -> None:
    with pytest.raises(errors.NotFound):
        keys.revoke_key(ledger, "0" * 12, NOW)


def test_a_key_expires_at_its_moment(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    text = keys.make_key(ledger, "agent", NOW, expires_at=NOW + timedelta(hours=1))
    assert ring.holder(text, parts.pool, NOW + timedelta(minutes=59))
    with pytest.raises(errors.NoKey, match="expired"):
        ring.holder(text, parts.pool, NOW + timedelta(hours=1))


def test_the_right_id_with_a_wrong_secret_does_not_open(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    text = keys.make_key(ledger, "agent", NOW)
    for wrong in (text[:-1] + ("A" if text[-1] != "A" else "B"), text[:17] + "A" * 43, text + "A"):
        with pytest.raises(errors.NoKey):
            ring.holder(wrong, parts.pool, NOW)
        assert not keys.is_good(ledger, wrong, "agent", NOW)
    assert keys.is_good(ledger, text, "agent", NOW)
    assert not keys.is_good(ledger, text, "admin", NOW)


def test_while_the_ledger_is_away_known_keys_open_and_unknown_ones_wait(
    ledger: psycopg.Connection, ring: KeyRing
) -> None:
    text = keys.make_key(ledger, "agent", NOW)
    ring.refresh(ledger)
    unreachable = LedgerPool("postgresql://nobody@/none?host=/nowhere", 1)
    try:
        assert ring.holder(text, unreachable, NOW).role == "agent"
        with pytest.raises(errors.LedgerAway):
            ring.holder(f"enc_{'0' * 12}_{'A' * 43}", unreachable, NOW)
    finally:
        unreachable.close()


def test_an_unknown_id_is_looked_up_once_until_the_next_refresh(
    ledger: psycopg.Connection, ring: KeyRing, parts: Parts
) -> None:
    text = f"enc_{'0' * 12}_{'A' * 43}"
    with pytest.raises(errors.NoKey):
        ring.holder(text, parts.pool, NOW)
    unreachable = LedgerPool("postgresql://nobody@/none?host=/nowhere", 1)
    try:
        with pytest.raises(errors.NoKey):  # nobody asked the ledger, which is away
            ring.holder(text, unreachable, NOW)
    finally:
        unreachable.close()


def test_a_revoked_key_is_401_at_the_edge_and_the_others_go_on(
    client: Client, parts: Parts, ledger: psycopg.Connection
) -> None:
    assert client.as_("trainer").get("/v1/models").status_code == 200
    keys.revoke_key(ledger, client.tokens["trainer"], datetime.now(UTC))
    parts.keys.refresh(ledger)  # the housekeeper's work, every second
    assert_problem(client.as_("trainer").get("/v1/models"), 401, "invalid_key")
    assert client.as_("manager").get("/v1/models").status_code == 200
