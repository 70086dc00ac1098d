"""The whole application on real stores, and a client with a key for each role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from service import keys
from service.app import create_app
from service.keys import ROLES
from service.parts import Parts, make_parts
from service.settings import Settings
from tests.api.client import Client


@pytest.fixture
def settings(clean_stores: tuple[str, str], tmp_path: Path) -> Settings:
    database_url, redis_url = clean_stores
    return Settings(database_url, redis_url, bundles=tmp_path / "bundles")


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    parts = make_parts(settings)
    yield parts
    parts.close()


@pytest.fixture
def app(settings: Settings, parts: Parts) -> Flask:
    return create_app(settings, parts=parts)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection of the test's own, to look at what was written."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def client(app: Flask, ledger: psycopg.Connection) -> Client:
    """A client with a key for each role, speaking for none yet."""
    now = datetime.now(UTC)
    return Client(app, {role: keys.make_key(ledger, role, now) for role in ROLES})
