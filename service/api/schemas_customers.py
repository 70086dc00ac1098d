"""What the agent's screen is told of a customer, for `/openapi.json`."""

from __future__ import annotations

from marshmallow import fields, validate

from service.api.schemas_answers import Answer


class ConsentAnswerSchema(Answer):
    marketing = fields.Boolean(required=True, allow_none=True)
    objected = fields.Boolean(required=True)


class LineShownSchema(Answer):
    item_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.String(required=True)


class OrderShownSchema(Answer):
    id = fields.String(required=True)
    placed_at = fields.DateTime(required=True)
    currency = fields.String(required=True)
    lines = fields.List(fields.Nested(LineShownSchema), required=True)


class ContactShownSchema(Answer):
    id = fields.String(required=True)
    channel = fields.String(required=True)
    topic = fields.String(required=True)
    status = fields.String(required=True)
    mood = fields.String(required=True, allow_none=True)
    severity = fields.String(required=True, allow_none=True)
    public = fields.Boolean(required=True)
    items = fields.List(fields.Raw(), required=True)
    journey_id = fields.String(required=True, allow_none=True)
    occurred_at = fields.DateTime(required=True)


class OutcomeShownSchema(Answer):
    event_id = fields.String(required=True)
    item_id = fields.String(required=True, allow_none=True)
    result = fields.String(required=True)
    occurred_at = fields.DateTime(required=True)


class SuggestionShownSchema(Answer):
    suggestion_id = fields.String(required=True)
    interaction_id = fields.String(required=True)
    channel = fields.String(required=True)
    decision = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    item_ids = fields.List(fields.String(), required=True)
    decided_at = fields.DateTime(required=True)
    outcomes = fields.List(fields.Nested(OutcomeShownSchema), required=True)


class EventSchema(Answer):
    """What happened: `id` is that of the contact, suggestion, outcome, message or order.

    The other fields are those of the event's sort.
    """

    at = fields.DateTime(required=True)
    event = fields.String(
        required=True,
        validate=validate.OneOf(("order", "refund", "contact", "decision", "outcome", "message")),
    )
    id = fields.String(required=True)
    channel = fields.String()
    topic = fields.String()
    status = fields.String()
    mood = fields.String(allow_none=True)
    items = fields.List(fields.Raw())
    interaction_id = fields.String()
    suggestion_id = fields.String()
    decision = fields.String()
    reason = fields.String(allow_none=True)
    item_id = fields.String(allow_none=True)
    item_ids = fields.List(fields.String())
    result = fields.String()
    order_id = fields.String(allow_none=True)
    opened_at = fields.DateTime(allow_none=True)
    total = fields.String()
    currency = fields.String()
    quantity = fields.Integer()
    cancelled = fields.Boolean()


class JourneySchema(Answer):
    journey_id = fields.String(required=True)
    last_at = fields.DateTime(required=True)
    channels = fields.List(fields.String(), required=True)
    resolved = fields.Boolean(required=True)
    """Whether its last contact is."""
    repeats = fields.Integer(required=True)
    """Contacts that came after one that resolved nothing."""
    events = fields.List(fields.Nested(EventSchema), required=True)


class CapSchema(Answer):
    asked = fields.Integer(required=True)
    allowed = fields.Integer(required=True)


class CapsSchema(Answer):
    days = fields.Integer(required=True)
    channels = fields.Dict(fields.String(), fields.Nested(CapSchema), required=True)


class CustomerOverviewSchema(Answer):
    id = fields.String(required=True)
    locale = fields.String(required=True, allow_none=True)
    first_name = fields.String(required=True, allow_none=True)
    vulnerable = fields.Boolean(required=True)
    consent = fields.Nested(ConsentAnswerSchema, required=True)
    open_orders = fields.List(fields.Nested(OrderShownSchema), required=True)
    open_returns = fields.List(fields.Nested(ContactShownSchema), required=True)
    recent_interactions = fields.List(fields.Nested(ContactShownSchema), required=True)
    suggestions = fields.List(fields.Nested(SuggestionShownSchema), required=True)
    journeys = fields.List(fields.Nested(JourneySchema), required=True)
    caps = fields.Nested(CapsSchema, required=True)
