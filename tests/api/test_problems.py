"""Errors: one shape, the right status, and nothing private in a 500."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from werkzeug.exceptions import ImATeapot, RequestTimeout, ServiceUnavailable

from service import errors
from service.api import problems
from service.api import suggestions as resource
from service.parts import Parts
from tests.api.client import Client, assert_problem

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.EncoreError) and kind is not errors.EncoreError
]


def raising(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let `GET /v1/suggestions/x` fail in this way."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource.decisions, "stored_answer", fail)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_becomes_a_whole_problem(
    app: Flask, kind: type[errors.EncoreError]
) -> None:
    faults = (("/a", "Do this."),)
    words = "Do that first, please."
    error = kind(faults) if kind is errors.InvalidFields else kind(words)
    if problems.status_of(kind) == 500:
        pytest.skip("an error of the house, which callers never see")
    with app.test_request_context():
        answer = problems.for_ours(error)
    found = assert_problem(answer, problems.status_of(kind), kind.code)  # type: ignore[arg-type]
    if kind is errors.InvalidFields:
        assert found["errors"] == [{"pointer": "/a", "detail": "Do this."}]


def test_codes_are_unique_but_for_fields_which_are_the_usual_bad_input() -> None:
    codes = [kind.code for kind in KINDS if kind is not errors.InvalidFields]
    assert len(codes) == len(set(codes))


SECRETS = ["postgresql://encore:hunter2@db/encore", "lea@example.org", "stored_answer", "Traceback"]


@pytest.mark.parametrize("error", [
    RuntimeError(f"cannot use {' '.join(SECRETS)}"),
    psycopg.errors.UndefinedTable(" ".join(SECRETS)),
    errors.EncoreError(" ".join(SECRETS)),
    ServiceUnavailable(" ".join(SECRETS)),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_a_500_says_nothing_but_the_request_id_under_which_the_log_has_it(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    raising(monkeypatch, error)
    headers = {"X-Request-Id": "call-7"}
    answer = client.as_("agent").get("/v1/suggestions/x", headers=headers)
    assert "call-7" in assert_problem(answer, 500, "internal_error")["detail"]
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert "call-7" in caplog.text
    assert "stored_answer" in caplog.text
    assert not [secret for secret in SECRETS[:2] if secret in caplog.text]


@pytest.mark.parametrize("error", [ImATeapot(), RequestTimeout()], ids=str)
def test_whatever_werkzeug_raises_is_a_problem(app: Flask, error: ImATeapot) -> None:
    with app.test_request_context():
        answer = problems.for_http(error)
    assert answer.mimetype == problems.MEDIA_TYPE
    assert answer.status_code == error.code


@contextmanager
def no_ledger() -> Iterator[psycopg.Connection]:
    raise errors.LedgerAway("The ledger cannot be reached; try again in half a minute.")
    yield


AFFECTED = [
    ("agent", "POST", "/v1/outcomes", {"event_id": "1", "suggestion_id": "s",
     "result": "declined", "occurred_at": "2026-10-01T10:00:00Z"}),
    ("ingest", "POST", "/v1/items", [{"id": "1", "name": "x", "price": "1", "currency": "GBP"}]),
    ("agent", "GET", "/v1/suggestions/x", None),
    ("agent", "GET", "/v1/customers/x", None),
    ("agent", "PUT", "/v1/customers/x/consent", {"objected": True}),
    ("manager", "GET", "/v1/reports/recovery?from=2026-11-01&to=2026-11-02", None),
]  # fmt: skip


@pytest.mark.parametrize(("role", "method", "path", "body"), AFFECTED)
def test_without_the_ledger_what_needs_it_is_503_with_retry_after(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch,
    role: str, method: str, path: str, body: object,
) -> None:  # fmt: skip
    with parts.pool.connection() as connection:
        parts.keys.refresh(connection)
    monkeypatch.setattr(parts.pool, "connection", no_ledger)
    options = {} if body is None else {"json": body}
    answer = client.as_(role).call(method, path, **options)
    assert_problem(answer, 503, "ledger_away")
    assert answer.headers["Retry-After"] == "30"


@pytest.mark.parametrize("error", [
    psycopg.OperationalError("server closed the connection unexpectedly"),
    psycopg.InterfaceError("the connection is closed"),
    psycopg.errors.AdminShutdown("terminating"),
    psycopg.errors.QueryCanceled("statement timeout"),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_a_connection_lost_in_the_middle_is_503(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    raising(monkeypatch, error)
    assert_problem(client.as_("agent").get("/v1/suggestions/x"), 503, "ledger_away")
    parts.pool._closed_until = 0.0  # the next test need not wait for the breaker


def test_the_request_id_is_echoed_or_made_up_when_it_is_not_safe_to_repeat(
    client: Client,
) -> None:
    for given in ("call-7", "00-4bf92f3577b34da6a3ce929d0e0e4736-00", "a" * 128):
        answer = client.get("/livez", headers={"X-Request-Id": given})
        assert answer.headers["X-Request-Id"] == given
    for given in ("", "a b", "<script>", "é", "a" * 129):
        answer = client.get("/livez", headers={"X-Request-Id": given})
        assert len(answer.headers["X-Request-Id"]) == 32


def test_answers_are_neither_sniffed_nor_cached(client: Client) -> None:
    answer = client.as_("trainer").get("/v1/models")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
