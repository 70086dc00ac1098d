"""Each store covers for the other; with both away nothing is asked. Real servers, really killed."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from msgspec import structs

from service import embedded, housekeeping, keys
from service.app import create_app
from service.embedded import Server
from service.ledger import schema
from service.ledger.store import REST_SECONDS
from service.parts import Parts, make_parts
from service.profile import unknown_profile
from service.record import unpack_record
from service.settings import Settings
from tests.api.client import Client, assert_problem
from tests.api.shop_floor import Stock, a_request, customers_in, stock
from tests.conftest import Trained

PATIENCE_SECONDS = 20


@dataclass
class Shop:
    """A worker with stores of its own, which a test may kill and start again."""

    folder: Path
    postgres: Server
    redis: Server
    parts: Parts
    agent: Client
    customer: str

    def stop_postgres(self) -> None:
        self.postgres.process.kill()
        self.postgres.process.wait()

    def start_postgres(self) -> None:
        self.postgres = embedded.start_postgres(self.folder / "postgres")

    def stop_redis(self) -> None:
        self.redis.process.kill()
        self.redis.process.wait()

    def start_redis(self) -> None:
        self.redis = embedded.start_redis(self.folder / "redis")

    def ask(self, **changes: Any) -> dict[str, Any]:
        answer = self.agent.post("/v1/suggestions", a_request(self.customer, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def shelf(trained: Trained) -> Stock:
    return Stock.read(trained.shop)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not in pytest's own, which a second run of pytest closes to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="encore-test-") as made:
        yield Path(made)


@pytest.fixture
def shop(trained: Trained, shelf: Stock, folder: Path) -> Iterator[Shop]:
    postgres = embedded.start_postgres(folder / "postgres")
    redis = embedded.start_redis(folder / "redis")
    schema.migrate(postgres.url)
    parts = make_parts(Settings(postgres.url, redis.url, bundles=trained.bundles))
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        key = keys.make_key(connection, "admin", datetime.now(UTC))
        stock(connection, parts, shelf)
    agent = Client(create_app(parts.settings, parts=parts), {"admin": key}, "admin")
    customer = customers_in("treatment", parts, shelf)[0]
    shop = Shop(folder, postgres, redis, parts, agent, customer)
    yield shop
    parts.close()
    shop.postgres.stop()
    shop.redis.stop()


def eventually(true: Callable[[], bool]) -> None:
    """Recovery takes a moment; it must not take long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not recover"
        time.sleep(0.2)


def test_without_redis_everything_comes_from_the_ledger(shop: Shop) -> None:
    shop.stop_redis()
    answer = shop.ask()
    assert (answer["decision"], answer["degraded_reasons"]) == ("offer", ["memory_away"])
    assert len(shop.rows("SELECT 1 FROM decisions")) == 1
    state = shop.agent.get("/readyz")
    assert state.status_code == 200
    assert "memory_away" in state.get_json()["degraded_reasons"]
    shop.start_redis()
    eventually(lambda: not shop.ask(dry_run=True)["degraded"])


def test_caps_hold_without_redis(shop: Shop) -> None:
    shop.stop_redis()
    assert [shop.ask()["reason"] for _ in range(4)] == [None, None, None, "fatigue"]


def test_without_postgres_decisions_are_spooled_and_drained_exactly_once(shop: Shop) -> None:
    shop.ask()
    shop.stop_postgres()
    body = a_request(shop.customer)
    first = shop.agent.post("/v1/suggestions", body)
    assert first.get_json()["degraded_reasons"] == ["ledger_away"]
    assert first.get_json()["decision"] == "offer"
    again = shop.agent.post("/v1/suggestions", body)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"

    shop.start_postgres()
    eventually(lambda: _drained(shop))
    kept = shop.rows(
        f"SELECT answer FROM decisions WHERE interaction_id = '{body['interaction']['id']}'"
    )
    assert [bytes(row[0]) for row in kept] == [first.data]
    housekeeping.tick(shop.parts)
    assert len(shop.rows("SELECT 1 FROM decisions")) == 2
    assert shop.agent.post("/v1/suggestions", body).data == first.data


def _drained(shop: Shop) -> bool:
    housekeeping.tick(shop.parts)
    return shop.parts.memory.spool_length() == 0


def test_caps_hold_without_postgres(shop: Shop) -> None:
    shop.ask()
    shop.stop_postgres()
    assert [shop.ask()["reason"] for _ in range(3)] == [None, None, "fatigue"]


