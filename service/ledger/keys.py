"""API keys at rest: the digest of each, never the key itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import Connection
from psycopg.rows import class_row

COLUMNS: Final = "id, role, label, digest, created_at, expires_at, revoked_at"


@dataclass(frozen=True, slots=True)
class Key:
    """Who may call. `digest` is the SHA-256 of the whole key."""

    id: str
    role: str
    label: str
    digest: bytes
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


def add_key(connection: Connection, key: Key) -> None:
    connection.execute(
        "INSERT INTO api_keys (id, role, label, digest, created_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [key.id, key.role, key.label, key.digest, key.created_at, key.expires_at],
    )


def all_keys(connection: Connection) -> list[Key]:
    """Every key that ever was, oldest first."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(f"SELECT {COLUMNS} FROM api_keys ORDER BY created_at, id").fetchall()


def live_keys(connection: Connection) -> list[Key]:
    """The keys that are not revoked; some may have expired."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(f"SELECT {COLUMNS} FROM api_keys WHERE revoked_at IS NULL").fetchall()


def find_key(connection: Connection, key_id: str) -> Key | None:
    """The key of that id unless it is revoked."""
    with connection.cursor(row_factory=class_row(Key)) as cursor:
        return cursor.execute(
            f"SELECT {COLUMNS} FROM api_keys WHERE id = %s AND revoked_at IS NULL", [key_id]
        ).fetchone()


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """End a key for good; False when there is no live one of that id."""
    done = connection.execute(
        "UPDATE api_keys SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL", [now, key_id]
    )
    return done.rowcount == 1
