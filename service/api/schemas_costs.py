"""What contacts cost, as a manager enters it and reads it again."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from service.api.schemas_answers import Answer
from service.api.schemas_feed import Strict, nested
from service.api.schemas_fields import Amount, Day, Flag, Measure, Text


class Table(Strict):
    """Loads to a dict of what is there."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        return {name: value for name, value in data.items() if value is not None}


class HourlySchema(Table):
    in_house = Amount(4, required=True)
    outsourced = Amount(4, required=True)


class ToolingSchema(Table):
    per_contact = Amount(4, allow_none=True)
    monthly = Amount(allow_none=True)


class ChannelCostSchema(Table):
    per_contact = Amount(4, required=True)
    fee = Amount(4, allow_none=True)
    concurrency = Measure(allow_none=True)
    agent_time = Flag(allow_none=True)
    vendor_per_contact = Amount(4, allow_none=True)


class CostsSchema(Table):
    """The body of `PUT /v1/costs`; what each entry means says `costs.toml`."""

    as_of = Day(required=True)
    source = Text(1_000, required=True)
    hourly = nested(HourlySchema, required=True)
    tooling = nested(ToolingSchema, allow_none=True)
    channels = fields.Dict(Text(50), nested(ChannelCostSchema), required=True)
    other = nested(ChannelCostSchema, required=True)


class CostsInForceSchema(Answer):
    version = fields.Integer(required=True)
    entered_by = fields.String(required=True, allow_none=True)
    entered_at = fields.DateTime(required=True, allow_none=True)
    basis = fields.String(required=True, validate=validate.OneOf(("benchmark", "own")))
    currency = fields.String(required=True)
    as_of = fields.Date(required=True)
    source = fields.String(required=True)
    hourly = fields.Dict(fields.String(), fields.String(), required=True)
    tooling = fields.Dict(fields.String(), fields.String(), required=True)
    channels = fields.Dict(fields.String(), fields.Dict(), required=True)
    other = fields.Dict(required=True)
