"""Ids, methods and addresses that are wrong: a problem that says what to do, and no row."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from service.api.access import ROUTES
from tests.api.client import Client, assert_problem, example_of, rows_by_table


@pytest.fixture(autouse=True)
def _nothing_is_written(client: Client, ledger: psycopg.Connection) -> Iterator[None]:
    before = rows_by_table(ledger)
    yield
    assert rows_by_table(ledger) == before


STRANGE_IDS = ["nobody", "%00", "x" * 300, "%ED%A0%80", "a%2Fb", "..%2F..", "%F0%9F%98%80", "%0A"]


@pytest.mark.parametrize(("method", "path", "role"), [
    ("GET", "/v1/suggestions/{}", "agent"),
    ("GET", "/v1/customers/{}", "agent"),
    ("POST", "/v1/models/{}/activate", "trainer"),
    ("POST", "/v1/models/{}/retire", "trainer"),
    ("GET", "/docs/{}", "agent"),
])  # fmt: skip
def test_an_id_that_nobody_knows_is_404(client: Client, method: str, path: str, role: str) -> None:
    for strange in STRANGE_IDS:
        assert_problem(client.as_(role).call(method, path.format(strange)), 404)


def test_consent_for_an_id_that_cannot_be_kept_is_404(client: Client) -> None:
    for strange in ("%00", "x" * 300):
        answer = client.as_("agent").put(f"/v1/customers/{strange}/consent", {"objected": True})
        assert_problem(answer, 404)


@pytest.mark.parametrize("name", ROUTES)
def test_another_method_is_405_and_names_those_that_work(client: Client, name: str) -> None:
    path = example_of(name)[1]
    works = {method for method, known in map(example_of, ROUTES) if known == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - works:
        answer = client.as_("admin").call(method, path)
        found = assert_problem(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD"} == works
        assert all(known in found["detail"] for known in works)


NOWHERE = (
    "/", "/v1", "/v1/suggestion", "/v1/suggestions/", "/v2/items", "/v1/customers/", "//v1/orders",
    "/.env", "/static/x",
)  # fmt: skip


def test_an_address_with_nothing_there_is_404(client: Client) -> None:
    for path in NOWHERE:
        assert_problem(client.get(path), 404, "not_found")


QUERIES_WRONG = [
    ("", {"/from", "/to"}),
    ("from=2026-11-01", {"/to"}),
    ("from=2026-11-01&to=x", {"/to"}),
    ("from=20261101&to=2026-11-30", {"/from"}),
    ("from=2026-W45-1&to=2026-11-30", {"/from"}),
    ("from=2026-02-30&to=2026-11-30", {"/from"}),
    ("from=0001-01-01&to=9999-12-31", {"/from", "/to"}),
    ("from=2026-11-30&to=2026-11-01", {"/from"}),
    ("from=2026-11-01&to=2026-11-30&group_by=colour", {"/group_by"}),
    ("from=2026-11-01&to=2026-11-30&format=xml", {"/format"}),
    ("from=2026-11-01&to=2026-11-30&window_days=-1", {"/window_days"}),
    ("from=2026-11-01&to=2026-11-30&window_days=1e3", {"/window_days"}),
    ("from=2026-11-01&to=2026-11-30&window_days=" + "9" * 5_000, {"/window_days"}),
    ("from=2026-11-01&to=2026-11-30&window_days=%D9%A1", {"/window_days"}),
    ("from=2026-11-01&to=2026-11-30&windowdays=7", {"/windowdays"}),
    ("from=2026-11-01&to=2026-11-30&from=2026-10-01", {"/from"}),
    ("from=%00&to=%ED%A0%80", {"/from", "/to"}),
]


@pytest.mark.parametrize(("query", "pointers"), QUERIES_WRONG)
def test_wrong_and_unknown_query_arguments_are_422(
    client: Client, query: str, pointers: set[str]
) -> None:
    found = assert_problem(client.as_("manager").get(f"/v1/reports/recovery?{query}"), 422)
    assert {fault["pointer"] for fault in found["errors"]} == pointers


def test_a_report_on_the_future_is_422(client: Client) -> None:
    query = "from=2199-01-01&to=2199-01-31"
    assert_problem(client.as_("manager").get(f"/v1/reports/recovery?{query}"), 422)
