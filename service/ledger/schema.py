"""Brings the ledger's tables up to date and says whether they are; `python -m service migrate`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database_url: str) -> None:
    """Run every migration that is missing, each in a transaction of its own."""
    # Imported here: a worker that serves needs neither library.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database_url), poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_lock(7373)")  # one migration at a time
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@cache
def newest_revision() -> str:
    """The revision that this code expects."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))


def is_current(connection: psycopg.Connection) -> bool:
    """Whether the ledger has every table that this code expects; a newer release may add some."""
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return False
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row is not None and row[0] >= newest_revision()


def other_currency(connection: psycopg.Connection, currency: str) -> str | None:
    """A currency of items or of the newest orders that is not the given one, or None."""
    row = connection.execute(
        "(SELECT currency FROM items WHERE currency <> %(ours)s LIMIT 1) UNION ALL"
        " (SELECT currency FROM (SELECT currency FROM orders ORDER BY placed_at DESC LIMIT 1000)"
        " AS newest WHERE currency <> %(ours)s LIMIT 1)",
        {"ours": currency},
    ).fetchone()
    return row[0] if row else None
