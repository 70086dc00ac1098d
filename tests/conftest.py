"""Real PostgreSQL and Redis, started once per run from wheels and emptied before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from service import embedded
from service.ledger import schema


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated ledger of its own for this run."""
    server = embedded.start_postgres(tmp_path_factory.mktemp("postgres"))
    schema.migrate(server.url)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.start_redis(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.stop()


TABLES = (
    "api_keys, items, customers, orders, order_lines, refunds, interactions, decisions, outcomes"
)


@pytest.fixture
def clean_stores(database_url: str, redis_url: str) -> tuple[str, str]:
    """Both stores, empty: (database_url, redis_url)."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {TABLES} CASCADE")
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return database_url, redis_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
