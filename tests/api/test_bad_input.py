"""Bad input against every route: a problem that says what to do, within 50 ms, and no row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, NamedTuple

import psycopg
import pytest
from gunicorn.http.errors import InvalidChunkSize

from service.api.access import ROUTES
from service.api.json import BULK_LIMIT, SINGLE_LIMIT
from tests.api.client import Client, assert_problem, example_of, rows_by_table
from tests.unit.test_json_loader import POISON

DAYS_AHEAD = (datetime.now(UTC) + timedelta(days=3)).isoformat()

LINE = {"item_id": "85123A", "quantity": 2, "unit_price": "2.95"}
CONTACT = {
    "id": "case-1", "channel": "phone", "topic": "return", "status": "resolved",
    "resolved_at": "2026-10-23T10:31:00Z", "public": False, "handle_seconds": 312,
}  # fmt: skip


class Call(NamedTuple):
    """A route that takes a body, who may call it, and a body that it would take."""

    method: str
    path: str
    role: str
    body: Any
    limit: int = SINGLE_LIMIT


CALLS = [
    Call("POST", "/v1/suggestions", "agent", {
        "interaction": CONTACT, "customer": {"id": "lea"},
        "orders": [{"id": "1", "placed_at": "2026-10-02T09:12:00+00:00", "currency": "GBP",
                    "lines": [LINE]}],
    }),
    Call("POST", "/v1/outcomes", "agent", {
        "event_id": "e-1", "suggestion_id": "sug_1", "result": "accepted",
        "occurred_at": "2026-10-23T10:33:10+00:00"}),
    Call("POST", "/v1/orders", "ingest", [{
        "id": "1", "customer_id": "lea", "placed_at": "2026-10-02T09:12:00+00:00",
        "currency": "GBP", "lines": [LINE]}], BULK_LIMIT),
    Call("POST", "/v1/items", "ingest", [
        {"id": "1", "name": "Cakestand", "price": "12.75", "currency": "GBP"}], BULK_LIMIT),
    Call("POST", "/v1/interactions", "ingest", [{**CONTACT, "customer_id": "lea"}], BULK_LIMIT),
    Call("POST", "/v1/suggestions/lea/messages", "agent", {"channel": "email"}),
    Call("PUT", "/v1/customers/lea/consent", "agent", {"objected": True}),
    Call("PUT", "/v1/costs", "manager", {
        "as_of": "2026-11-01", "source": "Controlling",
        "hourly": {"in_house": "27.40", "outsourced": "19.90"},
        "channels": {"phone": {"per_contact": "6.80"}}, "other": {"per_contact": "5.00"}}),
]  # fmt: skip
every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")


def test_the_table_names_every_route_that_takes_a_body() -> None:
    bodiless = {
        "POST /v1/models/<version>/activate",
        "POST /v1/models/<version>/retire",
        "POST /f/<token>",
        "POST /dashboard/session",  # a form
        "POST /dashboard/session/end",
    }
    taking = {name for name in ROUTES if not name.startswith("GET ")} - bodiless
    named = {(call.method, call.path) for call in CALLS}
    assert named == {example_of(name, "lea") for name in taking}


@pytest.fixture(autouse=True)
def _nothing_is_written(client: Client, ledger: psycopg.Connection) -> Iterator[None]:
    before = rows_by_table(ledger)
    yield
    assert rows_by_table(ledger) == before


def call_it(client: Client, call: Call, **options: Any) -> Any:
    return client.as_(call.role).call(call.method, call.path, **options)


def send(client: Client, call: Call, raw: bytes, **headers: str) -> Any:
    sent = {"Content-Type": "application/json", **headers}
    return call_it(client, call, data=raw, headers=sent)


@every_call
def test_poison_json_is_400_whatever_the_route(client: Client, call: Call) -> None:
    for name, raw in POISON.items():
        expected = (400, "malformed_json") if len(raw) <= call.limit else (413, "too_large")
        found = assert_problem(send(client, call, raw), *expected)
        assert found["errors"][0]["pointer"] == "", name


@every_call
def test_poison_inside_an_otherwise_good_body_is_400(client: Client, call: Call) -> None:
    good = json.dumps(call.body)
    for poison in ("NaN", "1e999", '"\\u0000"', '"\\ud800"', "[" * 30_000, '{"a":1,"a":2}'):
        if isinstance(call.body, list):
            raw = f'{good[:-2]}, "more": {poison}}}]'
        else:
            raw = f'{good[:-1]}, "more": {poison}}}'
        assert_problem(send(client, call, raw.encode()), 400, "malformed_json")


FOREIGN = (
    "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/xml", "application/json; charset=utf-16", "application/jsonp",
)  # fmt: skip


@every_call
def test_another_content_type_is_415(client: Client, call: Call) -> None:
    raw = json.dumps(call.body).encode()
    for media_type in FOREIGN:
        answer = call_it(client, call, data=raw, headers={"Content-Type": media_type})
        assert_problem(answer, 415, "wrong_media_type")


@every_call
def test_compressed_bodies_are_415(client: Client, call: Call) -> None:
    answer = send(client, call, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert "uncompressed" in assert_problem(answer, 415)["detail"]


@every_call
def test_10_mb_are_413_at_once(client: Client, call: Call) -> None:
    raw = b'["' + b"x" * 10_000_000 + b'"]'
    found = assert_problem(send(client, call, raw), 413, "too_large")
    assert f"{call.limit // 1024} KiB" in found["detail"]


@every_call
def test_one_byte_too_many_is_413_and_one_fewer_is_read(client: Client, call: Call) -> None:
    fill = b" " * (call.limit - 2)
    assert_problem(send(client, call, b"{]" + fill), 400)
    assert_problem(send(client, call, b"{] " + fill), 413)


@every_call
def test_a_body_of_unannounced_length_is_held_to_the_same_limit(client: Client, call: Call) -> None:
    answer = client.as_(call.role).call(
        call.method, call.path, input_stream=BytesIO(b"[" + b" " * call.limit),
        headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip
    assert_problem(answer, 413)


class BrokenChunks(BytesIO):
    """What gunicorn hands over when a chunk has no size."""

    def read(self, size: int | None = -1) -> bytes:
        raise InvalidChunkSize(b"zz")


@every_call
def test_chunks_that_make_no_sense_are_malformed(client: Client, call: Call) -> None:
    answer = client.as_(call.role).call(
        call.method, call.path, input_stream=BrokenChunks(),
        headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip
    assert_problem(answer, 400, "malformed_json")


@every_call
def test_json_of_another_shape_is_422(client: Client, call: Call) -> None:
    shapes: list[Any] = [None, "x", 1, 1.5, True, {}, {"a": {"b": []}}]
    if not isinstance(call.body, list):
        shapes += [[], [call.body]]
    for shape in shapes:
        assert_problem(send(client, call, json.dumps(shape).encode()), 422, "invalid_input")


SINGLE_WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("POST /v1/suggestions", {"colour": "red"}, "/colour"),
    ("POST /v1/suggestions", {"limit": "3"}, "/limit"),
    ("POST /v1/suggestions", {"limit": 1.0}, "/limit"),
    ("POST /v1/suggestions", {"customer": {}}, "/customer/id"),
    ("POST /v1/suggestions", {"interaction": {**CONTACT, "topic": "refund"}}, "/interaction/topic"),
    ("POST /v1/suggestions", {"interaction": {**CONTACT, "resolved_at": "2026-10-23T10:31:00"}},
     "/interaction/resolved_at"),
    ("POST /v1/suggestions", {"interaction": {**CONTACT, "resolved_at": DAYS_AHEAD}},
     "/interaction/resolved_at"),
    ("POST /v1/suggestions", {"interaction": {**CONTACT, "handle_seconds": -1}},
     "/interaction/handle_seconds"),
    ("POST /v1/suggestions", {"orders": [{"id": "1", "placed_at": "2026-10-02T09:12:00Z",
     "currency": "GBP", "lines": [{**LINE, "quantity": -2}]}]}, "/orders/0/lines/0/quantity"),
    ("POST /v1/outcomes", {"suggestion_id": 5}, "/suggestion_id"),
    ("POST /v1/outcomes", {"result": "perhaps"}, "/result"),
    ("POST /v1/outcomes", {"occurred_at": "yesterday"}, "/occurred_at"),
    ("POST /v1/outcomes", {"occurred_at": DAYS_AHEAD}, "/occurred_at"),
    ("POST /v1/outcomes", {"note": "x"}, "/note"),
    ("PUT /v1/customers/lea/consent", {"marketing": "yes"}, "/marketing"),
    ("PUT /v1/customers/lea/consent", {"email": True}, "/email"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "pointer"), SINGLE_WRONG)
def test_a_wrong_field_is_422_and_pointed_at(
    client: Client, name: str, change: dict[str, Any], pointer: str
) -> None:
    call = next(call for call in CALLS if f"{call.method} {call.path}" == name)
    found = assert_problem(send(client, call, json.dumps(call.body | change).encode()), 422)
    assert [fault["pointer"] for fault in found["errors"]] == [pointer]


ROWS_WRONG: list[tuple[str, Any, str]] = [
    ("/v1/orders", {"lines": [{**LINE, "quantity": -1}]}, "/lines/0/quantity"),
    ("/v1/orders", {"lines": [{**LINE, "unit_price": 2.95}]}, "/lines/0/unit_price"),
    ("/v1/orders", {"lines": []}, "/lines"),
    ("/v1/orders", {"placed_at": "2026-10-02T09:12:00"}, "/placed_at"),
    ("/v1/orders", {"placed_at": DAYS_AHEAD}, "/placed_at"),
    ("/v1/orders", {"currency": "EUR"}, "EUR"),
    ("/v1/orders", {"colour": "red"}, "/colour"),
    ("/v1/items", {"price": "-1.00"}, "/price"),
    ("/v1/items", {"currency": "USD"}, "USD"),
    ("/v1/items", {"stock": -3}, "/stock"),
    ("/v1/items", {"attributes": {"width": 80}}, "/attributes/width"),
    ("/v1/interactions", {"channel": "pigeon"}, "facebook"),
    ("/v1/interactions", {"topic": "refund"}, "product_question"),
    ("/v1/interactions", {"cost": {"amount": "8.01", "currency": "USD"}}, "USD"),
    ("/v1/interactions", {"customer_id": ""}, "/customer_id"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "change", "told"), ROWS_WRONG)
def test_a_wrong_row_is_rejected_with_its_index_and_a_hint(
    client: Client, path: str, change: dict[str, Any], told: str
) -> None:
    call = next(call for call in CALLS if call.path == path)
    row = call.body[0] | change
    answer = send(client, call, json.dumps([row, [], None, 7]).encode())
    assert answer.status_code == 200
    body = answer.get_json()
    assert (body["accepted"], body["unchanged"]) == (0, 0)
    assert [rejected["index"] for rejected in body["rejected"]] == [0, 1, 2, 3]
    assert told in body["rejected"][0]["detail"]


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/items", "/v1/interactions"])
def test_1_001_rows_are_422(client: Client, path: str) -> None:
    call = next(call for call in CALLS if call.path == path)
    found = assert_problem(send(client, call, json.dumps([{}] * 1_001).encode()), 422)
    assert "1000" in found["detail"]


def test_a_channel_that_the_policy_does_not_declare_lists_those_that_it_does(
    client: Client,
) -> None:
    body = CALLS[0].body | {"interaction": {**CONTACT, "channel": "pigeon"}}
    found = assert_problem(
        client.as_("agent").post("/v1/suggestions", body), 422, "unknown_channel"
    )
    assert found["errors"][0]["pointer"] == "/interaction/channel"
    assert "phone" in found["detail"]
    assert "twitter" in found["detail"]


@pytest.mark.parametrize(("change", "pointer"), [
    ({"orders": [{**CALLS[0].body["orders"][0], "currency": "EUR"}]}, "/orders/0/currency"),
    ({"orders": [CALLS[0].body["orders"][0], {**CALLS[0].body["orders"][0], "currency": "EUR"}]},
     "/orders/1/currency"),
    ({"interaction": {**CONTACT, "cost": {"amount": "1", "currency": "EUR"}}},
     "/interaction/cost/currency"),
])  # fmt: skip
def test_a_second_currency_is_422_and_names_both(
    client: Client, change: dict[str, Any], pointer: str
) -> None:
    answer = client.as_("agent").post("/v1/suggestions", CALLS[0].body | change)
    found = assert_problem(answer, 422, "mixed_currencies")
    assert found["errors"][0]["pointer"] == pointer
    assert "EUR" in found["detail"]
    assert "GBP" in found["detail"]


def test_a_hundred_faults_are_listed_and_the_rest_counted(client: Client) -> None:
    body = CALLS[0].body | {f"x{n}": 1 for n in range(150)}
    found = assert_problem(client.as_("agent").post("/v1/suggestions", body), 422)
    assert len(found["errors"]) == 100
    assert "100 of 150" in found["detail"]


def test_an_outcome_of_an_unknown_suggestion_is_404(client: Client) -> None:
    assert_problem(client.as_("agent").post("/v1/outcomes", CALLS[1].body), 404, "not_found")


@every_call
def test_no_key_is_401_before_the_body_is_looked_at(client: Client, call: Call) -> None:
    for header in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"},
                   {"Authorization": "Bearer enc_x_y"}, {"Authorization": "Bearer \xff\xfe"},
                   {"Authorization": f"Bearer enc_{'0' * 12}_{'A' * 43}"}):  # fmt: skip
        answer = client.call(call.method, call.path, data=b"{", headers=header)
        assert_problem(answer, 401, "invalid_key")
