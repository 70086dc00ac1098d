"""The keys that sign follow-up links, where no key of the operator's own is set."""

from __future__ import annotations

from typing import Final

from psycopg import Connection

KEPT: Final = 2
"""The one that signs, and the one before it, whose links are still about."""
NEWEST: Final = "SELECT secret FROM link_keys ORDER BY made_at DESC, secret LIMIT %s"


def link_secrets(connection: Connection) -> list[str]:
    """The newest first."""
    return [secret for (secret,) in connection.execute(NEWEST, [KEPT])]


def rotate_link_key(connection: Connection) -> None:
    """Sign with a new key from now on; links of the last one still work, older ones do not."""
    with connection.transaction():
        connection.execute("LOCK TABLE link_keys IN EXCLUSIVE MODE")
        connection.execute(
            "INSERT INTO link_keys (secret)"
            " VALUES (gen_random_uuid()::text || gen_random_uuid()::text)"
        )
        connection.execute(f"DELETE FROM link_keys WHERE secret NOT IN ({NEWEST})", [KEPT])
