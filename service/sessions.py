"""Browsers in which a manager has signed in: a signed cookie that names a key and holds none.

The signature is made with the digest of the key itself (`service/keys.py`). So every worker can
check it, nothing more need be configured or shared, and a key that was revoked or has expired takes
its sessions with it: within seconds, as it does everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, Signer

from service import errors
from service.keys import KeyRing
from service.ledger.keys import Key
from service.ledger.store import LedgerPool

LASTS: Final = timedelta(hours=8)
"""A working day; then the key is asked for again."""
ROLES: Final = ("manager", "admin")
SALT: Final = "encore.dashboard"


def begin(key: Key, now: datetime) -> str:
    """The cookie's value for whoever came with this key.

    Raises:
        errors.WrongRole: the key is not a manager's.
    """
    if key.role not in ROLES:
        raise errors.WrongRole(f"This key has the role {key.role}; the page needs a manager's.")
    return _signer(key).sign(f"{key.id}.{int(now.timestamp())}").decode()


def holder(cookie: str, keys: KeyRing, pool: LedgerPool, now: datetime) -> Key:
    """The key that was signed in with.

    Raises:
        errors.NoKey: the cookie is not one of ours or too old, or its key has ended.
        errors.LedgerAway: a key not seen before while the ledger is away.
    """
    key = keys.known(cookie.partition(".")[0], pool, now)
    try:
        signed = _signer(key).unsign(cookie).decode()
    except BadSignature:
        raise errors.NoKey("This is not a session of ours; sign in again.") from None
    began = datetime.fromtimestamp(int(signed.rpartition(".")[2]), UTC)
    if not began - timedelta(minutes=1) <= now < began + LASTS:
        raise errors.NoKey("This session is over; sign in again.")
    if key.role not in ROLES:
        raise errors.NoKey("This session's key is no manager's; sign in again.")
    return key


def _signer(key: Key) -> Signer:
    return Signer(key.digest, salt=SALT)
