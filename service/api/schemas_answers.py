"""What answers look like, for `/openapi.json` alone: answers are written without marshmallow.

The tests hold these schemas against every answer that they get.
"""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from models import domain
from service.decision.because import CODES


class Answer(Schema):
    """Answers may grow: a client has to expect fields that it does not know."""

    class Meta:
        unknown = INCLUDE


class MoneyAnswerSchema(Answer):
    amount = fields.String(required=True, metadata={"example": "12.75"})
    currency = fields.String(required=True, metadata={"example": "GBP"})


class BecauseSchema(Answer):
    code = fields.String(required=True, validate=validate.OneOf(CODES))
    text = fields.String(required=True)


class LengthSchema(Answer):
    unit = fields.String(required=True)
    value = fields.Integer(required=True)
    limit = fields.Integer(required=True)


class PartsSchema(Answer):
    acknowledge = fields.String()
    confirm = fields.String()
    bridge = fields.String()
    permission = fields.String()
    offer = fields.String()
    benefit = fields.String()
    disclosures = fields.List(fields.String())
    close = fields.String()
    recap = fields.String()
    decline = fields.String()


class ServiceScriptSchema(Answer):
    parts = fields.Nested(PartsSchema, required=True)
    text = fields.String(required=True)


class ScriptSchema(ServiceScriptSchema):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    variant = fields.String(required=True)
    edition = fields.String(required=True)
    """The version; of a variant that of the script it differs from before it, such as `3.2`."""
    short = fields.Boolean()
    """Only where bridge and benefit are left out."""
    locale = fields.String(required=True)
    length = fields.Nested(LengthSchema, required=True)


class SuggestionSchema(Answer):
    rank = fields.Integer(required=True)
    item_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(domain.KINDS))
    price = fields.Nested(MoneyAnswerSchema, required=True)
    probability = fields.Float(required=True)
    worth = fields.Nested(MoneyAnswerSchema, required=True)
    because = fields.List(fields.Nested(BecauseSchema), required=True)
    fit = fields.String(required=True, allow_none=True)
    accept_label = fields.String(required=True)
    decline_label = fields.String(required=True)
    script = fields.Nested(ScriptSchema, required=True)
    needs_supervisor = fields.Boolean(required=True)
    """Whether its price lies above what this agent may sell alone."""
    terms = fields.Dict(fields.String(), fields.Nested(MoneyAnswerSchema))
    """This and all below come with `explain: true`."""
    uplift = fields.Float()
    uplift_from = fields.String()
    margin_from = fields.String()
    pieces = fields.Integer()
    pieces_from = fields.String()
    return_rate = fields.Float()
    features = fields.Dict(fields.String(), fields.Float())
    sources = fields.Dict(fields.String(), fields.Float())


class AskingSchema(Answer):
    seconds = fields.Integer(required=True)
    short = fields.Boolean(required=True)
    queue = fields.String(required=True, validate=validate.OneOf(("fresh", "stale", "missing")))
    queue_price_per_minute = fields.Nested(MoneyAnswerSchema, required=True)


class LeversSchema(Answer):
    applied = fields.List(fields.String(), required=True)
    first_without = fields.String(required=True)
    cost = fields.Nested(MoneyAnswerSchema, required=True)


class RemedySchema(Answer):
    remedy = fields.String(required=True, validate=validate.OneOf(("exchange", "refund", "credit")))
    item_ids = fields.List(fields.String())
    """Of an exchange: what fits, out of what is suggested; empty, what the customer names."""


class SendLaterSchema(Answer):
    channel = fields.String(required=True)


class ExcludedSchema(Answer):
    item_id = fields.String(required=True)
    reason = fields.String(required=True)
    detail = fields.String()
    """How it misses what is needed, where it does not fit."""


class MisfitSchema(Answer):
    item_id = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)


class GateSchema(Answer):
    """Which gate closed, what it found, in words and figures, and where its rule is from."""

    reason = fields.String(required=True, validate=validate.OneOf(domain.NO_OFFER_REASONS))
    evidence = fields.String(required=True)
    source = fields.String(required=True)


