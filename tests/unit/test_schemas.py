"""The contract's schemas: what they build, and how they refuse."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.domain import Attribute, ContactItem, Customer, Money, Need, Order, OrderLine, Queue
from service import errors
from service.api import schemas
from service.api.schemas import load

REQUEST = {
    "interaction": {
        "id": "case-88121", "channel": "phone", "topic": "return", "status": "resolved",
        "resolved_at": "2026-10-23T10:31:00+00:00", "first_contact": True, "fault": "ours",
        "severity": "low", "mood": "calm", "public": False, "handle_seconds": 312,
        "agent_id": "csr-7", "team": "north", "employer": "in_house",
        "items": [{"item_id": "85123A", "reason": "too_large", "attribute": "width"}],
        "journey_id": None, "transfers": 0, "cost": None, "customer_severity": "medium",
        "loops": 1, "pressed_zero": False, "satisfaction": 4,
        "agent_authority": {"amount": "250", "currency": "GBP"},
    },
    "customer": {"id": "17850", "locale": "en_GB", "first_name": "Lea",
                 "consent": {"marketing": True, "objected": False}, "vulnerable": False,
                 "time_zone": "Europe/London"},
    "orders": [{"id": "581587", "placed_at": "2026-10-02T09:12:00+00:00", "currency": "GBP",
                "lines": [{"item_id": "85123A", "quantity": 2, "unit_price": "2.95"}]}],
    "needs": [{"attribute": "width", "max": 80, "unit": "cm"}],
    "queue": {"agents": 10, "busy": 9, "waiting": 3, "as_of": "2026-10-23T10:30:55+00:00"},
    "exclude_item_ids": [], "limit": 3, "dry_run": False, "explain": False,
}  # fmt: skip
ORDER = {**REQUEST["orders"][0], "customer_id": "17850"}  # type: ignore[index]
ITEM = {"id": "22423", "name": "Cakestand", "price": "12.75", "currency": "GBP"}
OUTCOME = {
    "event_id": "e-1", "suggestion_id": "sug_1", "item_id": "22423", "result": "accepted",
    "reason": None, "order_id": "990017", "agent_id": "csr-7",
    "occurred_at": "2026-10-23T10:33:10+00:00",
}  # fmt: skip


def changed(document: Any, pointer: str, value: Any) -> Any:
    """A copy with the value at `pointer` replaced, or taken out for `...`."""
    document = deepcopy(document)
    *steps, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    place = document
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def faults(schema: Any, document: Any) -> dict[str, str]:
    with pytest.raises(errors.InvalidFields) as caught:
        load(schema, document)
    return dict(caught.value.faults)


def test_the_documented_request_becomes_domain_values() -> None:
    request = load(schemas.SuggestionRequestSchema(), REQUEST)
    moment = datetime(2026, 10, 23, 10, 31, tzinfo=UTC)
    assert request.interaction.resolved_at == moment
    assert request.interaction.items == (ContactItem("85123A", "too_large", "width"),)
    assert request.interaction.customer_severity == "medium"
    assert (request.interaction.loops, request.interaction.pressed_zero) == (1, False)
    assert request.interaction.agent_authority == Money(Decimal(250), "GBP")
    person = Customer(
        "17850", "en_GB", "Lea", marketing=True, vulnerable=False, time_zone="Europe/London"
    )
    assert request.customer == person
    line = OrderLine("85123A", 2, Decimal("2.95"))
    placed = datetime(2026, 10, 2, 9, 12, tzinfo=UTC)
    assert request.orders == (Order("581587", "17850", placed, "GBP", (line,)),)
    assert request.needs == (Need("width", None, Decimal(80), "cm"),)
    assert request.queue == Queue(10, 9, 3, moment - timedelta(seconds=5))
    assert (request.limit, request.dry_run, request.explain) == (3, False, False)
    assert request.body is REQUEST


def test_five_fields_are_enough_and_the_rest_gets_the_meaning_of_absence() -> None:
    request = load(schemas.SuggestionRequestSchema(), {
        "interaction": {"id": "1", "channel": "chat", "topic": "other", "status": "resolved"},
        "customer": {"id": "2"},
    })  # fmt: skip
    assert request.customer == Customer("2")
    assert request.customer.marketing is None
    assert (request.orders, request.needs, request.queue, request.limit) == ((), (), None, 3)
    assert (request.interaction.public, request.interaction.transfers) == (False, 0)


def test_null_means_absent_in_every_optional_field() -> None:
    document = deepcopy(REQUEST)
    for part, required in (
        (document["interaction"], {"id", "channel", "topic", "status"}),
        (document["customer"], {"id"}),
        (document, {"interaction", "customer"}),
    ):
        for name in set(part) - required:  # type: ignore[arg-type]
            part[name] = None  # type: ignore[index]
    request = load(schemas.SuggestionRequestSchema(), document)
    assert request.limit == 3
    assert request.interaction.public is False


def test_times_become_utc_and_money_keeps_its_cents() -> None:
    order = load(schemas.OrderSchema(), {
        "id": "1", "customer_id": None, "placed_at": "2026-10-02T09:12:00.5+02:00",
        "currency": "GBP", "channel": "web",
        "lines": [{"item_id": "a", "quantity": 1, "unit_price": "0.1234", "unit_cost": "0.05"}],
        "refunds": [{"item_id": "a", "quantity": 1, "amount": "0.10",
                     "refunded_at": "2026-10-09T00:00:00z"}],
        "cancelled_at": None,
    })  # fmt: skip
    assert order.customer_id is None
    assert order.placed_at == datetime(2026, 10, 2, 7, 12, 0, 500_000, tzinfo=UTC)
    assert order.placed_at.tzinfo is UTC
    assert str(order.lines[0].unit_price) == "0.1234"
    assert order.refunds[0].amount == Decimal("0.10")


def test_an_item_has_attributes_as_numbers_or_words() -> None:
    item = load(schemas.ItemSchema(), {
        **ITEM, "category": "Cake", "unit_cost": "4.10", "stock": 3, "known_issue": "chips",
        "sellable": False,
        "attributes": {"width": {"value": 24.1, "unit": "cm"}, "colour": {"value": "white"}},
    })  # fmt: skip
    assert item.attributes == {
        "width": Attribute(Decimal("24.1"), "cm"),
        "colour": Attribute("white"),
    }
    assert (item.sellable, item.stock) == (False, 3)


def test_a_fed_interaction_comes_with_its_customer() -> None:
    customer_id, interaction = load(
        schemas.InteractionFeedSchema(),
        {"customer_id": "7", "id": "1", "channel": "phone", "topic": "billing",
         "status": "resolved", "cost": {"amount": "8.01", "currency": "GBP"}},
    )  # fmt: skip
    assert customer_id == "7"
    assert interaction.cost == Money(Decimal("8.01"), "GBP")


def test_consent_says_only_what_was_said() -> None:
    assert load(schemas.ConsentSchema(), {"objected": True, "marketing": None}) == {
        "objected": True
    }


def test_not_offered_needs_a_reason() -> None:
    document = {**OUTCOME, "result": "not_offered", "reason": None}
    assert "customer_in_hurry" in faults(schemas.OutcomeSchema(), document)["/reason"]
    document["reason"] = "out_of_stock"
    assert load(schemas.OutcomeSchema(), document).reason == "out_of_stock"


# To the day, so that tests which run side by side are named alike.
TOMORROW = f"{datetime.now(UTC).date() + timedelta(days=3)}T00:00:00+00:00"
SMALL = {"amount": "1", "currency": "GBP"}
WRONG: list[tuple[str, Any]] = [
    # wrong types
    ("/interaction", []), ("/interaction", "x"), ("/interaction", None), ("/customer", 1),
    ("/interaction/id", 1), ("/interaction/id", None), ("/interaction/id", ["a"]),
    ("/interaction/channel", {}), ("/interaction/public", "false"), ("/interaction/public", 0),
    ("/interaction/first_contact", "yes"), ("/interaction/handle_seconds", "312"),
    ("/interaction/handle_seconds", 1.9), ("/interaction/handle_seconds", 312.0),
    ("/interaction/handle_seconds", True), ("/interaction/items", {}),
    ("/interaction/items/0", "85123A"), ("/orders", {}), ("/orders/0/lines", None),
    ("/limit", "3"), ("/limit", 2.5), ("/dry_run", 1), ("/exclude_item_ids", "85123A"),
    ("/exclude_item_ids", [1]), ("/needs/0/max", "80"), ("/needs/0/max", True),
    ("/queue/agents", None), ("/customer/consent/marketing", "true"),
    ("/interaction/loops", 1.5), ("/interaction/loops", -1), ("/interaction/pressed_zero", 1),
    ("/interaction/customer_severity", "extreme"), ("/interaction/agent_authority", 250),
    ("/interaction/agent_authority", {"amount": "1"}),
    # no time zones
    ("/customer/time_zone", "Europe"), ("/customer/time_zone", "+01:00"),
    ("/customer/time_zone", "../etc/passwd"), ("/customer/time_zone", "Europe/Londinium"),
    ("/customer/time_zone", ""), ("/customer/time_zone", 1), ("/customer/time_zone", "tzdata.zi"),
    # missing
    ("/interaction", ...), ("/customer", ...), ("/interaction/id", ...), ("/customer/id", ...),
    ("/interaction/channel", ...), ("/interaction/topic", ...), ("/interaction/status", ...),
    ("/orders/0/id", ...), ("/orders/0/currency", ...), ("/orders/0/lines/0/quantity", ...),
    ("/orders/0/placed_at", ...), ("/needs/0/attribute", ...), ("/queue/as_of", ...),
    # values that are not among those
    ("/interaction/topic", "refund"), ("/interaction/status", "RESOLVED"),
    ("/interaction/mood", ""), ("/interaction/severity", "extreme"),
    ("/interaction/fault", "theirs"), ("/interaction/employer", "agency"),
    ("/interaction/items/0/reason", "too_big"),
    # out of range
    ("/limit", 0), ("/limit", 11), ("/limit", -1), ("/interaction/handle_seconds", -1),
    ("/interaction/transfers", -1), ("/orders/0/lines/0/quantity", 0),
    ("/orders/0/lines/0/quantity", -2), ("/orders/0/lines/0/quantity", 10**12),
    ("/queue/waiting", -3), ("/needs/0/max", 1e13), ("/needs/0/max", float("inf")),
    ("/needs/0/max", float("nan")), ("/interaction/id", ""), ("/interaction/id", "x" * 201),
    ("/orders/0/lines", []), ("/exclude_item_ids", ["x"] * 1_001),
    # money
    ("/orders/0/lines/0/unit_price", 2.95), ("/orders/0/lines/0/unit_price", 3),
    ("/orders/0/lines/0/unit_price", "-2.95"), ("/orders/0/lines/0/unit_price", "2,95"),
    ("/orders/0/lines/0/unit_price", "1e5"), ("/orders/0/lines/0/unit_price", "NaN"),
    ("/orders/0/lines/0/unit_price", "2.95001"), ("/orders/0/lines/0/unit_price", " 2.95"),
    ("/orders/0/lines/0/unit_price", "12345678901"), ("/orders/0/lines/0/unit_price", ""),
    ("/orders/0/lines/0/unit_price", "123456789.0001"),  # thirteen digits
    ("/orders/0/lines/0/unit_price", "\u0661\u0662"), ("/interaction/cost", "8.01"),
    ("/orders/0/currency", "gbp"), ("/orders/0/currency", "pounds"), ("/orders/0/currency", "£££"),
    # characters that the ledger cannot keep
    ("/interaction/id", "a\0b"), ("/customer/id", "\ud800"), ("/customer/first_name", "L\0a"),
    ("/exclude_item_ids", ["\udfff"]),
    # times
    ("/interaction/resolved_at", "2026-10-23T10:31:00"), ("/interaction/resolved_at", "2026-10-23"),
    ("/interaction/resolved_at", "2026-10-23 10:31:00+00:00"),
    ("/interaction/resolved_at", "20261023T103100Z"), ("/interaction/resolved_at", 1_792_000_000),
    ("/interaction/resolved_at", "2026-02-30T10:31:00Z"), ("/interaction/resolved_at", TOMORROW),
    ("/interaction/resolved_at", "9999-12-31T23:59:59-23:00"),
    ("/interaction/resolved_at", "0001-01-01T00:00:00+14:00"),
    ("/interaction/resolved_at", "1969-12-31T23:59:59Z"),
    ("/interaction/resolved_at", "2026-10-23T10:31:00+99:00"),
    ("/interaction/resolved_at", "2026-10-23T24:31:00Z"),
    ("/interaction/resolved_at", "\uff12026-10-23T10:31:00Z"),
    ("/customer/locale", "english"), ("/customer/locale", "../../etc"),
    # what nobody knows
    ("/colour", "red"), ("/interaction/subject", "x"), ("/customer/name", "Lea"),
    ("/customer/consent/email", True), ("/orders/0/customer_id", "17850"),
    ("/orders/0/lines/0/price", "1"), ("/interaction/items/0/id", "x"), ("/needs/0/minimum", 1),
    ("/queue/size", 1),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), WRONG, ids=[f"{at}={to!r:.30}" for at, to in WRONG])
def test_one_wrong_field_is_named_with_its_pointer_and_a_hint(pointer: str, value: Any) -> None:
    found = faults(schemas.SuggestionRequestSchema(), changed(REQUEST, pointer, value))
    [(named, hint)] = found.items()
    assert named == pointer or named.startswith(pointer + "/")
    assert hint.endswith(".")
    assert hint[0].isupper()


def test_every_wrong_field_is_named_at_once() -> None:
    document = changed(changed(REQUEST, "/limit", 0), "/customer/id", ...)
    found = faults(schemas.SuggestionRequestSchema(), changed(document, "/x~y", 1))
    assert set(found) == {"/limit", "/customer/id", "/x~0y"}


def test_a_need_is_a_bound_that_can_be_met() -> None:
    schema = schemas.SuggestionRequestSchema()
    without = changed(REQUEST, "/needs/0", {"attribute": "width"})
    assert faults(schema, without) == {"/needs/0": "Give min, max or both."}
    crossed = changed(REQUEST, "/needs/0", {"attribute": "width", "min": 9, "max": 8})
    assert "/needs/0" in faults(schema, crossed)


@pytest.mark.parametrize("document", [None, [], "x", 3, True, [REQUEST]], ids=str)
def test_what_is_no_object_is_refused(document: Any) -> None:
    assert faults(schemas.SuggestionRequestSchema(), document) == {"": "Write an object."}


FEED_WRONG: list[tuple[Any, Any, str, Any]] = [
    (schemas.OrderSchema, ORDER, "/customer_id", ...),
    (schemas.OrderSchema, ORDER, "/customer_id", 5),
    (schemas.OrderSchema, ORDER, "/refunds", [{"item_id": "a", "quantity": -1}]),
    (schemas.OrderSchema, ORDER, "/cancelled_at", TOMORROW),
    (schemas.ItemSchema, ITEM, "/price", "12.755"),
    (schemas.ItemSchema, ITEM, "/price", -1),
    (schemas.ItemSchema, ITEM, "/stock", -1),
    (schemas.ItemSchema, ITEM, "/stock", 2**63),
    (schemas.ItemSchema, ITEM, "/name", ""),
    (schemas.ItemSchema, ITEM, "/sellable", "no"),
    (schemas.ItemSchema, ITEM, "/attributes", {"width": 80}),
    (schemas.ItemSchema, ITEM, "/attributes", {"": {"value": 1}}),
    (schemas.ItemSchema, ITEM, "/attributes", {"a\0": {"value": 1}}),
    (schemas.ItemSchema, ITEM, "/attributes", {"width": {"value": None}}),
    (schemas.ItemSchema, ITEM, "/attributes", {"width": {"value": [1]}}),
    (schemas.ItemSchema, ITEM, "/attributes", []),
    (schemas.OutcomeSchema, OUTCOME, "/result", "yes"),
    (schemas.OutcomeSchema, OUTCOME, "/reason", "lunch"),
    (schemas.OutcomeSchema, OUTCOME, "/occurred_at", ...),
    (schemas.OutcomeSchema, OUTCOME, "/occurred_at", TOMORROW),
    (schemas.ConsentSchema, {}, "/objected", 1),
    (schemas.InteractionFeedSchema, {**REQUEST["interaction"], "customer_id": "1"},  # type: ignore[dict-item]
     "/customer_id", None),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "good", "pointer", "value"), FEED_WRONG)
def test_the_feed_is_held_to_the_same(schema: Any, good: Any, pointer: str, value: Any) -> None:
    load(schema(), good)
    found = faults(schema(), changed(good, pointer, value))
    assert all(named.startswith(pointer) for named in found)
