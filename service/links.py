"""Follow-up links: an id that says nothing, and a signature that nobody else can make.

HMAC by itsdangerous, the library that Flask signs its own cookies with. When a link expires stands
in the ledger, beside what it is about.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from itsdangerous import BadSignature, Signer
from psycopg import Connection

from service.errors import NotFound
from service.ledger.links import link_secrets
from service.settings import Settings

SALT: Final = "encore.follow-up"
ID_BYTES: Final = 9
"""72 bits: twelve letters, short enough for a text message, and never guessed."""


def keys_of(settings: Settings, connection: Connection) -> Sequence[str]:
    """The keys, newest first: the operator's own, or those of the ledger."""
    return settings.link_keys or link_secrets(connection)


def new_id() -> str:
    return secrets.token_urlsafe(ID_BYTES)


def token_of(id_: str, keys: Sequence[str]) -> str:
    """
    >>> token_of("x", ["new", "old"]) == token_of("x", ["new"]) != token_of("x", ["old"])
    True
    """
    return _signer(keys).sign(id_).decode()


def id_of(token: str, keys: Sequence[str]) -> str:
    """The id that one of the keys has signed.

    Raises:
        NotFound: none has.

    >>> id_of(token_of("x", ["old"]), ["new", "old"])
    'x'
    """
    try:
        return _signer(keys).unsign(token).decode()
    except (BadSignature, UnicodeDecodeError) as error:
        raise NotFound("There is no such link; copy it whole.") from error


def _signer(keys: Sequence[str]) -> Signer:
    return Signer([*reversed(keys)], salt=SALT, key_derivation="hmac")