class SuggestionAnswerSchema(Answer):
    suggestion_id = fields.String(required=True, allow_none=True)
    """null where nothing was recorded: a dry run, or `not_recordable`."""
    decision = fields.String(required=True, validate=validate.OneOf(("offer", "no_offer")))
    reason = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(domain.NO_OFFER_REASONS)
    )
    arm = fields.String(required=True, allow_none=True)
    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)
    service_script = fields.Nested(ServiceScriptSchema, required=True, allow_none=True)
    remedies = fields.List(fields.Nested(RemedySchema))
    """Where something comes back: what the customer may choose from, in the order to name it."""
    question = fields.String()
    question_attribute = fields.String(allow_none=True)
    question_item_id = fields.String(allow_none=True)
    does_not_fit = fields.List(fields.Nested(MisfitSchema))
    """What the customer asks about or would likely buy, and is not the right choice."""
    send_later = fields.Nested(SendLaterSchema)
    """Where to ask when nobody waits, if the queue alone speaks against asking now."""
    excluded = fields.List(fields.Nested(ExcludedSchema))
    asking = fields.Nested(AskingSchema)
    """With `explain: true`: the ask's seconds and the price of the queue in every worth."""
    levers = fields.Nested(LeversSchema)
    """With `explain: true`: the policy's levers on what is chosen, and what they cost."""
    constraints = fields.List(fields.String())
    """What was asked of the items, with `explain: true` as `excluded`."""
    rules = fields.List(fields.String())
    """With `explain: true`: the rules of law that the ask meets."""
    denied_by = fields.String()
    """With `explain: true`: the rule of law behind the reason, where there is one."""
    gate = fields.Nested(GateSchema)
    """This and the one above come with `explain: true`."""
    model_version = fields.String(required=True, allow_none=True)
    policy_version = fields.String(required=True)
    degraded = fields.Boolean(required=True)
    degraded_reasons = fields.List(fields.String(), required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    took_ms = fields.Float(required=True)


class RecordedOutcomeSchema(Answer):
    event_id = fields.String(required=True)
    item_id = fields.String(required=True, allow_none=True)
    result = fields.String(required=True, validate=validate.OneOf(domain.RESULTS))
    reason = fields.String(required=True, allow_none=True)
    order_id = fields.String(required=True, allow_none=True)
    agent_id = fields.String(required=True, allow_none=True)
    occurred_at = fields.DateTime(required=True)


class RecordedItemSchema(SuggestionSchema):
    """Of an ask that was imported only rank, item and what its file says are known."""

    name = fields.String()
    kind = fields.String(validate=validate.OneOf(domain.KINDS))
    price = fields.Nested(MoneyAnswerSchema)
    probability = fields.Float()
    worth = fields.Nested(MoneyAnswerSchema)
    because = fields.List(fields.Nested(BecauseSchema))
    fit = fields.String(allow_none=True)
    accept_label = fields.String()
    decline_label = fields.String()
    script = fields.Nested(ScriptSchema)
    needs_supervisor = fields.Boolean()


class OutcomeAnswerSchema(Answer):
    event_id = fields.String(required=True)
    suggestion_id = fields.String(required=True)
    new = fields.Boolean(required=True)


class RejectedSchema(Answer):
    index = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class FedSchema(Answer):
    accepted = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    rejected = fields.List(fields.Nested(RejectedSchema), required=True)


class ModelSchema(Answer):
    version = fields.String(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(("serving", "available", "retired", "refused"))
    )
    detail = fields.String()
    trained_at = fields.DateTime(allow_none=True)
    data_until = fields.String(allow_none=True)
    rows = fields.Raw(allow_none=True)
    metrics = fields.Raw(allow_none=True)


class ModelsSchema(Answer):
    models = fields.List(fields.Nested(ModelSchema), required=True)


class StateSchema(Answer):
    status = fields.String(required=True)


class ReadinessSchema(StateSchema):
    degraded_reasons = fields.List(fields.String(), required=True)


class FaultSchema(Answer):
    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemSchema(Answer):
    """RFC 9457. `errors` comes with bad input."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors: Any = fields.List(fields.Nested(FaultSchema))
