"""The service describes all that it does, and nothing that it does not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from service.api.access import PUBLIC
from tests.api.client import Client, as_described
from tests.api.test_access import calls_of


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").get_json()
    return described


def test_it_is_valid_openapi_3_1_and_public(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_the_description_and_the_routes_are_the_same_set(
    app: Flask, document: dict[str, Any]
) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    routed = {as_described(call) for call in calls_of(app)}
    assert described == routed


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def test_every_error_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    problem = document["components"]["responses"]["Problem"]
    assert list(problem["content"]) == ["application/problem+json"]
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if "/f/" in name and status in ("302", "404", "410"):
                assert list(response["content"]) == ["text/html"]  # customers see it
            elif " /dashboard" in name and "content" in response:
                assert list(response["content"]) == ["text/html"]  # people read it
            elif not status.startswith("2"):
                assert response == {"$ref": "#/components/responses/Problem"}, (name, status)


def test_every_call_says_what_it_is_for_and_who_may_make_it(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        if operation["security"]:
            assert "admin" in operation["description"], name
            assert {"401", "403"} <= set(operation["responses"]), name


def test_requests_refuse_unknown_fields_and_answers_may_grow(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("SuggestionRequest", "Interaction", "Order", "Item", "Outcome", "Consent"):
        assert schemas[name]["additionalProperties"] is False, name
    for name in ("SuggestionAnswer", "Suggestion", "RecoveryRow", "Problem"):
        assert schemas[name].get("additionalProperties") is not False, name


def test_closed_lists_and_limits_are_part_of_the_description(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "too_large" in schemas["ContactItem"]["properties"]["reason"]["enum"]
    assert schemas["SuggestionRequest"]["properties"]["limit"]["maximum"] == 10
    assert schemas["OrderLine"]["properties"]["unit_price"]["type"] == "string"


def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/docs")
    assert page.mimetype == "text/html"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "//" not in page.text.replace("<!doctype html>", "")
    for part in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"/docs/{part}" in page.text
        asset = client.get(f"/docs/{part}")
        assert asset.status_code == 200
        assert asset.data
    assert '"/openapi.json"' in client.get("/docs/start.js").text


def test_public_calls_need_no_key_in_the_description(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        public = name.split(" ")[1] in {
            "/livez",
            "/readyz",
            "/openapi.json",
            "/docs",
            "/docs/{name}",
            "/f/{token}",
            "/dashboard/session",
            "/dashboard/session/end",
        }
        assert (operation["security"] == []) is public, (name, PUBLIC)
