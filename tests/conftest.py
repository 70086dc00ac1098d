"""Real PostgreSQL and Redis, started once per run from wheels and emptied before each test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
import redis

from service import embedded
from service.importers.run import import_file
from service.ledger import schema
from service.ledger.export import export
from training.__main__ import PUBLISHED, night
from training.shop.make import make_shop, write

SHOP_UNTIL = date(2026, 11, 22)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated ledger of its own for this run.

    Not in pytest's own folder: every new run of pytest closes that to the user `nobody`, as whom
    root's PostgreSQL runs.
    """
    with tempfile.TemporaryDirectory(prefix="encore-test-") as folder:
        server = embedded.start_postgres(Path(folder, "postgres"))
        schema.migrate(server.url)
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.start_redis(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.stop()


TABLES = (
    "api_keys, items, customers, orders, order_lines, refunds, interactions, decisions, outcomes, "
    "exchange_rates, costs, holdouts, messages, facts"
)


@pytest.fixture
def clean_stores(database_url: str, redis_url: str) -> tuple[str, str]:
    """Both stores, empty: (database_url, redis_url)."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {TABLES} CASCADE")
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return database_url, redis_url


@dataclass(frozen=True, slots=True)
class Trained:
    """A small made shop: its files, their export, and the bundle that the night made of them."""

    shop: Path
    export: Path
    bundles: Path


@pytest.fixture(scope="session")
def trained(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Made shop -> ledger -> export -> training, once per run; the ledger is empty afterwards."""
    folder = tmp_path_factory.mktemp("trained")
    made = Trained(folder / "shop", folder / "export", folder / "bundles")
    write(make_shop(seed=3, items=300, customers=700, months=12, until=SHOP_UNTIL), made.shop)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {TABLES} CASCADE")
        for kind in ("items", "orders", "interactions"):
            path = made.shop / f"{kind}.parquet"
            import_file(connection, kind, path, "parquet", "GBP", lambda customer_ids: None)
        export(connection, made.export)
        connection.execute(f"TRUNCATE {TABLES} CASCADE")
    assert night(made.export, made.bundles, 1, datetime(2026, 11, 23, 2, tzinfo=UTC)) == PUBLISHED
    return made
