"""The whole application on real stores, and a client with a key for each role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask

from service import keys
from service.app import create_app
from service.keys import ROLES
from service.parts import Parts, make_parts
from service.settings import Settings
from tests.api.client import Client
from tests.api.shop_floor import Stock, stock
from tests.conftest import Trained


@pytest.fixture(scope="session")
def settings(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return Settings(database_url, redis_url, bundles=tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def parts(settings: Settings) -> Iterator[Parts]:
    parts = make_parts(settings)
    yield parts
    parts.close()


@pytest.fixture(scope="session")
def app(settings: Settings, parts: Parts) -> Flask:
    """One for the whole run, as in production; without a model."""
    return create_app(settings, parts=parts)


@pytest.fixture
def ledger(clean_stores: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """A connection of the test's own to the empty ledger, to look at what was written."""
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
def client(app: Flask, ledger: psycopg.Connection) -> Client:
    """A client with a key for each role, speaking for none yet."""
    now = datetime.now(UTC)
    return Client(app, {role: keys.make_key(ledger, role, now) for role in ROLES})


@pytest.fixture(scope="session")
def shelf(trained: Trained) -> Stock:
    return Stock.read(trained.shop)


@pytest.fixture
def floor(clean_stores: tuple[str, str], trained: Trained, shelf: Stock) -> Iterator[Parts]:
    """The parts of one worker with a trained model and a stocked ledger behind them."""
    parts = make_parts(Settings(*clean_stores, bundles=trained.bundles))
    with psycopg.connect(clean_stores[0], autocommit=True) as connection:
        stock(connection, parts, shelf)
    yield parts
    parts.close()


@pytest.fixture
def agent(floor: Parts, ledger: psycopg.Connection) -> Client:
    """A client with an agent's key, on the stocked ledger."""
    key = keys.make_key(ledger, "agent", datetime.now(UTC))
    return Client(create_app(floor.settings, parts=floor), {"agent": key}, "agent")
