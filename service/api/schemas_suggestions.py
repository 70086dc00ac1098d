"""What is asked about a customer, what happened then, and what the customer consents to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from models import domain
from models.needs import contradiction, faults_of_need
from service.api.schemas_feed import InlineOrderSchema, InteractionSchema, Strict, nested
from service.api.schemas_fields import Array, Choice, Flag, Measure, Moment, Text, TimeZone, Whole


class ConsentSchema(Strict):
    """Loads to a dict with what was said: `marketing` and `objected`, where given."""

    marketing = Flag(allow_none=True)
    objected = Flag(allow_none=True)


class CustomerSchema(Strict):
    builds = domain.Customer

    id = Text(required=True)
    locale = Text(
        35, shortest=2, pattern="[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*", example="en_GB",
        allow_none=True,
    )  # fmt: skip
    first_name = Text(100, allow_none=True)
    consent = nested(ConsentSchema, allow_none=True)
    vulnerable = Flag(allow_none=True)
    time_zone = TimeZone(allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> domain.Customer:
        consent = data.pop("consent", None) or {}
        if data.get("locale"):
            data["locale"] = data["locale"].replace("-", "_")
        customer: domain.Customer = super().build(data | consent)
        return customer


class NeedSchema(Strict):
    builds = domain.Need

    attribute = Text(100, required=True)
    min = Measure(allow_none=True)
    max = Measure(allow_none=True)
    unit = Text(20, allow_none=True)
    clearance = Measure(allow_none=True)
    tolerance = Measure(allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def is_a_bound(self, data: dict[str, Any], **_: Any) -> None:
        low, high = data.get("min"), data.get("max")
        if low is None and high is None:
            raise ValidationError("Give min, max or both.")
        if low is not None and high is not None and low > high:
            raise ValidationError("min is above max; swap them.")
        if wrong := dict(faults_of_need(domain.Need(**data))):
            raise ValidationError({name: [hint] for name, hint in wrong.items()})


class QueueSchema(Strict):
    builds = domain.Queue

    agents = Whole(0, 1_000_000, required=True)
    busy = Whole(0, 1_000_000, required=True)
    waiting = Whole(0, 1_000_000, required=True)
    as_of = Moment(required=True)

    @validates_schema(skip_on_field_errors=True)
    def has_no_more_busy_than_agents(self, data: dict[str, Any], **_: Any) -> None:
        agents, busy = data["agents"], data["busy"]
        if busy > agents:
            raise ValidationError(
                f"{busy} of {agents} agents are busy: count who serves here, or those who wait "
                "in `waiting`.", "busy",
            )  # fmt: skip


class SuggestionRequestSchema(Strict):
    """The body of `POST /v1/suggestions`. Loads to `SuggestionRequest`."""

    interaction = nested(InteractionSchema, required=True)
    customer = nested(CustomerSchema, required=True)
    orders = Array(nested(InlineOrderSchema), 1_000, allow_none=True)
    needs = Array(nested(NeedSchema), 50, allow_none=True)
    queue = nested(QueueSchema, allow_none=True)
    exclude_item_ids = Array(Text(), 1_000, allow_none=True)
    limit = Whole(1, 10, allow_none=True)
    dry_run = Flag(allow_none=True)
    explain = Flag(allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def needs_can_be_met_together(self, data: dict[str, Any], **_: Any) -> None:
        if found := contradiction(data.get("needs") or ()):
            place, name, hint = found
            raise ValidationError({"needs": {place: {name: [hint]}}})

    @post_load(pass_original=True)
    def build(
        self, data: dict[str, Any], original: dict[str, Any], **_: Any
    ) -> domain.SuggestionRequest:
        given = {name: value for name, value in data.items() if value is not None}
        owner = given["customer"].id
        if orders := given.get("orders"):
            given["orders"] = tuple(replace(order, customer_id=owner) for order in orders)
        given["exclude_item_ids"] = frozenset(given.get("exclude_item_ids", ()))
        return domain.SuggestionRequest(**given, body=original)


class OutcomeSchema(Strict):
    """The body of `POST /v1/outcomes`. Loads to `Outcome`."""

    builds = domain.Outcome

    event_id = Text(required=True)
    suggestion_id = Text(required=True)
    item_id = Text(allow_none=True)
    result = Choice(domain.RESULTS, required=True)
    reason = Choice(domain.NOT_OFFERED_REASONS, allow_none=True)
    order_id = Text(allow_none=True)
    agent_id = Text(allow_none=True)
    occurred_at = Moment(required=True)

    @validates_schema(skip_on_field_errors=True)
    def says_why_it_was_not_offered(self, data: dict[str, Any], **_: Any) -> None:
        if data["result"] == "not_offered" and data.get("reason") is None:
            reasons = ", ".join(domain.NOT_OFFERED_REASONS)
            raise ValidationError(f"Say why with one of: {reasons}.", "reason")
