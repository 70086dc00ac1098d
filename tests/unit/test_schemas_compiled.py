"""A compiled schema: never another value than marshmallow's, never a document it would refuse."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import RAISE, Schema, ValidationError, fields, missing

from service import errors
from service.api.schemas import SuggestionRequestSchema, load
from service.api.schemas_compiled import compiled, loader
from service.api.schemas_fields import Array
from tests.bench.contacts import Returned, bodies
from tests.unit.test_schemas import REQUEST, TOMORROW, WRONG, changed

SCHEMA = SuggestionRequestSchema()
read = compiled(SCHEMA)

NOW = datetime.now(UTC)
RICH: dict[str, Any] = {
    **REQUEST,
    "interaction": {
        **REQUEST["interaction"],  # type: ignore[dict-item]
        "journey_id": "j-1", "transfers": 2, "cost": {"amount": "8.01", "currency": "GBP"},
    },
    "customer": {**REQUEST["customer"], "locale": "en-GB", "first_name": "Zoë 😀"},  # type: ignore[dict-item]
    "orders": [{
        **REQUEST["orders"][0],  # type: ignore[index]
        "channel": "web", "cancelled_at": None,
        "lines": [{"item_id": "85123A", "quantity": 2, "unit_price": "2.9500", "unit_cost": "1"}],
        "refunds": [{"item_id": "85123A", "quantity": 1, "amount": "2.95",
                     "refunded_at": "2026-10-05T11:00:00.123456789+05:30"}],
    }],
    "needs": [{"attribute": "width", "min": 0.5, "max": 80},
              {"attribute": "depth", "min": 1e3, "max": 2e3, "unit": "mm", "clearance": 5.5,
               "tolerance": 1}],
    "exclude_item_ids": ["22423", "85123A", "22423"], "limit": 10, "dry_run": True,
}  # fmt: skip
LEAST = {
    "interaction": {"id": "1", "channel": "chat", "topic": "other", "status": "resolved"},
    "customer": {"id": "2"},
}
ORDINARY = [
    REQUEST, RICH, LEAST,
    {**LEAST, "orders": None, "queue": None, "needs": [], "limit": None},
    {**LEAST, "customer": {"id": "2", "consent": None, "locale": None, "vulnerable": True}},
    *bodies([Returned("17850", "85123A", NOW - timedelta(days=30))] * 20, "bench", NOW,
            random.Random(1)),
]  # fmt: skip


def assert_same(document: Any) -> None:
    """Also to the last zero of a Decimal and the zone of a time, which `==` passes over."""
    expected = load(SCHEMA, document)
    built = read(document)
    assert built == expected
    assert repr(built) == repr(expected)
    assert built.body is document


@pytest.mark.parametrize("document", ORDINARY, ids=range(len(ORDINARY)))
def test_ordinary_documents_take_the_short_way(document: Any) -> None:
    assert_same(document)


@pytest.mark.parametrize(("pointer", "value"), WRONG, ids=[f"{at}={to!r:.30}" for at, to in WRONG])
def test_what_is_wrong_is_left_to_marshmallow(pointer: str, value: Any) -> None:
    document = changed(REQUEST, pointer, value)
    with pytest.raises(ValidationError):
        read(document)
    with pytest.raises(errors.InvalidFields) as caught:
        loader(SCHEMA)(document)
    assert caught.value.faults[0][0].startswith(pointer)


def pointers(document: Any, pointer: str = "") -> Iterator[str]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        inner = list(document.items())
    elif isinstance(document, list):
        inner = list(enumerate(document))
    for step, value in inner:
        yield f"{pointer}/{step}"
        yield from pointers(value, f"{pointer}/{step}")


TIMES = (
    "2026-10-23T10:31:00Z", "2026-10-23t10:31:00z", "2026-10-23T10:31:00.5-08:00", "2026-10-23",
    "2026-10-23T10:31:00", "2026-10-23 10:31:00Z", "2026-10-23T10:31Z", "2026-10-23T10:31:60Z",
    "2026-10-23T24:00:00Z", "2026-10-23T10:31:00.Z", "2026-10-23T10:31:00.1234567891Z",
    "2026-10-23T10:31:00+0000", "2026-10-23T10:31:00+24:00", "2026-W43-5T10:31:00Z",
    "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z", TOMORROW,
    (NOW + timedelta(hours=23)).isoformat(), "2026-10-23T10:31:00Z\n",
)  # fmt: skip
AMOUNTS = (
    "0", "2.9", "2.95", "2.950", "0.0001", "00.10", "1234567890.12", "12345678901", "1e2", "-1",
    "+1", "1.", ".5", "1_0", "NaN", "1234567890.123", "٣", "2.95\n",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 3, 10, 11, 1_000_000, 1_000_001, 2**53, 2**64, -(10**12), 10**12 + 1, 1.0, 1e12,
    1.1e12, -0.0, 5e-324, float("inf"), float("nan"), True, False,
)  # fmt: skip
WORDS = (
    "", "x", "x" * 35, "x" * 36, "x" * 100, "x" * 101, "x" * 200, "x" * 201, "😀" * 200, "a\nb",
    "a\0b", "\x7f", "\x85", "\ud800", "\ufeff", "GBP", "gbp", "GBP\n", "en_GB", "en-GB-oed", "e",
    "return", "Return", "resolved", "width", "Europe/London", "Europe", "UTC", "europe/london",
)  # fmt: skip
SHAPES: tuple[Any, ...] = (
    None, {}, [], [None], [[]], [{}], ["x"] * 1_000, ["x"] * 1_001, {"id": "1"}, {"amount": "1"},
    {"currency": "GBP", "amount": "1"}, {"attribute": "width", "min": 2, "max": 1},
)  # fmt: skip
CHANGES = (..., *TIMES, *AMOUNTS, *NUMBERS, *WORDS, *SHAPES)
POINTERS = [*pointers(RICH)]


def assert_same_or_left_to_marshmallow(document: Any) -> None:
    try:
        load(SCHEMA, document)
    except errors.InvalidFields:
        with pytest.raises(ValidationError):
            read(document)
    else:
        assert_same(document)


@pytest.mark.parametrize("pointer", [*POINTERS, "/colour", "/customer/Id", "/orders/0/customer_id"])
def test_no_single_change_is_judged_otherwise(pointer: str) -> None:
    for value in CHANGES[pointer not in POINTERS :]:  # what is not there cannot be taken out
        assert_same_or_left_to_marshmallow(changed(RICH, pointer, value))


values = st.sampled_from(CHANGES) | st.text(max_size=40) | st.integers() | st.floats()


@given(st.lists(st.tuples(st.sampled_from(POINTERS), values), max_size=4))
def test_nor_are_several_at_once(wanted: list[tuple[str, Any]]) -> None:
    document = RICH
    for pointer, value in wanted:
        if pointer in pointers(document):
            document = changed(document, pointer, value)
    assert_same_or_left_to_marshmallow(document)


@pytest.mark.parametrize("document", [None, [], "x", 3, True, [REQUEST], {}], ids=str)
def test_what_is_no_request_at_all_is_left_to_marshmallow(document: Any) -> None:
    with pytest.raises(ValidationError):
        read(document)


def schemas_in(schema: Schema) -> Iterator[Schema]:
    yield schema
    for field in schema.load_fields.values():
        inner = field.inner if isinstance(field, Array) else field
        if isinstance(inner, fields.Nested):
            yield from schemas_in(inner.schema)


@pytest.mark.parametrize("schema", [*schemas_in(SCHEMA)], ids=lambda schema: type(schema).__name__)
def test_no_schema_says_what_a_compiled_one_would_not_hear(schema: Any) -> None:
    """Options of marshmallow's that no field of Encore's uses."""
    assert schema.unknown == RAISE
    assert not schema._hooks["pre_load"]
    assert not schema._hooks["validates"]
    assert len(schema._hooks["post_load"]) == 1
    for field in schema.load_fields.values():
        assert not [*field.validators, *field.pre_load, *field.post_load]
        assert field.attribute is None
        assert field.load_default is missing
