"""A decision put into writing: what is asked for it, and what is answered, for `/openapi.json`."""

from __future__ import annotations

from marshmallow import fields

from service.api.schemas_answers import (
    Answer,
    LengthSchema,
    RecordedItemSchema,
    RecordedOutcomeSchema,
    SuggestionAnswerSchema,
)
from service.api.schemas_feed import Strict
from service.api.schemas_fields import Text


class MessageRequestSchema(Strict):
    """Loads to a dict with `channel`, and `item_id` where it is given."""

    channel = Text(required=True)
    item_id = Text(allow_none=True)


class MessageScriptSchema(Answer):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    variant = fields.String(required=True)
    locale = fields.String(required=True)


class MessageAnswerSchema(Answer):
    message_id = fields.String(required=True)
    suggestion_id = fields.String(required=True)
    channel = fields.String(required=True)
    item_id = fields.String(required=True)
    not_before = fields.DateTime(required=True)
    """Send it then or later: the customer is up."""
    subject = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    length = fields.Nested(LengthSchema, required=True)
    link = fields.String(required=True)
    link_label = fields.String(required=True)
    link_in_text = fields.Boolean(required=True)
    """Whether the link is the end of the text; else there was no room for it."""
    link_expires_at = fields.DateTime(required=True)
    script = fields.Nested(MessageScriptSchema, required=True)
    rules = fields.List(fields.String(), required=True)
    """The rules of law that the text meets."""


class MessageShownSchema(Answer):
    message_id = fields.String(required=True)
    channel = fields.String(required=True)
    item_id = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    not_before = fields.DateTime(required=True)
    link_expires_at = fields.DateTime(required=True)
    opened_at = fields.DateTime(required=True, allow_none=True)
    """When the link was first followed, by the customer or by a program that looks ahead."""
    accepted_at = fields.DateTime(required=True, allow_none=True)


class RecordedSuggestionSchema(SuggestionAnswerSchema):
    suggestions = fields.List(fields.Nested(RecordedItemSchema), required=True)
    took_ms = fields.Float()
    imported = fields.Boolean()
    """Only there, and true, when the ask was made by another system."""
    outcomes = fields.List(fields.Nested(RecordedOutcomeSchema), required=True)
    messages = fields.List(fields.Nested(MessageShownSchema), required=True)
