"""API keys: made and shown once, kept as digests, and known to every worker without asking.

A key reads `enc_<id>_<secret>`. The secret has 256 random bits, so a plain SHA-256 of the key is
as good at rest as a slow hash would be, and costs a request one microsecond.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from psycopg import Connection

from service import errors
from service.ledger import keys as ledger
from service.ledger.keys import Key
from service.ledger.store import LedgerPool

ROLES: Final = ("agent", "ingest", "trainer", "manager", "admin")
SHAPE: Final = re.compile(r"enc_([0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
ID: Final = re.compile(r"[0-9a-f]{12}", re.ASCII)
REMEMBERED_STRANGERS: Final = 1_000
"""So many unknown ids are remembered between two refreshes, to spare the ledger guesses."""


def make_key(
    connection: Connection,
    role: str,
    now: datetime,
    *,
    label: str = "",
    expires_at: datetime | None = None,
) -> str:
    """Make a key and return it; this is the only time that it can be seen.

    Raises:
        errors.BadInput: there is no such role.
    """
    if role not in ROLES:
        raise errors.BadInput(f"There is no role {role!r}; use one of: {', '.join(ROLES)}.")
    key_id = secrets.token_hex(6)
    text = f"enc_{key_id}_{secrets.token_urlsafe(32)}"
    ledger.add_key(connection, Key(key_id, role, label, _digest(text), now, expires_at))
    return text


def list_keys(connection: Connection) -> list[Key]:
    """Every key that ever was, oldest first; the secrets are not among what is known."""
    return ledger.all_keys(connection)


def revoke_key(connection: Connection, key_id: str, now: datetime) -> None:
    """End a key. Every worker refuses it from its next refresh on.

    Args:
        key_id: the id, or the whole key.

    Raises:
        errors.NotFound: there is no live key of that id.
    """
    shape = SHAPE.fullmatch(key_id)
    if not ledger.revoke_key(connection, shape[1] if shape else key_id, now):
        raise errors.NotFound("There is no live key of that id; list them to see their ids.")


def is_good(connection: Connection, text: str, role: str, now: datetime) -> bool:
    """Whether a key lives and has that role."""
    shape = SHAPE.fullmatch(text)
    key = ledger.find_key(connection, shape[1]) if shape else None
    return key is not None and key.role == role and _opens(key, text) and not _expired(key, now)


class KeyRing:
    """What this process knows of the keys. Threads share it: whole mappings are swapped.

    `refresh` is called every second by a background thread, so a revoked key soon ends. While
    the ledger is away the last known keys go on working.
    """

    def __init__(self) -> None:
        self._keys: Mapping[str, Key] = {}
        self._strangers: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def refresh(self, connection: Connection) -> None:
        """Learn of new and of revoked keys."""
        with self._lock:
            self._keys = {key.id: key for key in ledger.live_keys(connection)}
            self._strangers = frozenset()

    def holder(self, text: str, pool: LedgerPool, now: datetime) -> Key:
        """The key that a caller sent; one never heard of is looked up in the ledger, once.

        Raises:
            errors.NoKey: no such key, or revoked, or expired.
            errors.LedgerAway: a new key while the ledger is away.
        """
        shape = SHAPE.fullmatch(text)
        key = self._keys.get(shape[1]) or self._look_up(shape[1], pool) if shape else None
        if key is None or not _opens(key, text):
            raise errors.NoKey("This key is unknown or was revoked; ask for a new one.")
        if _expired(key, now):
            raise errors.NoKey("This key has expired; ask for a new one.")
        return key

    def known(self, key_id: str, pool: LedgerPool, now: datetime) -> Key:
        """The live key of an id; raises as `holder`."""
        key = None
        if ID.fullmatch(key_id):
            key = self._keys.get(key_id) or self._look_up(key_id, pool)
        if key is None or _expired(key, now):
            raise errors.NoKey("There is no live key of that id.")
        return key

    def _look_up(self, key_id: str, pool: LedgerPool) -> Key | None:
        """One stranger at a time, so that guesses never take more than one connection."""
        with self._lock:
            known = self._keys.get(key_id)
            if known or key_id in self._strangers or len(self._strangers) >= REMEMBERED_STRANGERS:
                return known
            with pool.connection() as connection:
                key = ledger.find_key(connection, key_id)
            if key is not None:
                self._keys = {**self._keys, key_id: key}
            else:
                self._strangers |= {key_id}
        return key


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _opens(key: Key, text: str) -> bool:
    return hmac.compare_digest(key.digest, _digest(text))


def _expired(key: Key, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now
