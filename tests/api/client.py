"""A client that holds every answer to its description, and the one assertion about problems."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.conftest import TABLES


class Client:
    """Speaks for one role; checks each answer against `/openapi.json`."""

    def __init__(self, app: Flask, tokens: dict[str, str], role: str | None = None) -> None:
        self.app, self.tokens, self.role = app, tokens, role
        self._client = app.test_client()

    def as_(self, role: str | None) -> Client:
        """The same client with another role's key, or with none."""
        return Client(self.app, self.tokens, role)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request as Werkzeug's test client does."""
        headers = {"Authorization": f"Bearer {self.tokens[self.role]}"} if self.role else {}
        headers |= options.pop("headers", {})
        answer = self._client.open(path, method=method, headers=headers, **options)
        assert_described(self.app, method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, **({"json": body} if body is not None else {}), **options)

    def put(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.call("PUT", path, json=body, **options)


def as_described(rule: str) -> str:
    """A rule of Flask's as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def example_of(call: str, id_: str = "x") -> tuple[str, str]:
    """(method, address) of a call such as "GET /v1/customers/<customer:customer_id>"."""
    method, rule = call.split(" ", 1)
    return method, re.sub(r"<[^>]*>", id_, rule)


def assert_described(app: Flask, method: str, path: str, answer: TestResponse) -> None:
    """The status, the media type and the shape of an answer are what OpenAPI says."""
    assert answer.headers["X-Request-Id"]
    asked = "GET" if method == "HEAD" else method
    try:
        rule, _ = app.url_map.bind("").match(path.partition("?")[0], asked, return_rule=True)
    except HTTPException:
        return  # what is not there has no description
    document = app.extensions["encore.openapi"]
    described = document["paths"][as_described(rule.rule)][asked.lower()]["responses"][
        str(answer.status_code)
    ]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
    assert answer.mimetype in described["content"], answer.mimetype
    if answer.mimetype.endswith("json") and method != "HEAD":
        schema = described["content"][answer.mimetype]["schema"]
        whole = {**schema, "components": document["components"]}
        Draft202012Validator(whole).validate(answer.get_json(force=True))


def rows_by_table(ledger: psycopg.Connection) -> dict[str, int]:
    """How many rows there are in each table, to show that nothing was written."""
    tables = TABLES.split(", ")
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    row = ledger.execute(f"SELECT {counts}").fetchone()
    assert row is not None
    return dict(zip(tables, row, strict=True))


def assert_problem(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """It is a whole RFC 9457 problem that says what to do; returns it."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    found: dict[str, Any] = answer.get_json(force=True)
    assert {"type", "title", "status", "detail", "code"} <= set(found)
    assert found["status"] == status
    assert found["type"].endswith(found["code"])
    assert len(found["detail"]) > 15
    for fault in found.get("errors", ()):
        assert set(fault) == {"pointer", "detail"}
        assert fault["pointer"] == "" or fault["pointer"].startswith("/")
        assert fault["detail"]
    if code is not None:
        assert found["code"] == code
    if status in (400, 413, 415, 422):
        assert found["errors"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    if status == 405:
        assert answer.headers["Allow"]
    if status == 503:
        assert int(answer.headers["Retry-After"]) > 0
    return found
