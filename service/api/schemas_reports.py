"""The questions that reports answer, as they stand in the address, and the shape of reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import fields, post_load, validate

from service.api.schemas_answers import Answer
from service.api.schemas_feed import Strict
from service.api.schemas_fields import REQUIRED, Choice, Day, Text
from service.ledger.report import GROUPS
from service.reports.definitions import ROOTS
from service.reports.query import LONGEST_WINDOW_DAYS, RecoveryQuery

FORMATS: Final = ("json", "csv", "html")


class Digits(fields.Integer):
    """A whole number in an address; the query object says which are valid."""

    default_error_messages = REQUIRED | {"invalid": "Write a whole number in digits."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.make_error("invalid")
        return int(value)


@dataclass(frozen=True, slots=True)
class RecoveryRequest:
    query: RecoveryQuery
    format: str


class RecoveryRequestSchema(Strict):
    """Loads to `RecoveryRequest`, from the arguments of the address."""

    from_ = Day(data_key="from", required=True)
    to = Day(required=True)
    window_days = Digits(metadata={"minimum": 1, "maximum": LONGEST_WINDOW_DAYS, "default": 7})
    group_by = Choice(GROUPS)
    channel = Text()
    team = Text()
    format = Choice(FORMATS)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RecoveryRequest:
        wanted = data.pop("format", "json")
        query = RecoveryQuery(from_date=data.pop("from_"), to_date=data.pop("to"), **data)
        return RecoveryRequest(query, wanted)


class SalesSchema(Answer):
    sales = fields.String(required=True)
    ratio = fields.String(required=True, allow_none=True)


class BoundsSchema(Answer):
    ratio = fields.String(required=True, allow_none=True)
    low = fields.String(required=True, allow_none=True)
    high = fields.String(required=True, allow_none=True)
    unbounded = fields.Boolean(required=True)
    total_low = fields.String(required=True)
    total_high = fields.String(required=True)


class IncrementalSchema(BoundsSchema):
    sales = fields.String(required=True)
    confidence = fields.Float(required=True)
    method = fields.String(required=True)


class NetSchema(BoundsSchema):
    margin = fields.String(required=True)
    always_low = fields.String(required=True)
    always_high = fields.String(required=True)
    per_asked = fields.String(required=True, allow_none=True)
    compliance = fields.Float(required=True, allow_none=True)


class CostPartsSchema(Answer):
    handling = fields.String(required=True)
    goodwill = fields.String(required=True)
    tooling = fields.String(required=True)


class ArrivedSchema(Answer):
    day = fields.Integer(required=True)
    share = fields.String(required=True)


class StatementSchema(Answer):
    code = fields.String(required=True)
    text = fields.String(required=True)
    group = fields.String(required=True, allow_none=True)


class ArmsSchema(Answer):
    treatment = fields.Integer(required=True)
    holdout = fields.Integer(required=True)


class RecoveryRowSchema(Answer):
    group = fields.String(required=True)
    interactions = fields.Integer(required=True)
    eligible = fields.Integer(required=True)
    asked = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    unreported = fields.Integer(required=True)
    customers = fields.Nested(ArmsSchema, required=True)
    service_cost = fields.String(required=True)
    cost_of_asking = fields.String(required=True)
    same_contact = fields.Nested(SalesSchema, required=True)
    attributed = fields.Nested(SalesSchema, required=True)
    incremental = fields.Nested(IncrementalSchema, required=True, allow_none=True)
    net = fields.Nested(NetSchema, required=True, allow_none=True)
    attribution_inflation = fields.String(required=True, allow_none=True)
    verdict = fields.String(required=True)
    needed = fields.Integer(required=True, allow_none=True)
    detectable = fields.String(required=True, allow_none=True)
    unpriced = fields.Integer(required=True)
    cost_parts = fields.Nested(CostPartsSchema, required=True)
    costed = fields.Dict(fields.String(), fields.Integer(), required=True)


class RecoverySchema(Answer):
    from_ = fields.Date(data_key="from", required=True)
    to = fields.Date(required=True)
    currency = fields.String(required=True)
    window_days = fields.Integer(required=True)
    group_by = fields.String(required=True)
    channel = fields.String(required=True, allow_none=True)
    team = fields.String(required=True, allow_none=True)
    definitions_version = fields.String(required=True)
    cost_basis = fields.String(required=True, validate=validate.OneOf(("benchmark", "own")))
    cost_version = fields.Integer(required=True)
    cost_source = fields.String(required=True)
    cost_as_of = fields.Date(required=True)
    made_at = fields.DateTime(required=True)
    mature = fields.Boolean(required=True)
    matures_at = fields.DateTime(required=True)
    maturity = fields.List(fields.Nested(ArrivedSchema), required=True)
    margin_rate = fields.String(required=True)
    statements = fields.List(fields.Nested(StatementSchema), required=True)
    rows = fields.List(fields.Nested(RecoveryRowSchema), required=True)
    total = fields.Nested(RecoveryRowSchema, required=True)


class DefinitionSchema(Answer):
    name = fields.String(required=True)
    meaning = fields.String(required=True)
    serves = fields.List(fields.String(validate=validate.OneOf(ROOTS)), required=True)


class DefinitionsSchema(Answer):
    version = fields.String(required=True)
    definitions = fields.List(fields.Nested(DefinitionSchema), required=True)
