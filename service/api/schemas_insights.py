"""Requests for the reports beside the recovery report, and the shapes of their answers.

A report's rows are dataclasses; their schemas follow from them, so that a column is named once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from marshmallow import fields as kinds
from marshmallow import post_load, validate

from service.api.schemas_answers import Answer
from service.api.schemas_feed import Strict
from service.api.schemas_fields import Choice, Day, Text
from service.api.schemas_reports import Digits, StatementSchema
from service.ledger.report import GROUPS
from service.reports.query import LONGEST_WINDOW_DAYS, RecoveryQuery

FORMATS: Final = ("json", "csv")
PLAIN: Final[dict[Any, Any]] = {
    str: kinds.String, int: kinds.Integer, float: kinds.Float, bool: kinds.Boolean,
    Decimal: kinds.String,
}  # fmt: skip

SCHEMAS: Final[dict[type[Any], type[Answer]]] = {}


@dataclass(frozen=True, slots=True)
class InsightRequest:
    query: RecoveryQuery
    format: str


class InsightRequestSchema(Strict):
    """Loads to `InsightRequest`, from the arguments of the address."""

    from_ = Day(data_key="from", required=True)
    to = Day(required=True)
    window_days = Digits(metadata={"minimum": 1, "maximum": LONGEST_WINDOW_DAYS, "default": 7})
    channel = Text()
    team = Text()
    format = Choice(FORMATS)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> InsightRequest:
        wanted = data.pop("format", "json")
        query = RecoveryQuery(from_date=data.pop("from_"), to_date=data.pop("to"), **data)
        return InsightRequest(query, wanted)


class GroupedInsightRequestSchema(InsightRequestSchema):
    """The same, for reports that can be told apart by group."""

    group_by = Choice(GROUPS)


class InsightAnswer(Answer):
    report = kinds.String(required=True)
    from_ = kinds.Date(data_key="from", required=True)
    to = kinds.Date(required=True)
    currency = kinds.String(required=True)
    window_days = kinds.Integer(required=True)
    group_by = kinds.String(required=True)
    channel = kinds.String(required=True, allow_none=True)
    team = kinds.String(required=True, allow_none=True)
    cost_basis = kinds.String(required=True, validate=validate.OneOf(("benchmark", "own")))
    definitions_version = kinds.String(required=True)
    made_at = kinds.DateTime(required=True)
    contacts = kinds.Integer(required=True)
    statements = kinds.List(kinds.Nested(StatementSchema), required=True)


def insight_schema(row: type[Any]) -> type[Answer]:
    """The schema of a report with such rows."""
    nested = row_schema(row)
    name = row.__name__.removesuffix("Row") + "ReportSchema"
    parts = {
        "rows": kinds.List(kinds.Nested(nested), required=True),
        "total": kinds.Nested(nested, required=True, allow_none=True),
    }
    return type(name, (InsightAnswer,), parts)


def row_schema(row: type[Any]) -> type[Answer]:
    """The schema of a dataclass whose values `insight_tables.plain` writes; one for each."""
    if row in SCHEMAS:
        return SCHEMAS[row]
    hints = get_type_hints(row)
    columns = {field.name: _kind(hints[field.name]) for field in fields(row)}
    SCHEMAS[row] = type(f"{row.__name__}Schema", (Answer,), columns)
    return SCHEMAS[row]


def _kind(hint: Any) -> kinds.Field[Any]:
    options: dict[str, Any] = {"required": True}
    if get_origin(hint) is UnionType:
        [hint] = [one for one in get_args(hint) if one is not NoneType]
        options["allow_none"] = True
    if get_origin(hint) is tuple:
        return kinds.List(kinds.Nested(row_schema(get_args(hint)[0])), **options)
    if is_dataclass(hint) and isinstance(hint, type):
        return kinds.Nested(row_schema(hint), **options)
    found: kinds.Field[Any] = PLAIN[hint](**options)
    return found