def test_outcomes_are_never_spooled(shop: Shop) -> None:
    """A sale that is told while the ledger is away must be told again: 503, and when to try."""
    made = shop.ask()
    shop.stop_postgres()
    event = {
        "event_id": "e-1", "suggestion_id": made["suggestion_id"], "result": "accepted",
        "item_id": made["suggestions"][0]["item_id"], "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    refused = shop.agent.post("/v1/outcomes", event)
    assert_problem(refused, 503)
    assert refused.headers["Retry-After"] == "30"
    shop.start_postgres()
    eventually(lambda: shop.agent.post("/v1/outcomes", event).status_code in (200, 201))
    assert len(shop.rows("SELECT 1 FROM outcomes")) == 1


def test_an_outcome_of_a_spooled_decision_is_not_unknown(shop: Shop) -> None:
    """Its row is still on the way: try again, rather than 404."""
    shop.ask()
    shop.stop_postgres()
    made = shop.ask()
    shop.start_postgres()
    event = {
        "event_id": "e-2", "suggestion_id": made["suggestion_id"], "result": "declined",
        "item_id": made["suggestions"][0]["item_id"], "occurred_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    statuses = []

    def told() -> bool:
        statuses.append(shop.agent.post("/v1/outcomes", event).status_code)
        if statuses[-1] == 503:
            housekeeping.tick(shop.parts)
        return statuses[-1] == 201

    eventually(told)
    assert 404 not in statuses


def test_a_customer_of_whom_nothing_is_known_is_not_asked_while_the_ledger_is_away(
    shop: Shop,
) -> None:
    """They may have objected."""
    shop.stop_postgres()
    answer = shop.ask()
    assert (answer["decision"], answer["reason"]) == ("no_offer", "not_recordable")


def test_with_both_stores_away_nothing_is_asked_and_the_words_are_kind(shop: Shop) -> None:
    shop.ask()
    shop.stop_postgres()
    shop.stop_redis()
    answer = shop.ask()
    assert (answer["decision"], answer["reason"]) == ("no_offer", "not_recordable")
    assert answer["degraded"] is True
    assert answer["service_script"]["text"]
    assert shop.agent.get("/livez").status_code == 200
    assert shop.agent.get("/readyz").status_code == 200


def test_a_retry_while_the_ledger_is_away_gets_what_was_sent(shop: Shop) -> None:
    body = a_request(shop.customer)
    first = shop.agent.post("/v1/suggestions", body)
    shop.stop_postgres()
    again = shop.agent.post("/v1/suggestions", body)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_an_unknown_fate_of_a_commit_meets_its_own_row(shop: Shop) -> None:
    """The ledger wrote the row but nobody learned it: the drained copy changes nothing."""
    body = a_request(shop.customer)
    first = shop.agent.post("/v1/suggestions", body).data
    with redis.Redis.from_url(shop.redis.url) as client:
        client.delete(*client.keys("encore:*:contact:*"))
    shop.stop_postgres()
    second = shop.agent.post("/v1/suggestions", body).get_json()
    assert second["degraded_reasons"] == ["ledger_away"]
    shop.start_postgres()
    eventually(lambda: _drained(shop))
    assert [bytes(row[0]) for row in shop.rows("SELECT answer FROM decisions")] == [first]


def test_what_waits_counts_as_soon_as_the_ledger_is_back(shop: Shop) -> None:
    """One ask is on record, two wait; before anybody has drained them the cap is reached."""
    shop.ask()
    shop.stop_postgres()
    waiting = a_request(shop.customer)
    first = shop.agent.post("/v1/suggestions", waiting)
    shop.ask()
    shop.start_postgres()
    time.sleep(REST_SECONDS)
    shop.parts.memory.forget([shop.customer])
    assert shop.ask()["reason"] == "fatigue"
    assert len(shop.rows("SELECT 1 FROM decisions WHERE decision = 'offer'")) == 3
    assert shop.agent.post("/v1/suggestions", waiting).data == first.data


def test_a_long_spool_is_emptied_to_the_last_one(shop: Shop) -> None:
    """More customers than one look into the spool shows, and one record that nobody can read."""
    shop.ask()
    shop.stop_postgres()
    shop.ask()
    record = shop.parts.memory.spooled_of(shop.customer).popitem()[1]
    made = unpack_record(record)
    for number in range(1500):
        other = structs.replace(
            made,
            suggestion_id=f"sug_{number}",
            interaction=replace(made.interaction, id=f"other-{number}"),
            customer=replace(made.customer, id=f"other-{number}"),
            expected_version=0,
        )
        shop.parts.memory.spool(other, unknown_profile(other.customer.id))
    with redis.Redis.from_url(shop.redis.url) as client:
        client.hset("encore:{broken}:spool", "sug_broken", b"?")
        client.sadd("encore:spool", "broken")
    shop.start_postgres()
    eventually(lambda: _drained(shop))
    assert len(shop.rows("SELECT 1 FROM decisions")) == 1502
    with redis.Redis.from_url(shop.redis.url) as client:
        assert client.hgetall("encore:spool:refused") == {b"sug_broken": b"?"}


def test_an_objection_that_redis_did_not_hear_of_is_kept(shop: Shop) -> None:
    """Redis sleeps while the customer objects, and then the ledger goes away."""
    shop.ask()
    shop.redis.process.send_signal(signal.SIGSTOP)
    objection = {"objected": True}
    assert shop.agent.put(f"/v1/customers/{shop.customer}/consent", objection).status_code == 200
    shop.redis.process.send_signal(signal.SIGCONT)
    shop.stop_postgres()
    answer = shop.ask()
    assert answer["decision"] == "no_offer"


def test_a_hung_ledger_is_left_for_the_spool(shop: Shop) -> None:
    """It accepts connections and answers nothing; the caller on the line is not kept."""
    shop.ask()
    shop.postgres.process.send_signal(signal.SIGSTOP)
    for pid in backends_of(shop.postgres.process.pid):
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    answer = shop.ask()
    took = time.monotonic() - began
    for pid in (shop.postgres.process.pid, *backends_of(shop.postgres.process.pid)):
        os.kill(pid, signal.SIGCONT)
    assert answer["degraded_reasons"] == ["ledger_away"]
    assert took < 5
    eventually(lambda: _drained(shop))
    assert len(shop.rows("SELECT 1 FROM decisions")) == 2


def backends_of(pid: int) -> list[int]:
    """The child processes of a PostgreSQL."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]
